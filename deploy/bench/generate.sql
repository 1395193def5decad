-- Cases by the set, for measurements: cities, units, officers with sessions, cases with everything that hangs on them.
--
-- Run by a superuser on a database in which `bihuan city add` has founded city 1, the big one. Triggers and foreign keys
-- are off: what they would have written is written here set by set, and check.sql compares it with the rules.
--
-- psql variables: first, last (numbers of the cases), cities, districts (a city), stations (a district), and pool: 1 makes
-- nothing but graded cases of city 1 that wait to be assigned.
--
-- Numbers make identities, so that a load generator can name a case without asking: case n is
-- 01980000-0000-7000-8000-<n in 12 hex digits>, and unit u has the token bhs_bench_<u in 8 digits>.
\set ON_ERROR_STOP on
begin;

-- City c has the units c * 1000 (the bureau), then districts, then stations.
insert into bihuan.cities (code, name, ref_prefix)
select 'c' || lpad(c::text, 3, '0'), '测试市' || c, 'B' || chr(65 + c / 676) || chr(65 + c / 26 % 26) || chr(65 + c % 26)
  from generate_series((select max(city_id) + 1 from bihuan.cities), :cities) c
 where :pool = 0 and :first = 1;

set local session_replication_role = replica;

create function pg_temp.id(p_kind integer, p_n bigint) returns uuid language sql immutable as
  $$ select ('0198' || lpad(p_kind::text, 4, '0') || '-0000-7000-8000-' || lpad(to_hex(p_n), 12, '0'))::uuid $$;

insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source, settings, published_at)
select c.city_id, p.plan_id, p.version, p.name, p.sha256, p.source, p.settings, p.published_at
  from bihuan.cities c, bihuan.plan_versions p
 where p.city_id = 1 and c.city_id > 1 and :pool = 0 and :first = 1;
insert into bihuan.calendar_days (city_id, day, kind, name)
select c.city_id, d.day, d.kind, d.name
  from bihuan.cities c, bihuan.calendar_days d
 where d.city_id = 1 and c.city_id > 1 and :pool = 0 and :first = 1;
insert into bihuan.plan_adoptions (city_id, effective_on, plan_id, plan_version)
select c.city_id, p.effective_on, p.plan_id, p.plan_version
  from bihuan.cities c, bihuan.plan_adoptions p
 where p.city_id = 1 and c.city_id > 1 and :pool = 0 and :first = 1;

insert into bihuan.units (city_id, unit_id, label, parent_id, tier, name)
select c.city_id, c.city_id * 1000 + k,
       case when k = 0 then 'city' when k <= :districts then 'd' || k
            else 'd' || (k - :districts - 1) / :stations + 1 || '-s' || (k - :districts - 1) % :stations + 1 end,
       case when k = 0 then null when k <= :districts then c.city_id * 1000
            else c.city_id * 1000 + (k - :districts - 1) / :stations + 1 end,
       case when k = 0 then 'city' when k <= :districts then 'district' else 'station' end,
       case when k = 0 then c.name || '市场监督管理局' when k <= :districts then '第' || k || '区市场监督管理局'
            else '第' || k || '市场监督管理所' end
  from bihuan.cities c, generate_series(0, :districts + :districts * :stations) k
 where :pool = 0 and :first = 1;
insert into bihuan.unit_closure (city_id, ancestor_id, descendant_id, depth)
select u.city_id, u.unit_id, u.unit_id, 0 from bihuan.units u where :pool = 0 and :first = 1
union all
select u.city_id, u.parent_id, u.unit_id, 1 from bihuan.units u where u.parent_id is not null and :pool = 0 and :first = 1
union all
select u.city_id, p.parent_id, u.unit_id, 2
  from bihuan.units u join bihuan.units p on p.city_id = u.city_id and p.unit_id = u.parent_id
 where p.parent_id is not null and :pool = 0 and :first = 1;

insert into bihuan.officers (city_id, officer_id, login, name)
select u.city_id, pg_temp.id(10, u.unit_id), 'u' || u.unit_id, '张' || u.unit_id
  from bihuan.units u where :pool = 0 and :first = 1;
insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role)
select u.city_id, pg_temp.id(11, u.unit_id), pg_temp.id(10, u.unit_id), u.unit_id,
       case u.tier when 'station' then 'handler' else 'dispatcher' end
  from bihuan.units u where :pool = 0 and :first = 1;
insert into bihuan.sessions
       (city_id, session_id, token_hash, officer_id, post_id, unit_id, role, via, created_at, expires_at)
select p.city_id, pg_temp.id(12, p.unit_id),
       sha256(convert_to('bhs_bench_' || lpad(p.unit_id::text, 8, '0'), 'UTF8')),
       p.officer_id, p.post_id, p.unit_id, p.role, 'json', now(), now() + interval '7 days'
  from bihuan.posts p where :pool = 0 and :first = 1;

-- Every fifth case, the newest, is open. Stages: 0 concluded; 1 registered; 2 graded; 3 assigned to a district;
-- 4 passed on to a station; 5 received there; 6 fed back by the station; 7 fed back by a district; 8 accepted.
-- Plain indexes are made at the end, in one go.
create temporary table later on commit drop as
select i.indexrelid::regclass as name, pg_get_indexdef(i.indexrelid) as definition
  from pg_index i
  join pg_class t on t.oid = i.indrelid
 where t.relnamespace = 'bihuan'::regnamespace and not i.indisunique and :pool = 0
   and t.relname in ('cases', 'leads', 'assignments', 'feedback', 'clocks', 'case_visibility', 'assignment_visibility');
select format('drop index %s', name) from later \gexec

create temporary table work on commit drop as
select s.*, pg_temp.id(0, s.n) as case_id, pg_temp.id(2, s.n) as first_hop, s.city_id * 1000 as root,
       s.city_id * 1000 + s.d as district,
       s.city_id * 1000 + :districts + (s.d - 1) * :stations + s.s as station,
       (array[7, 1, 2, 3, 5, 6, 7, 5, 6])[s.stage + 1] as version,
       (select now()) - case when s.stage = 0 then interval '3 days' + (interval '365 days') * (:last - s.n) / (:last - :first + 1)
                   else (interval '3 days') * (:last - s.n) / (:last - :first + 1) end as opened_at
  from (
    select n, case when :pool = 1 or n % 10 < 3 then 1 else 2 + (n / 10 * 7 + n % 10 - 3) % (:cities - 1) end::integer
                as city_id,
           1 + ((hashint8extended(n, 1) & 1048575) % :districts)::integer as d,
           1 + ((hashint8extended(n, 2) & 1048575) % :stations)::integer as s,
           case when :pool = 1 then 2
                when n <= 0.8 * :last then 0
                else (array[1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6, 7, 8, 8])[1 + (hashint8extended(n, 3) & 1048575) % 20]
           end as stage
      from generate_series(:first::bigint, :last::bigint) n
  ) s;
analyze work;

insert into bihuan.cases
       (city_id, case_id, ref, owner_unit, state, level, level_rank, title, content, category, place, channel, plan_id,
        plan_version, received_at, opened_at, graded_at, concluded_at, version)
select w.city_id, w.case_id, c.ref_prefix || '-2026-' || lpad(w.n::text, 7, '0'), w.root,
       (array['concluded', 'registered', 'graded', 'assigned', 'assigned', 'assigned', 'assigned', 'assigned', 'accepted'])
         [w.stage + 1],
       case when w.stage <> 1 then 'general' end, case when w.stage <> 1 then 1 end,
       '群众反映某超市销售过期食品一事（' || w.n || '）',
       '来电人称在某超市购买的食品已超过保质期，要求退款并请有关部门查处。编号 ' || w.n || '。请依法核查处理并答复。',
       '食品安全', '幸福路 ' || w.n % 400 || ' 号', 'hotline', p.plan_id, p.plan_version,
       w.opened_at - interval '5 minutes', w.opened_at, case when w.stage <> 1 then w.opened_at + interval '20 minutes' end,
       case when w.stage = 0 then w.opened_at + interval '2 days' end, w.version
  from work w
  join bihuan.cities c on c.city_id = w.city_id
  join bihuan.plan_adoptions p on p.city_id = w.city_id;

insert into bihuan.leads
       (city_id, lead_id, unit_id, case_id, source, reference, channel, title, content, category, place, received_at,
        recorded_at, content_hash)
select c.city_id, pg_temp.id(1, w.n), w.root, c.case_id, 'hotline-12345', 'T' || w.n, c.channel, c.title, c.content,
       c.category, c.place, c.received_at, c.opened_at, sha256(convert_to(c.content, 'UTF8'))
  from work w join bihuan.cases c on c.city_id = w.city_id and c.case_id = w.case_id;

-- A concluded case went straight to its station; an open one goes by way of the district.
insert into bihuan.assignments
       (city_id, assignment_id, ref, case_id, parent_id, role, state, from_unit, to_unit, reviewer_unit, instruction,
        assigned_at, received_at, closed_at, version)
select w.city_id, w.first_hop, 'A-' || lpad((2 * w.n)::text, 7, '0'), w.case_id, null, 'lead',
       (array['accepted', '', '', 'assigned', 'forwarded', 'forwarded', 'forwarded', 'fed_back', 'accepted'])[w.stage + 1],
       w.root, case when w.stage = 0 then w.station else w.district end, w.root, '请依法核查，并按时反馈。',
       w.opened_at + interval '40 minutes', case when w.stage <> 3 then w.opened_at + interval '60 minutes' end,
       case when w.stage in (0, 8) then w.opened_at + interval '1 day' end,
       (array[4, 0, 0, 1, 3, 3, 3, 3, 4])[w.stage + 1]
  from work w where w.stage not in (1, 2)
union all
select w.city_id, pg_temp.id(3, w.n), 'A-' || lpad((2 * w.n + 1)::text, 7, '0'), w.case_id, w.first_hop,
       'lead', (array['assigned', 'received', 'fed_back'])[w.stage - 3], w.district, w.station, w.district,
       '请于时限内办结。', w.opened_at + interval '70 minutes',
       case when w.stage > 4 then w.opened_at + interval '90 minutes' end, null, w.stage - 3
  from work w where w.stage in (4, 5, 6);

insert into bihuan.feedback
       (city_id, feedback_id, case_id, assignment_id, number, kind, verdict, findings, measures, result, state,
        officer_id, submitted_at, reviewed_at)
select w.city_id, pg_temp.id(4, w.n), w.case_id, pg_temp.id(case when w.stage = 6 then 3 else 2 end, w.n), 1,
       'final', 'substantiated', '现场检查发现过期食品 3 件，已下架封存。', '责令改正，立案调查。', '已退款，来电人表示满意。',
       case when w.stage in (0, 8) then 'accepted' else 'pending' end,
       pg_temp.id(10, case when w.stage in (0, 6) then w.station else w.district end), w.opened_at + interval '5 hours',
       case when w.stage in (0, 8) then w.opened_at + interval '1 day' end
  from work w where w.stage in (0, 6, 7, 8);

-- What runs now falls due in one to four days; 1 of 20 is overdue.
create temporary table running on commit drop as
select k.*, w.n, w.stage, w.city_id, w.case_id, w.opened_at,
       case when k.is_late then w.opened_at + interval '1 minute'
            else (select now()) + interval '1 day' + interval '5 minutes' * (w.n % 900) end as due_at
  from work w
 cross join lateral (
   select 1 as number, 'grading' as kind, w.root as unit_id, null::integer as hop, 'registered' as start_event, false as is_late
    where w.stage = 1
   union all
   select 2, 'dispatch', w.root, null, 'graded', false where w.stage = 2
   union all
   select 3, 'receipt', case when w.stage = 3 then w.district else w.station end, case when w.stage = 3 then 2 else 3 end,
          'assigned', false
    where w.stage in (3, 4)
   union all
   select 4, 'feedback', w.district, 2, 'assigned', false where w.stage in (3, 4, 5, 6)
   union all
   select 5, 'feedback', w.station, 3, 'forwarded', w.n % 20 = 7 where w.stage in (4, 5)
   union all
   select 6, 'review', case when w.stage = 6 then w.district else w.root end, case when w.stage = 6 then 3 else 2 end,
          'fed_back', false
    where w.stage in (6, 7)
   union all
   select 7, 'conclusion', w.root, null, 'accepted', false where w.stage = 8
 ) k;

insert into bihuan.clocks
       (city_id, clock_id, case_id, assignment_id, unit_id, kind, level, "limit", start_event, started_at, due_at,
        is_waiting, breached_at, stopped_at, outcome, next_rung, next_at)
select r.city_id, pg_temp.id(20 + r.number, r.n), r.case_id, pg_temp.id(r.hop, r.n), r.unit_id, r.kind,
       case when r.kind <> 'grading' then 'general' end, 'P3WD', r.start_event, r.opened_at, r.due_at,
       r.number = 4 or r.number = 5 and r.stage = 4, case when r.is_late then r.due_at end, null, null,
       case when not r.is_late then 'reminder' end, case when not r.is_late then r.due_at end
  from running r
union all
select w.city_id, pg_temp.id(30 + k.number, w.n), w.case_id, w.first_hop, k.unit_id, k.kind, 'general',
       'P3WD', 'assigned', w.opened_at + interval '40 minutes', w.opened_at + interval '3 days', false, null,
       w.opened_at + interval '1 day', 'met', null, null
  from work w
 cross join lateral (values (1, 'receipt', w.station), (2, 'feedback', w.station), (3, 'review', w.root))
         k (number, kind, unit_id)
 where w.stage = 0;

insert into bihuan.case_visibility (city_id, unit_id, case_id, opened_at, is_open)
select w.city_id, u.unit_id, w.case_id, w.opened_at, w.stage <> 0
  from work w
 cross join lateral (
   select w.root as unit_id
   union all
   select w.district where w.stage not in (1, 2)
   union all
   select w.station where w.stage in (0, 4, 5, 6)
 ) u;
insert into bihuan.assignment_visibility (city_id, unit_id, assignment_id, case_id)
select w.city_id, u.unit_id, pg_temp.id(u.hop, w.n), w.case_id
  from work w
 cross join lateral (
   select w.root as unit_id, 2 as hop where w.stage not in (1, 2)
   union all
   select w.district, 2 where w.stage not in (1, 2)
   union all
   select w.station, 2 where w.stage = 0
   union all
   select x.unit_id, 3 from (values (w.root), (w.district), (w.station)) x (unit_id) where w.stage in (4, 5, 6)
 ) u;
insert into bihuan.overdue (city_id, unit_id, clock_id, case_id, late_unit, kind, level, level_rank, due_at)
select r.city_id, u.ancestor_id, pg_temp.id(20 + r.number, r.n), r.case_id, r.unit_id, r.kind, 'general', 1, r.due_at
  from running r
  join bihuan.unit_closure u on u.city_id = r.city_id and u.descendant_id = r.unit_id
 where r.is_late;
insert into bihuan.counter_totals as t (city_id, unit_id, measure, level, n)
select v.city_id, v.unit_id, case when v.is_open then 'open' else 'concluded' end, coalesce(c.level, ''), count(*)
  from bihuan.case_visibility v
  join work w on v.city_id = w.city_id and v.case_id = w.case_id
  join bihuan.cases c on c.city_id = v.city_id and c.case_id = v.case_id
 group by 1, 2, 3, 4
union all
select r.city_id, u.ancestor_id, 'overdue', 'general', count(*)
  from running r
  join bihuan.unit_closure u on u.city_id = r.city_id and u.descendant_id = r.unit_id
 where r.is_late
 group by r.city_id, u.ancestor_id
    on conflict (city_id, unit_id, measure, level) do update set n = t.n + excluded.n;

-- The log, chained: one number of all cases after another, each on the hash of the one before.
create temporary table steps on commit drop as
select s.stage, e.seq, e.kind, e.hop
  from generate_series(0, 8) s (stage)
 cross join lateral (
   values (1, 'registered', null), (2, 'graded', null), (3, 'assigned', 2), (4, 'received', 2),
          (5, case when s.stage in (0, 7, 8) then 'fed_back' else 'forwarded' end,
              case when s.stage in (0, 7, 8) then 2 else 3 end),
          (6, case when s.stage in (0, 8) then 'accepted' else 'received' end, case when s.stage in (0, 8) then 2 else 3 end),
          (7, case when s.stage = 0 then 'concluded' else 'fed_back' end, case when s.stage = 0 then null else 3 end)
 ) e (seq, kind, hop);

select format($do$
insert into bihuan.events
       (city_id, case_id, seq, at, kind, assignment_id, actor, officer_id, unit_id, via, reason, detail, prev_hash, hash)
select h.city_id, h.case_id, h.seq, h.at, h.kind, h.assignment_id, h.actor, h.officer_id, h.unit_id, h.via, h.reason,
       h.detail, h.prev_hash,
       sha256(h.prev_hash || convert_to(concat_ws(E'\x1f', h.city_id, h.case_id, h.seq,
         (extract(epoch from h.at) * 1000000)::bigint, h.kind, coalesce(h.assignment_id::text, ''), h.actor,
         coalesce(h.officer_id::text, ''), coalesce(h.unit_id::text, ''), h.via, coalesce(h.reason, ''),
         h.detail::text), 'UTF8'))
  from (
    select w.city_id, w.case_id as case_id, t.seq, w.opened_at + t.seq * interval '10 minutes' as at, t.kind,
           pg_temp.id(t.hop, w.n) as assignment_id, 'officer:' || pg_temp.id(10, w.root) as actor,
           pg_temp.id(10, w.root) as officer_id, w.root as unit_id, 'json' as via, '按程序办理' as reason,
           '{"ref": "R"}'::jsonb as detail, coalesce(p.hash, decode(repeat('00', 32), 'hex')) as prev_hash
      from work w
      join steps t on t.stage = w.stage and t.seq = %1$s
      left join bihuan.events p on p.city_id = w.city_id and p.case_id = w.case_id and p.seq = %1$s - 1
     where w.version >= %1$s
  ) h
$do$, seq) from generate_series(1, 7) seq \gexec

set local session_replication_role = origin;
select definition from later \gexec
select setval('bihuan.units_unit_id_seq', 10000000) \g /dev/null
select setval(format('bihuan.assignment_ref_%s', city_id), 10000000) from bihuan.cities where :pool = 0 and :first = 1 \g /dev/null
commit;
