-- Ends the posts of a unit that closes, and their sessions with them. With p_to each goes on there as a post of its own, with
-- its dates, whom it stands in for and what it may know of, so that the old one still says who served where. An operator's ends: whom it
-- administers is not for the merger to widen. Roles of the plan stay where the two units are of one tier.
create or replace function bihuan.end_posts_of_unit(p_city integer, p_unit integer, p_to integer)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_is_same_tier boolean := (
    select count(distinct u.tier) = 1 from bihuan.units u where u.city_id = p_city and u.unit_id in (p_unit, p_to));
begin
  if p_to is not null then
    insert into bihuan.posts
           (city_id, post_id, officer_id, unit_id, role, valid_from, valid_until, plan_roles, acting_for, clearance)
    select p.city_id, gen_random_uuid(), p.officer_id, p_to, p.role, greatest(p.valid_from, v_now), p.valid_until,
           case when v_is_same_tier then p.plan_roles else '{}' end, p.acting_for, p.clearance
      from bihuan.posts p
     where p.city_id = p_city and p.unit_id = p_unit and p.role <> 'operator'
       and (p.valid_until is null or p.valid_until > v_now)
       and not exists (
         select from bihuan.posts o
          where o.city_id = p.city_id and o.officer_id = p.officer_id and o.unit_id = p_to and o.role = p.role
            and o.acting_for is not distinct from p.acting_for
            and (o.valid_until is null or o.valid_until > v_now)
       );
  end if;
  update bihuan.posts p
     set valid_until = greatest(v_now, p.valid_from)
   where p.city_id = p_city and p.unit_id = p_unit and (p.valid_until is null or p.valid_until > v_now);
end
$$;

revoke all on function bihuan.end_posts_of_unit(integer, integer, integer) from public;
