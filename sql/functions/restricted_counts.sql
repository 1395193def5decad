-- What the counts of the session's unit, and of the units below, leave out because it is restricted, as far as the
-- session may see it: for whoever is cleared a summary is whole, for others it says nothing of what they may not know of.
create or replace function bihuan.restricted_counts()
returns table (unit_id integer, measure text, level text, n bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    with me as materialized (
      select s.city_id, s.unit_id
        from bihuan.sessions s
       where s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
         and s.revoked_at is null and s.expires_at > statement_timestamp()
    ),
    restricted as materialized (
      select c.city_id, c.case_id, c.level, c.is_open, c.state
        from me
        join bihuan.seals x on x.city_id = me.city_id and x.secrecy > 0
        join bihuan.case_visibility v on v.city_id = me.city_id and v.unit_id = me.unit_id and v.case_id = x.case_id
        join bihuan.cases c on c.city_id = x.city_id and c.case_id = x.case_id
       where not c.is_drill and c.state <> 'merged' and not bihuan.is_hidden(x.case_id)
    )
    select x.unit_id, x.measure, coalesce(x.level, ''), count(*)
      from (
        select v.unit_id, case when r.is_open then 'open' else 'concluded' end as measure, r.level
          from restricted r
          join bihuan.case_visibility v on v.city_id = r.city_id and v.case_id = r.case_id
         where r.is_open or r.state = 'concluded'
        union all
        select o.unit_id, 'overdue', r.level
          from restricted r
          join bihuan.overdue o on o.city_id = r.city_id and o.case_id = r.case_id
        union all
        select u.ancestor_id, s.measure, r.level
          from restricted r
          join bihuan.standing s on s.city_id = r.city_id and s.case_id = r.case_id
          join bihuan.unit_closure u on u.city_id = s.city_id and u.descendant_id = s.unit_id
      ) x
      join me on true
      join bihuan.unit_closure b on b.city_id = me.city_id and b.ancestor_id = me.unit_id and b.descendant_id = x.unit_id
     group by x.unit_id, x.measure, x.level;
end
$$;

revoke all on function bihuan.restricted_counts() from public;
grant execute on function bihuan.restricted_counts() to bihuan_server;
