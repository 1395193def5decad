-- Refuses that a unit is taken in by one that has to do with a case the first is kept out of: p_to would be kept out with it,
-- and nobody would be left to do its work. p_above: the unit that is taken in and those above it. What is archived nobody works
-- on, so its owner only must not take in the posts.
create or replace function bihuan.forbid_following(
  p_city integer, p_above integer[], p_to integer, p_posts text, p_top integer, p_field text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_followed uuid[] := array(select r.case_id from bihuan.followed_recusals(p_city, p_above, p_to) r);
  v_cases uuid[];
begin
  -- Few, most often none: no work is looked for beyond them.
  if cardinality(v_followed) = 0 then return; end if;
  v_cases := array(
    select w
      from bihuan.unit_closure u
     cross join lateral bihuan.open_work(p_city, u.descendant_id, true, v_followed) w
     where u.city_id = p_city and u.ancestor_id = p_to
    union
    select c.case_id
      from bihuan.cases c
      join bihuan.unit_closure u
        on u.city_id = c.city_id and u.ancestor_id = p_to and u.descendant_id = c.owner_unit
     where c.city_id = p_city and c.case_id = any (v_followed) and (c.state <> 'archived' or p_posts = 'move'));
  if cardinality(v_cases) > 0 then
    raise exception 'unit.recusal_follows'
      using errcode = 'LP010', column = p_field, detail = bihuan.told_refs(p_city, p_top, v_cases, true);
  end if;
end
$$;

revoke all on function bihuan.forbid_following(integer, integer[], integer, text, integer, text) from public;
