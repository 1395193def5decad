-- What becomes of an assignment decides whether its own feedback waits, and that of the assignment above. The writer may
-- not see the latter: a station that returns a case lets its district answer.
create or replace function bihuan.waiting_on_assignment()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update bihuan.clocks k
     set is_waiting = not k.is_waiting
   where k.city_id = new.city_id and k.case_id = new.case_id and k.assignment_id in (new.assignment_id, new.parent_id)
     and k.kind in ('feedback', 'interim') and k.stopped_at is null
     and k.is_waiting <> bihuan.clock_waits(k);
  return null;
end
$$;

revoke all on function bihuan.waiting_on_assignment() from public;

create or replace trigger waiting_on_assignment_insert
  after insert on bihuan.assignments
  for each row when (new.parent_id is not null)
  execute function bihuan.waiting_on_assignment();

create or replace trigger waiting_on_assignment_update
  after update on bihuan.assignments
  for each row when (old.state <> new.state)
  execute function bihuan.waiting_on_assignment();
