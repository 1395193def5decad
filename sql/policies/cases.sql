alter table bihuan.cases enable row level security;

-- A unit sees a case when the visibility table says so; see functions/refresh_visibility.sql. The table always says so
-- of the owner, who need not be looked up unless the case is sealed.
drop policy if exists officer_sees_case on bihuan.cases;
create policy officer_sees_case on bihuan.cases for select to bihuan_server
  using (
    not is_sealed and (city_id, owner_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    or exists (
      select from bihuan.case_visibility v
       where v.city_id = cases.city_id and v.case_id = cases.case_id
      offset 0
    )
  );

-- Cases are opened by the city's dispatch office and duty desk, in their own name.
drop policy if exists duty_office_opens_case on bihuan.cases;
create policy duty_office_opens_case on bihuan.cases for insert to bihuan_server
  with check (
    (city_id, owner_unit) = (
      select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'duty')
    )
    and exists (
      select from bihuan.units u
       where u.city_id = cases.city_id and u.unit_id = cases.owner_unit and u.tier = 'city'
    )
  );

-- Who may move it where is the Desk's to decide; `for update` needs this policy too.
drop policy if exists officer_moves_case on bihuan.cases;
create policy officer_moves_case on bihuan.cases for update to bihuan_server
  using (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = cases.city_id and v.case_id = cases.case_id
      offset 0
    )
  )
  with check (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = cases.city_id and v.case_id = cases.case_id
      offset 0
    )
  );

drop policy if exists worker_sees_case on bihuan.cases;
create policy worker_sees_case on bihuan.cases for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

drop policy if exists worker_moves_case on bihuan.cases;
create policy worker_moves_case on bihuan.cases for update to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer))
  with check (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert on bihuan.cases to bihuan_server;
grant select on bihuan.cases to bihuan_worker;
grant update (secrecy) on bihuan.cases to bihuan_server;
grant update (state, level, matter, level_rank, category, proposed_level, plan_version, graded_at, concluded_at,
              version, outcome, awaits_lead, is_contested, merged_into, merged_before, merged_at)
  on bihuan.cases to bihuan_server, bihuan_worker;
