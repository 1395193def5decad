alter table bihuan.events enable row level security;

-- What befell the case is seen with the case, what befell an assignment with the assignment. But what was put on record,
-- proposed or given more time by the owner alone is seen as its row is: by the owner, by those above it and by whoever did
-- it, and so is what was handed over of warnings and clocks; what befell a warning by whoever sees the warning, and what befell a clock by whoever sees the clock.
drop policy if exists officer_sees_event on bihuan.events;
create policy officer_sees_event on bihuan.events for select to bihuan_server
  using (
    assignment_id is null and exists (
      select from bihuan.case_visibility v
       where v.city_id = events.city_id and v.case_id = events.case_id
      offset 0
    )
    and case
          when kind in ('warning_proposed', 'warned', 'warning_declined', 'warning_lifted')
            then exists (
              select from bihuan.warnings w where w.city_id = events.city_id and w.ref = detail ->> 'ref'
            )
          when kind in ('responded', 'raise_proposed', 'recused', 'recusal_lifted', 'contact_revealed')
            or kind = 'filed' and detail ->> 'act' in ('report', 'evaluate')
            or kind = 'handed_over' and detail ->> 'as' in ('warned', 'clock')
            then (city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
              or exists (
                select from bihuan.cases c
                  join bihuan.unit_closure u on u.city_id = c.city_id and u.descendant_id = c.owner_unit
                 where c.city_id = events.city_id and c.case_id = events.case_id
                   and (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
              )
          when kind in ('paused', 'resumed', 'extension_asked', 'extension_granted', 'extension_refused',
                        'noticed', 'reminded', 'circulated', 'order_stands')
            then exists (
              select from bihuan.clocks k
               where k.city_id = events.city_id and k.clock_id = (detail ->> 'clock')::uuid
            )
          else true
        end
    or assignment_id is not null and exists (
      select from bihuan.assignment_visibility v
       where v.city_id = events.city_id and v.assignment_id = events.assignment_id
      offset 0
    )
  );

-- In the own name and no other.
drop policy if exists officer_records_event on bihuan.events;
create policy officer_records_event on bihuan.events for insert to bihuan_server
  with check (
    (city_id, officer_id, unit_id) = (select s.city_id, s.officer_id, s.unit_id from bihuan.sessions s)
    and exists (
      select from bihuan.case_visibility v
       where v.city_id = events.city_id and v.case_id = events.case_id
      offset 0
    )
  );

drop policy if exists worker_sees_event on bihuan.events;
create policy worker_sees_event on bihuan.events for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

-- The system is no officer.
drop policy if exists worker_records_event on bihuan.events;
create policy worker_records_event on bihuan.events for insert to bihuan_worker
  with check (
    city_id = (select nullif(current_setting('bihuan.city', true), '')::integer)
    and officer_id is null
    and unit_id is null
  );

grant select on bihuan.events to bihuan_server, bihuan_worker;
-- Not the hashes and not recorded_at: chain_event writes them.
grant insert (city_id, case_id, seq, at, kind, assignment_id, actor, officer_id, unit_id, via, reason, detail)
  on bihuan.events to bihuan_server, bihuan_worker;
