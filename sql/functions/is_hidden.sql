-- Who may see what is sealed: whoever is cleared for it, and holds no post, acting or not, in a unit that is recused from it
-- or below one. All policies that let a sealed row through ask here; whether the unit is on the case is theirs to say. A
-- function and not a look into `seals`, which would have to be prepared for in every statement whether or not it meets
-- anything sealed; this costs what is sealed alone.
create or replace function bihuan.is_hidden(p_case uuid)
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
      join bihuan.seals x on x.city_id = s.city_id and x.case_id = p_case
     where s.token_hash = v_token
       and s.revoked_at is null and s.expires_at > statement_timestamp()
       and (x.secrecy > s.clearance or x.is_recused and bihuan.is_recused(p_case)));
end
$$;

revoke all on function bihuan.is_hidden(uuid) from public;
grant execute on function bihuan.is_hidden(uuid) to bihuan_server;
