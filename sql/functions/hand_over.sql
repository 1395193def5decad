-- What stands with one unit in some cases stands with another from now on: the cases it owns, the open assignments it has,
-- gave or reviews, its running clocks, open orders, disputes, referrals and tasks, warnings it has not answered. What is closed
-- stays as it was. Each assignment, order and case touched says so in its log. Set-based; the caller holds the cases' locks.
--
-- Where the taker would review its own work, or answer an order of its own, the owner of the case reviews or orders.
--
-- `bihuan.bulk` quiets the trigger that would make visibility anew for each assignment: here it is done once for all. It
-- does so for the owner alone (functions/visibility_on_assignment_change.sql).
create or replace function bihuan.hand_over(
  p_city integer, p_from integer, p_to integer, p_cases uuid[], p_by text, p_officer uuid, p_unit integer, p_via text,
  p_reason text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := bihuan.now();
  v_from text := (select u.label from bihuan.units u where u.city_id = p_city and u.unit_id = p_from);
  v_to text := (select u.label from bihuan.units u where u.city_id = p_city and u.unit_id = p_to);
  -- What to write down, in step: the case, the assignment if there is one, what it was to the unit, and its number.
  v_cases uuid[] := '{}';
  v_hops uuid[] := '{}';
  v_as text[] := '{}';
  v_refs text[] := '{}';
begin
  perform set_config('bihuan.bulk', 'on', true);
  -- A warning that both were told is the taker's already; before anything is counted, because only running clocks are moved.
  update bihuan.clocks k
     set stopped_at = v_now, outcome = 'void', next_rung = null, next_at = null
    from bihuan.warning_receipts r
   where k.city_id = p_city and k.case_id = any (p_cases) and k.unit_id = p_from and k.stopped_at is null
     and k.warning_id is not null
     and r.city_id = k.city_id and r.warning_id = k.warning_id and r.unit_id = p_to;
  perform bihuan.count_standing(p_city, p_cases, -1);

  -- Owned cases first: whoever reviews instead of the taker is the owner as it is afterwards. Visibility follows by itself.
  with moved as (
    update bihuan.cases c
       set owner_unit = p_to
     where c.city_id = p_city and c.case_id = any (p_cases) and c.owner_unit = p_from and c.state <> 'archived'
    returning c.case_id
  )
  select v_cases || coalesce(array_agg(m.case_id), '{}'), v_hops || coalesce(array_agg(null::uuid), '{}'),
         v_as || coalesce(array_agg('owner'::text), '{}'), v_refs || coalesce(array_agg(null::text), '{}')
    into v_cases, v_hops, v_as, v_refs
    from moved m;

  with standing as (
    select a.assignment_id, a.case_id, a.ref,
           concat_ws(',', case when a.to_unit = p_from then 'assignee' end, case when a.from_unit = p_from then 'assigner' end,
                     case when a.reviewer_unit = p_from then 'reviewer' end) as was
      from bihuan.assignments a
     where a.city_id = p_city and a.case_id = any (p_cases)
       and p_from in (a.to_unit, a.from_unit, a.reviewer_unit)
       and a.state in ('assigned', 'received', 'forwarded', 'fed_back')
  ),
  moved as (
    update bihuan.assignments a
       set to_unit = case a.to_unit when p_from then p_to else a.to_unit end,
           from_unit = case a.from_unit when p_from then p_to else a.from_unit end,
           reviewer_unit = case
             when (case a.reviewer_unit when p_from then p_to else a.reviewer_unit end) = p_to
              and (case a.to_unit when p_from then p_to else a.to_unit end) = p_to then c.owner_unit
             when a.reviewer_unit = p_from then p_to
             else a.reviewer_unit end,
           version = a.version + 1
      from standing s
      join bihuan.cases c on c.city_id = p_city and c.case_id = s.case_id
     where a.city_id = p_city and a.assignment_id = s.assignment_id
    returning a.case_id, a.assignment_id, s.was, a.ref
  )
  select v_cases || coalesce(array_agg(m.case_id), '{}'), v_hops || coalesce(array_agg(m.assignment_id), '{}'),
         v_as || coalesce(array_agg(m.was), '{}'), v_refs || coalesce(array_agg(m.ref), '{}')
    into v_cases, v_hops, v_as, v_refs
    from moved m;

  -- A review goes where its assignment's reviewer is, which need not be the taker.
  update bihuan.clocks k
     set unit_id = a.reviewer_unit
    from bihuan.assignments a
   where k.city_id = p_city and k.case_id = any (p_cases) and k.stopped_at is null and k.kind = 'review'
     and k.unit_id in (p_from, p_to)
     and a.city_id = k.city_id and a.assignment_id = k.assignment_id and a.reviewer_unit <> k.unit_id;

  -- A warning that both were told is the taker's already.
  update bihuan.warning_receipts r
     set received_at = v_now, measures = '由' || v_to || '一并响应'
   where r.city_id = p_city and r.case_id = any (p_cases) and r.unit_id = p_from and r.received_at is null
     and exists (
       select from bihuan.warning_receipts o
        where o.city_id = r.city_id and o.warning_id = r.warning_id and o.unit_id = p_to
     );
  with told as (
    update bihuan.warning_receipts r
       set unit_id = p_to
      from bihuan.warnings w
     where r.city_id = p_city and r.case_id = any (p_cases) and r.unit_id = p_from and r.received_at is null
       and w.city_id = r.city_id and w.warning_id = r.warning_id and w.state = 'issued'
    returning r.case_id, w.ref
  )
  select v_cases || coalesce(array_agg(t.case_id), '{}'), v_hops || coalesce(array_agg(null::uuid), '{}'),
         v_as || coalesce(array_agg('warned'::text), '{}'), v_refs || coalesce(array_agg(t.ref), '{}')
    into v_cases, v_hops, v_as, v_refs
    from told t;
  update bihuan.warnings w
     set named_units = array(
           select distinct case n when p_from then p_to else n end from unnest(w.named_units) n order by 1)
   where w.city_id = p_city and w.case_id = any (p_cases) and w.state = 'proposed' and p_from = any (w.named_units);

  -- Overdue rows and their counts follow by trigger.
  with moved as (
    update bihuan.clocks k
       set unit_id = p_to
     where k.city_id = p_city and k.case_id = any (p_cases) and k.unit_id = p_from and k.stopped_at is null
    returning k.case_id
  )
  select v_cases || coalesce(array_agg(m.case_id), '{}'), v_hops || coalesce(array_agg(null::uuid), '{}'),
         v_as || coalesce(array_agg('clock'::text), '{}'), v_refs || coalesce(array_agg(null::text), '{}')
    into v_cases, v_hops, v_as, v_refs
    from (select distinct m.case_id from moved m) m
   where m.case_id not in (select x from unnest(v_cases) x);

  with moved as (
    update bihuan.supervisions s
       set to_unit = case s.to_unit when p_from then p_to else s.to_unit end,
           from_unit = case
             when (case s.from_unit when p_from then p_to else s.from_unit end) = p_to
              and (case s.to_unit when p_from then p_to else s.to_unit end) = p_to then c.owner_unit
             when s.from_unit = p_from then p_to
             else s.from_unit end,
           version = s.version + 1
      from bihuan.cases c
     where s.city_id = p_city and s.case_id = any (p_cases) and p_from in (s.to_unit, s.from_unit)
       -- One that went a tier up may still be answered, once.
       and (s.state in ('issued', 'replied') or s.state = 'raised' and s.reply is null)
       and c.city_id = s.city_id and c.case_id = s.case_id
    returning s.case_id, s.assignment_id, s.ref
  )
  select v_cases || coalesce(array_agg(m.case_id), '{}'), v_hops || coalesce(array_agg(m.assignment_id), '{}'),
         v_as || coalesce(array_agg('order'::text), '{}'), v_refs || coalesce(array_agg(m.ref), '{}')
    into v_cases, v_hops, v_as, v_refs
    from moved m;

  -- Who judges an order's reply is its issuer, which need not be the taker.
  update bihuan.clocks k
     set unit_id = s.from_unit
    from bihuan.supervisions s
   where k.city_id = p_city and k.case_id = any (p_cases) and k.stopped_at is null and k.kind = 'judgement'
     and s.city_id = k.city_id and s.supervision_id = k.supervision_id and s.from_unit <> k.unit_id;

  -- Where the taker would decide a dispute of its own, the owner of the case decides.
  with moved as (
    update bihuan.disputes x
       set raised_by = case x.raised_by when p_from then p_to else x.raised_by end,
           assigner_unit = case x.assigner_unit when p_from then p_to else x.assigner_unit end,
           arbiter_unit = case
             when (case x.arbiter_unit when p_from then p_to else x.arbiter_unit end) = p_to
              and (case x.raised_by when p_from then p_to else x.raised_by end) = p_to then c.owner_unit
             when x.arbiter_unit = p_from then p_to
             else x.arbiter_unit end,
           version = x.version + 1
      from bihuan.cases c
     where x.city_id = p_city and x.case_id = any (p_cases) and x.state = 'open'
       and p_from in (x.raised_by, x.assigner_unit, x.arbiter_unit)
       and c.city_id = x.city_id and c.case_id = x.case_id
    returning x.case_id, x.assignment_id, x.ref
  )
  select v_cases || coalesce(array_agg(m.case_id), '{}'), v_hops || coalesce(array_agg(m.assignment_id), '{}'),
         v_as || coalesce(array_agg('dispute'::text), '{}'), v_refs || coalesce(array_agg(m.ref), '{}')
    into v_cases, v_hops, v_as, v_refs
    from moved m;

  update bihuan.clocks k
     set unit_id = x.arbiter_unit
    from bihuan.disputes x
   where k.city_id = p_city and k.case_id = any (p_cases) and k.stopped_at is null and k.dispute_id is not null
     and x.city_id = k.city_id and x.dispute_id = k.dispute_id and x.arbiter_unit <> k.unit_id;

  with moved as (
    update bihuan.referrals f
       set unit_id = p_to, version = f.version + 1
     where f.city_id = p_city and f.case_id = any (p_cases) and f.unit_id = p_from and f.state = 'open'
    returning f.case_id, f.ref
  )
  select v_cases || coalesce(array_agg(m.case_id), '{}'), v_hops || coalesce(array_agg(null::uuid), '{}'),
         v_as || coalesce(array_agg('referral'::text), '{}'), v_refs || coalesce(array_agg(m.ref), '{}')
    into v_cases, v_hops, v_as, v_refs
    from moved m;

  -- Where the assignment that a task belongs to went along, its log says so already.
  with moved as (
    update bihuan.tasks t
       set unit_id = case t.unit_id when p_from then p_to else t.unit_id end,
           owner_unit = case t.owner_unit when p_from then p_to else t.owner_unit end
      from bihuan.assignments a
     where t.city_id = p_city and t.case_id = any (p_cases) and t.state = 'open' and p_from in (t.unit_id, t.owner_unit)
       and a.city_id = t.city_id and a.assignment_id = t.assignment_id
    returning t.case_id, t.assignment_id, a.ref || '-T' || t.number as ref
  )
  select v_cases || coalesce(array_agg(m.case_id), '{}'), v_hops || coalesce(array_agg(m.assignment_id), '{}'),
         v_as || coalesce(array_agg('task'::text), '{}'), v_refs || coalesce(array_agg(m.ref), '{}')
    into v_cases, v_hops, v_as, v_refs
    from moved m
   where m.assignment_id not in (select x from unnest(v_hops) x where x is not null);

  perform bihuan.count_standing(p_city, p_cases, 1);
  perform bihuan.refresh_visibility(p_city, p_cases);

  insert into bihuan.events (city_id, case_id, seq, at, kind, assignment_id, actor, officer_id, unit_id, via, reason, detail)
  select p_city, e.case_id,
         c.version + row_number() over (partition by e.case_id order by e.was, e.ref, e.assignment_id),
         v_now, 'handed_over', e.assignment_id, p_by, p_officer, p_unit, p_via, p_reason,
         jsonb_strip_nulls(jsonb_build_object('ref', e.ref, 'from', v_from, 'to', v_to, 'as', e.was))
    from unnest(v_cases, v_hops, v_as, v_refs) e (case_id, assignment_id, was, ref)
    join bihuan.cases c on c.city_id = p_city and c.case_id = e.case_id
   order by e.case_id, 3;
  update bihuan.cases c
     set version = c.version + n.n
    from (select e.case_id, count(*) as n from unnest(v_cases) e (case_id) group by e.case_id) n
   where c.city_id = p_city and c.case_id = n.case_id;
  perform set_config('bihuan.bulk', '', true);
end
$$;

revoke all on function bihuan.hand_over(integer, integer, integer, uuid[], text, uuid, integer, text, text) from public;
