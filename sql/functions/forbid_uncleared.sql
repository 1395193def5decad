-- Refuses that work on restricted cases comes to a unit where nobody is cleared for them. p_cases: only these; null: all that
-- stands with p_from. p_moving: a unit whose posts come along as in functions/end_posts_of_unit.sql; null: none does.
create or replace function bihuan.forbid_uncleared(
  p_city integer, p_from integer, p_to integer, p_moving integer, p_is_closing boolean, p_cases uuid[], p_top integer,
  p_field text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_restricted uuid[] := array(
    select s.case_id from bihuan.seals s
     where s.city_id = p_city and (p_cases is null or s.case_id = any (p_cases))
       and s.secrecy > coalesce((
         select max(p.clearance)
           from bihuan.posts p
          where p.city_id = p_city
            and (p.unit_id = p_to or p.unit_id = p_moving and p.role <> 'operator' and not exists (
              select from bihuan.posts o
               where o.city_id = p.city_id and o.officer_id = p.officer_id and o.unit_id = p_to and o.role = p.role
                 and o.acting_for is not distinct from p.acting_for
                 and (o.valid_until is null or o.valid_until > clock_timestamp())))
            and p.valid_from <= clock_timestamp() and (p.valid_until is null or p.valid_until > clock_timestamp())), 0));
  v_cases uuid[];
begin
  -- Few, most often none.
  if cardinality(v_restricted) = 0 then return; end if;
  v_cases := array(select w from bihuan.open_work(p_city, p_from, p_is_closing, v_restricted) w);
  if cardinality(v_cases) > 0 then
    raise exception 'unit.uncleared'
      using errcode = 'LP010', column = p_field, detail = bihuan.told_refs(p_city, p_top, v_cases, false);
  end if;
end
$$;

revoke all on function bihuan.forbid_uncleared(integer, integer, integer, integer, boolean, uuid[], integer, text) from public;
