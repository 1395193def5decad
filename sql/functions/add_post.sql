-- Gives an officer of the administrator's subtree a post in it, from p_from until p_until; nobody appoints himself.
--
-- p_acting_for: log-in of whom the officer stands in for (代理): somebody who holds this very post then. A deputy has the roles
-- of the plan that the post stood in for has, unless others are named, and always an end.
--
-- p_clearance: what the post may know of, 0 ordinary cases, 1 restricted ones too, 2 confidential ones too. At a door nobody
-- gives more than he has. Null: a deputy may know what the post stood in for may, or its restricted work would rest until the
-- other is back; anybody else, ordinary cases.
create or replace function bihuan.add_post(
  p_post uuid, p_login text, p_unit text, p_role text, p_plan_roles text[], p_from timestamptz, p_until timestamptz,
  p_acting_for text, p_reason text, p_clearance integer default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_unit bihuan.units;
  v_officer uuid;
  v_from timestamptz := coalesce(p_from, clock_timestamp());
  v_held bihuan.posts;
begin
  select * into v_who from bihuan.administrator();
  v_unit := bihuan.administered_unit(v_who.city_id, v_who.top, p_unit, 'unit');
  v_officer := bihuan.administered_officer(v_who.city_id, v_who.top, p_login);
  if v_officer = v_who.officer_id then
    raise exception 'officer.oneself' using errcode = 'LP010', column = 'login', detail = p_login;
  elsif p_until <= greatest(v_from, clock_timestamp()) then
    raise exception 'post.ends_before' using errcode = 'LP010', column = 'until';
  elsif p_acting_for is not null and p_until is null then
    raise exception 'post.deputy_needs_end' using errcode = 'LP010', column = 'until';
  elsif v_who.officer_id is not null and p_clearance > (
    select s.clearance from bihuan.sessions s
     where s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
  ) then
    raise exception 'post.above_own_clearance' using errcode = 'LP010', column = 'clearance';
  end if;
  if p_acting_for is not null then
    select p.* into v_held
      from bihuan.posts p
      join bihuan.officers o on o.city_id = p.city_id and o.officer_id = p.officer_id
     where p.city_id = v_who.city_id and p.unit_id = v_unit.unit_id and p.role = p_role and p.acting_for is null
       and o.login = p_acting_for and o.officer_id <> v_officer
       and (p.valid_until is null or p.valid_until > v_from)
     order by p.valid_from, p.post_id
     limit 1;
    if not found then
      raise exception 'post.not_held' using errcode = 'LP010', column = 'acting_for', detail = p_acting_for;
    end if;
  end if;
  insert into bihuan.posts
         (city_id, post_id, officer_id, unit_id, role, valid_from, valid_until, plan_roles, acting_for, clearance)
  values (v_who.city_id, p_post, v_officer, v_unit.unit_id, p_role, v_from, p_until,
          case when v_held.post_id is not null and p_plan_roles = '{}' then v_held.plan_roles else p_plan_roles end,
          v_held.post_id, coalesce(p_clearance, v_held.clearance, 0));
  perform bihuan.note_officer_change(
    v_who.city_id, 'posted', v_officer, p_post, v_who.by_whom, v_who.officer_id, p_reason);
end
$$;

revoke all on function bihuan.add_post(uuid, text, text, text, text[], timestamptz, timestamptz, text, text, integer)
  from public;
grant execute on function bihuan.add_post(uuid, text, text, text, text[], timestamptz, timestamptz, text, text, integer)
  to bihuan_server;
