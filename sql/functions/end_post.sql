-- Ends an officer's posts of this role in this unit of the administrator's subtree, deputyships included; their sessions end
-- with them. An officer who also acts elsewhere is no stranger here: the post itself lies in the subtree.
create or replace function bihuan.end_post(p_login text, p_unit text, p_role text, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_unit bihuan.units;
  v_post record;
  v_ended boolean := false;
begin
  select * into v_who from bihuan.administrator();
  v_unit := bihuan.administered_unit(v_who.city_id, v_who.top, p_unit, 'unit');
  for v_post in
    update bihuan.posts p
       set valid_until = greatest(clock_timestamp(), p.valid_from)
      from bihuan.officers o
     where p.city_id = v_who.city_id and p.unit_id = v_unit.unit_id and p.role = p_role
       and o.city_id = p.city_id and o.officer_id = p.officer_id and o.login = p_login
       and (p.valid_until is null or p.valid_until > clock_timestamp())
    returning p.post_id, p.officer_id
  loop
    v_ended := true;
    if v_post.officer_id = v_who.officer_id then
      raise exception 'officer.oneself' using errcode = 'LP010', column = 'login', detail = p_login;
    end if;
    perform bihuan.note_officer_change(
      v_who.city_id, 'post_ended', v_post.officer_id, v_post.post_id, v_who.by_whom, v_who.officer_id, p_reason);
  end loop;
  if not v_ended then
    raise exception 'post.not_held' using errcode = 'LP010', column = 'login', detail = p_login;
  end if;
end
$$;

revoke all on function bihuan.end_post(text, text, text, text) from public;
grant execute on function bihuan.end_post(text, text, text, text) to bihuan_server;
