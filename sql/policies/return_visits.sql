alter table bihuan.return_visits enable row level security;

-- Of the case as a whole: with the case.
drop policy if exists officer_sees_visit on bihuan.return_visits;
create policy officer_sees_visit on bihuan.return_visits for select to bihuan_server
  using (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = return_visits.city_id and v.case_id = return_visits.case_id
      offset 0
    )
  );

-- By the owner of the case, in the own name.
drop policy if exists owner_visits on bihuan.return_visits;
create policy owner_visits on bihuan.return_visits for insert to bihuan_server
  with check (
    (city_id, unit_id, officer_id) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and exists (
      select from bihuan.cases c
       where c.city_id = return_visits.city_id and c.case_id = return_visits.case_id
         and c.owner_unit = return_visits.unit_id
    )
  );

drop policy if exists worker_sees_visit on bihuan.return_visits;
create policy worker_sees_visit on bihuan.return_visits for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert on bihuan.return_visits to bihuan_server;
grant select on bihuan.return_visits to bihuan_worker;
