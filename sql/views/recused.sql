-- Which unit is kept out of which case: those recused and all below them.
create or replace view bihuan.recused
with (security_invoker = true)
as
  select r.city_id, r.case_id, u.descendant_id as unit_id
    from bihuan.recusals r
    join bihuan.unit_closure u on u.city_id = r.city_id and u.ancestor_id = r.unit_id
   where r.lifted_at is null;

revoke all on bihuan.recused from public;
