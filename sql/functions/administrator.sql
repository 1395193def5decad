-- Who administers, and what: the unit at the top of the subtree, the own unit, and who it is. An operator's session administers
-- its unit and all below; the owner, at the command line, the whole city named by bihuan.city, without a unit of his own.
-- Anybody else is refused. Called by definer functions only, and first of all: from here on no other change is made in the
-- city until this one has ended.
create or replace function bihuan.administrator()
returns table (city_id integer, top integer, own integer, officer_id uuid, by_whom text, via text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_session bihuan.sessions;
  v_token text := nullif(current_setting('bihuan.session', true), '');
begin
  if v_token is null and pg_has_role(session_user, 'bihuan_owner', 'member') then
    perform bihuan.lock_organisation(nullif(current_setting('bihuan.city', true), '')::integer);
    return query
      select u.city_id, u.unit_id, null::integer, null::uuid,
             'local:' || coalesce(nullif(current_setting('bihuan.local_user', true), ''), session_user), 'local'
        from bihuan.units u
       where u.city_id = nullif(current_setting('bihuan.city', true), '')::integer and u.parent_id is null;
    if found then return; end if;
  end if;
  select s.* into v_session
    from bihuan.sessions s
   where s.token_hash = sha256(convert_to(v_token, 'UTF8'))
     and s.revoked_at is null
     and s.expires_at > statement_timestamp();
  if not found then
    raise exception 'no session' using errcode = 'insufficient_privilege';
  end if;
  if v_session.role <> 'operator' then
    raise exception 'administration.not_permitted' using errcode = 'LP010', detail = v_session.role;
  end if;
  perform bihuan.lock_organisation(v_session.city_id);
  return query
    select v_session.city_id, v_session.unit_id, v_session.unit_id, v_session.officer_id,
           'officer:' || v_session.officer_id, v_session.via;
end
$$;

revoke all on function bihuan.administrator() from public;
