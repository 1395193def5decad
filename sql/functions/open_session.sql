-- Opens a session of an officer in a post and returns its token, which is stored nowhere. No row when the officer
-- holds no such post now. p_post null: the post held longest. Called by log_in and log_in_peer.
create or replace function bihuan.open_session(
  p_city integer, p_officer uuid, p_post uuid, p_via text, p_hours integer)
returns table (token text, session_id uuid, expires_at timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_post bihuan.posts;
  v_token text;
begin
  if p_hours not between 1 and 168 then
    raise exception 'a session lives 1 to 168 hours' using errcode = 'invalid_parameter_value';
  end if;

  -- The share locks make a lock of the officer or an end of the post wait for us; its trigger then finds the session.
  perform from bihuan.officers o
    where o.city_id = p_city and o.officer_id = p_officer and o.locked_at is null
    for share;
  if not found then return; end if;

  select p.* into v_post
    from bihuan.posts p
    join bihuan.units u on u.city_id = p.city_id and u.unit_id = p.unit_id
   where p.city_id = p_city
     and p.officer_id = p_officer
     and (p_post is null or p.post_id = p_post)
     and p.valid_from <= v_now
     and (p.valid_until is null or p.valid_until > v_now)
     and u.disabled_at is null
   order by p.valid_from, p.post_id
   limit 1
     for share;
  if not found then return; end if;

  -- Two random UUIDs carry 244 random bits; the hash only gives them an even shape.
  select 'bhs_' || c.code || '_' || rtrim(translate(
           encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'),
           '+/', '-_'), '=')
    into v_token
    from bihuan.cities c
   where c.city_id = p_city;

  return query
    insert into bihuan.sessions (city_id, token_hash, officer_id, post_id, unit_id, role, via, clearance, created_at,
                                 expires_at)
    values (
      p_city, sha256(convert_to(v_token, 'UTF8')), p_officer, v_post.post_id, v_post.unit_id, v_post.role, p_via,
      v_post.clearance, v_now, least(v_now + make_interval(hours => p_hours), v_post.valid_until))
    returning v_token, session_id, expires_at;
end
$$;

revoke all on function bihuan.open_session(integer, uuid, uuid, text, integer) from public;
