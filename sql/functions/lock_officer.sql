-- Locks an officer of the administrator's subtree out, or lets one in again, also after too many wrong passwords. Sessions end
-- at the next statement. Nobody locks himself out.
create or replace function bihuan.lock_officer(p_login text, p_is_locked boolean, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_officer uuid;
begin
  select * into v_who from bihuan.administrator();
  v_officer := bihuan.administered_officer(v_who.city_id, v_who.top, p_login);
  if v_officer = v_who.officer_id then
    raise exception 'officer.oneself' using errcode = 'LP010', column = 'login', detail = p_login;
  end if;
  update bihuan.officers o
     set locked_at = case when p_is_locked then coalesce(o.locked_at, clock_timestamp()) end
   where o.city_id = v_who.city_id and o.officer_id = v_officer;
  update bihuan.credentials c
     set failures = 0, locked_until = null
   where c.city_id = v_who.city_id and c.officer_id = v_officer and not p_is_locked;
  perform bihuan.note_officer_change(
    v_who.city_id, case when p_is_locked then 'locked' else 'unlocked' end, v_officer, null, v_who.by_whom,
    v_who.officer_id, p_reason);
end
$$;

revoke all on function bihuan.lock_officer(text, boolean, text) from public;
grant execute on function bihuan.lock_officer(text, boolean, text) to bihuan_server;
