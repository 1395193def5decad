-- Writes down that the session's officer looks at a case, where it is restricted and the officer sees it.
create or replace function bihuan.note_read(p_case uuid, p_what text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into bihuan.reads (city_id, case_id, at, officer_id, unit_id, via, what)
  select s.city_id, c.case_id, bihuan.now(), s.officer_id, s.unit_id, s.via, p_what
    from bihuan.sessions s
    join bihuan.cases c on c.city_id = s.city_id and c.case_id = p_case and c.secrecy between 1 and s.clearance
    join bihuan.case_visibility v on v.city_id = s.city_id and v.unit_id = s.unit_id and v.case_id = c.case_id
   where s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
     and s.revoked_at is null and s.expires_at > statement_timestamp()
     and not bihuan.is_recused(p_case);
end
$$;

revoke all on function bihuan.note_read(uuid, text) from public;
grant execute on function bihuan.note_read(uuid, text) to bihuan_server;
