-- Most feedback clocks of a district run while its stations work. The work list walked past all of them to fill a page,
-- and looked up the assignment of each: the bigger the city, the longer.

alter table bihuan.clocks
  -- A feedback that nobody can give yet: its assignment is not signed for, or units below have still to answer. Kept by
  -- triggers (functions/clock_waits.sql); the work list passes it by.
  add column is_waiting boolean not null default false;

update bihuan.clocks k
   set is_waiting = true
 where k.kind in ('feedback', 'interim') and k.stopped_at is null
   and not exists (
     select from bihuan.assignments a
      where a.city_id = k.city_id and a.assignment_id = k.assignment_id
        and (a.state = 'received'
          or a.state = 'forwarded' and (k.kind = 'interim' or not exists (
               select from bihuan.assignments s
                where s.city_id = a.city_id and s.case_id = a.case_id and s.parent_id = a.assignment_id
                  and s.state in ('assigned', 'received', 'forwarded', 'fed_back')))));

drop index bihuan.clocks_work_idx;
create index clocks_work_idx on bihuan.clocks (city_id, unit_id, is_waiting, due_at, clock_id) where stopped_at is null;
