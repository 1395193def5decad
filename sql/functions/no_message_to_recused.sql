-- Nothing is written to a unit about a case it is recused from, whoever would have written it.
create or replace function bihuan.no_message_to_recused()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from bihuan.recusals r
      join bihuan.unit_closure u on u.city_id = r.city_id and u.ancestor_id = r.unit_id
     where r.city_id = new.city_id and r.case_id = new.case_id and r.lifted_at is null
       and u.descendant_id = new.unit_id
  ) then
    return null;
  end if;
  return new;
end
$$;

revoke all on function bihuan.no_message_to_recused() from public;

create or replace trigger no_message_to_recused
  before insert on bihuan.outbox
  for each row when (new.case_id is not null) execute function bihuan.no_message_to_recused();
