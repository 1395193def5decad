-- Whether the officer of the session holds a post in force, the acting one or another, in a unit that is recused from the
-- case or below one. It reads past the policies: those recused do not see that they are.
create or replace function bihuan.is_recused(p_case uuid)
returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Hashed once, and not for every session there is, whatever the plan.
  v_token constant bytea := sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'));
begin
  return exists (
    select from bihuan.sessions s
      join bihuan.posts p
        on p.city_id = s.city_id and p.officer_id = s.officer_id
       and p.valid_from <= statement_timestamp()
       and (p.valid_until is null or p.valid_until > statement_timestamp())
      join bihuan.recusals r on r.city_id = s.city_id and r.case_id = p_case and r.lifted_at is null
      join bihuan.unit_closure u
        on u.city_id = s.city_id and u.ancestor_id = r.unit_id and u.descendant_id = p.unit_id
     where s.token_hash = v_token
       and s.revoked_at is null and s.expires_at > statement_timestamp());
end
$$;

revoke all on function bihuan.is_recused(uuid) from public;
grant execute on function bihuan.is_recused(uuid) to bihuan_server;
