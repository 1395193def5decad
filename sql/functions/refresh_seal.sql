-- Makes the seal of a case, and the mark on all that carries one, what its secrecy and its recusals say; under the case's
-- lock.
create or replace function bihuan.refresh_seal(p_city integer, p_case uuid)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_secrecy smallint;
  v_is_recused boolean;
  v_is_sealed boolean;
begin
  select c.secrecy into v_secrecy
    from bihuan.cases c
   where c.city_id = p_city and c.case_id = p_case
     for no key update;
  v_is_recused := exists (
    select from bihuan.recusals r where r.city_id = p_city and r.case_id = p_case and r.lifted_at is null);
  v_is_sealed := v_secrecy > 0 or v_is_recused;

  if v_is_sealed then
    insert into bihuan.seals (city_id, case_id, secrecy, is_recused)
    values (p_city, p_case, v_secrecy, v_is_recused)
        on conflict (city_id, case_id) do update set secrecy = excluded.secrecy, is_recused = excluded.is_recused;
  else
    delete from bihuan.seals s where s.city_id = p_city and s.case_id = p_case;
  end if;

  update bihuan.cases c set is_sealed = v_is_sealed
   where c.city_id = p_city and c.case_id = p_case and c.is_sealed <> v_is_sealed;
  update bihuan.case_visibility v set is_sealed = v_is_sealed
   where v.city_id = p_city and v.case_id = p_case and v.is_sealed <> v_is_sealed;
  update bihuan.assignment_visibility v set is_sealed = v_is_sealed
   where v.city_id = p_city and v.case_id = p_case and v.is_sealed <> v_is_sealed;
  update bihuan.assignments a set is_sealed = v_is_sealed
   where a.city_id = p_city and a.case_id = p_case and a.is_sealed <> v_is_sealed;
  update bihuan.clocks k set is_sealed = v_is_sealed
   where k.city_id = p_city and k.case_id = p_case and k.is_sealed <> v_is_sealed;
  update bihuan.leads l set is_sealed = v_is_sealed
   where l.city_id = p_city and l.case_id = p_case and l.is_sealed <> v_is_sealed;
  update bihuan.warnings w set is_sealed = v_is_sealed
   where w.city_id = p_city and w.case_id = p_case and w.is_sealed <> v_is_sealed;
  update bihuan.warning_receipts r set is_sealed = v_is_sealed
   where r.city_id = p_city and r.case_id = p_case and r.is_sealed <> v_is_sealed;
  update bihuan.overdue o set is_sealed = v_is_sealed
   where o.city_id = p_city and o.case_id = p_case and o.is_sealed <> v_is_sealed;
  update bihuan.tasks t set is_sealed = v_is_sealed
   where t.city_id = p_city and t.case_id = p_case and t.is_sealed <> v_is_sealed;
end
$$;

revoke all on function bihuan.refresh_seal(integer, uuid) from public;
