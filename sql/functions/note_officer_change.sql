-- Writes down what an administrator did to an officer. The city's row is locked, so numbers have neither holes nor doubles.
create or replace function bihuan.note_officer_change(
  p_city integer, p_kind text, p_officer uuid, p_post uuid, p_by text, p_by_officer uuid, p_reason text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from bihuan.cities c where c.city_id = p_city for no key update;
  insert into bihuan.officer_changes
         (city_id, number, kind, officer_id, post_id, unit_id, role, at, "by", by_officer, reason)
  select p_city, coalesce((select max(h.number) from bihuan.officer_changes h where h.city_id = p_city), 0) + 1, p_kind,
         p_officer, p_post, p.unit_id, p.role, bihuan.now(), p_by, p_by_officer, p_reason
    from (select) one
    left join lateral (
      select p.unit_id, p.role
        from bihuan.posts p
       where p.city_id = p_city and p.officer_id = p_officer and (p_post is null or p.post_id = p_post)
       order by p.valid_until desc nulls first, p.valid_from, p.post_id
       limit 1
    ) p on true;
end
$$;

revoke all on function bihuan.note_officer_change(integer, text, uuid, uuid, text, uuid, text) from public;
