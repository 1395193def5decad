-- Opens an operator's session for a local account that the Unix socket vouched for. p_secret lies in a file only the
-- server's account reads, so the database password alone opens nothing. No row: refused.
create or replace function bihuan.log_in_peer(p_os_user text, p_secret bytea, p_via text, p_hours integer)
returns table (token text, session_id uuid, expires_at timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_peer bihuan.peer_credentials;
begin
  select c.* into v_peer
    from bihuan.peer_credentials c
    join bihuan.posts p on p.city_id = c.city_id and p.post_id = c.post_id
   where c.os_user = p_os_user
     and c.secret_hash = sha256(p_secret)
     and p.officer_id = c.officer_id
     and p.role = 'operator'
   order by c.city_id
   limit 1;
  if not found then return; end if;
  return query
    select s.token, s.session_id, s.expires_at
      from bihuan.open_session(v_peer.city_id, v_peer.officer_id, v_peer.post_id, p_via, p_hours) s;
end
$$;

revoke all on function bihuan.log_in_peer(text, bytea, text, integer) from public;
grant execute on function bihuan.log_in_peer(text, bytea, text, integer) to bihuan_server;
