alter table bihuan.sessions enable row level security;

-- The root of every other policy: the one session whose token was presented in this transaction, while it lives.
-- The value is '' rather than null after an earlier transaction of the connection set it. Real time, not domain time.
drop policy if exists bearer_sees_session on bihuan.sessions;
create policy bearer_sees_session on bihuan.sessions for select to bihuan_server
  using (
    token_hash = (select sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8')))
    and revoked_at is null
    and expires_at > (select statement_timestamp())
  );

-- Not token_hash.
grant select (city_id, session_id, officer_id, post_id, unit_id, role, via, clearance, created_at, expires_at, revoked_at)
  on bihuan.sessions to bihuan_server;
