-- Refuses that a unit is closed in favour of another where its work, or what lies below it, cannot go there. Asked before
-- anything moves, and again when nobody writes any more. p_posts: `move` or `end`.
create or replace function bihuan.forbid_closing(p_city integer, p_unit integer, p_to integer, p_posts text, p_top integer)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform bihuan.forbid_recused(
    p_city, array(select c.descendant_id from bihuan.unit_closure c where c.city_id = p_city and c.ancestor_id = p_unit),
    p_to, true, null, p_top, 'to');
  perform bihuan.forbid_following(
    p_city, array(select c.ancestor_id from bihuan.unit_closure c where c.city_id = p_city and c.descendant_id = p_unit),
    p_to, p_posts, p_top, 'to');
  perform bihuan.forbid_uncleared(
    p_city, p_unit, p_to, case when p_posts = 'move' then p_unit end, true, null, p_top, 'to');
end
$$;

revoke all on function bihuan.forbid_closing(integer, integer, integer, text, integer) from public;
