-- Leads that may be about the same as a text: candidates, to be compared by the asker. Only leads of cases that the
-- presented session sees, drills among drills: the index is not leakproof, so row security would read every lead
-- instead; this reads past it and applies the rule of case_visibility and of what is sealed itself.
--
-- p_grams: hashes of the text and the city (Likeness in BihuanDomain). The rarest lead to candidates, so that the work
-- is bounded however big the city; how common one is the statistics of the column know.
create or replace function bihuan.similar_leads(
  p_grams integer[], p_link text, p_place text, p_at timestamptz, p_drill boolean, p_except uuid)
returns table (lead_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_city integer;
  v_unit integer;
  v_grams integer[];
  v_weights real[];
begin
  select s.city_id, s.unit_id into v_city, v_unit
    from bihuan.sessions s
   where s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
     and s.revoked_at is null
     and s.expires_at > statement_timestamp();
  if not found then
    raise exception 'no session' using errcode = 'insufficient_privilege';
  end if;

  -- As many as lead to some six thousand leads, and eight at least: the rest of a text's grams are in every other one.
  select array_agg(r.g), array_agg((-ln(r.f))::real) into v_grams, v_weights
    from (
      select x.g, x.f, row_number() over w as place, sum(x.f) over w * t.reltuples as reach
        from (
          select a.g, coalesce(c.f, min(c.f) over () / 2, 0.0002) as f
            from (select distinct unnest(p_grams) as g) a
            left join (
              select e.g, max(e.f) as f
                from pg_catalog.pg_stats s
               cross join lateral unnest(s.most_common_elems::text::integer[], s.most_common_elem_freqs) e (g, f)
               where s.schemaname = 'bihuan' and s.tablename = 'leads' and s.attname = 'grams'
               group by e.g
            ) c on c.g = a.g
        ) x
       cross join (select k.reltuples from pg_catalog.pg_class k where k.oid = 'bihuan.leads'::regclass) t
      window w as (order by x.f, x.g)
    ) r
   where r.place <= 48 and (r.reach <= 6000 or r.place <= 8);

  return query
  with hit as materialized (
    select l.lead_id, l.case_id, sum(r.w) as weight
      from unnest(v_grams, v_weights) r (g, w)
      join bihuan.leads l on l.grams @> array[r.g] and l.case_id is not null
     where l.city_id = v_city and l.is_drill = p_drill and l.case_id is distinct from p_except
     group by l.lead_id, l.case_id
  ),
  found as (
    (select h.lead_id
       from (select * from hit order by weight desc, lead_id offset 0) h
      -- Looked up one by one, best first, until there are enough: not joined with all that the unit sees.
      where exists (
        select from bihuan.case_visibility v
         where v.city_id = v_city and v.unit_id = v_unit and v.case_id = h.case_id
           and (not v.is_sealed or not bihuan.is_hidden(v.case_id))
        offset 0)
      limit 80)
    union
    (select l.lead_id
       from bihuan.leads l
      where l.city_id = v_city and l.link_key = p_link and l.case_id is not null
        and l.is_drill = p_drill and l.case_id is distinct from p_except
        and exists (
          select from bihuan.case_visibility v
           where v.city_id = v_city and v.unit_id = v_unit and v.case_id = l.case_id
             and (not v.is_sealed or not bihuan.is_hidden(v.case_id)))
      limit 20)
    union
    (select l.lead_id
       from bihuan.leads l
      where l.city_id = v_city and l.place_key = p_place and l.case_id is not null
        and l.received_at between p_at - interval '3 days' and p_at + interval '3 days'
        and l.is_drill = p_drill and l.case_id is distinct from p_except
        and exists (
          select from bihuan.case_visibility v
           where v.city_id = v_city and v.unit_id = v_unit and v.case_id = l.case_id
             and (not v.is_sealed or not bihuan.is_hidden(v.case_id)))
      order by l.received_at desc
      limit 40)
  )
  select f.lead_id from found f;
end
$$;

revoke all on function bihuan.similar_leads(integer[], text, text, timestamptz, boolean, uuid) from public;
grant execute on function bihuan.similar_leads(integer[], text, text, timestamptz, boolean, uuid) to bihuan_server;
