-- Whoever was kept out of a case stays out of it in another unit: the recusals in force of p_above hold for p_to as well from
-- now on (functions/followed_recusals.sql). The log of the case says whose they were. Not where p_to answers for the case:
-- forbid_following lets that pass for what is archived alone, and the units that go along keep out by themselves
-- (functions/closure_on_unit_move.sql).
create or replace function bihuan.carry_recusals(
  p_city integer, p_above integer[], p_to integer, p_by text, p_officer uuid, p_unit integer, p_via text, p_reason text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := bihuan.now();
  v_to bihuan.units;
  v_followed bihuan.recusals;
  v_from bihuan.units;
  v_version bigint;
begin
  select u.* into v_to from bihuan.units u where u.city_id = p_city and u.unit_id = p_to;
  for v_followed in
    select r.* from bihuan.followed_recusals(p_city, p_above, p_to) r order by r.case_id
  loop
    update bihuan.cases c
       set version = c.version + 1
     where c.city_id = p_city and c.case_id = v_followed.case_id
       and not exists (
         select from bihuan.unit_closure u
          where u.city_id = p_city and u.ancestor_id = p_to and u.descendant_id = c.owner_unit)
    returning c.version into v_version;
    continue when not found;
    select u.* into v_from from bihuan.units u where u.city_id = p_city and u.unit_id = v_followed.unit_id;
    insert into bihuan.recusals
           (city_id, case_id, unit_id, recused_at, recused_by, reason, followed_unit, followed_at)
    values (p_city, v_followed.case_id, p_to, v_now, v_followed.recused_by,
            v_followed.reason || '（机构调整，' || v_to.name || '随' || v_from.name || '回避）',
            v_followed.unit_id, v_followed.recused_at);
    insert into bihuan.events (city_id, case_id, seq, at, kind, actor, officer_id, unit_id, via, reason, detail)
    values (p_city, v_followed.case_id, v_version, v_now, 'recused', p_by, p_officer, p_unit, p_via, p_reason,
            jsonb_build_object('unit', v_to.label, 'from', v_from.label));
  end loop;
end
$$;

revoke all on function bihuan.carry_recusals(integer, integer[], integer, text, uuid, integer, text, text) from public;
