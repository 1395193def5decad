alter table bihuan.filings enable row level security;

-- What was said in public or answered is for everybody on the case; reports and evaluations are for its owner and those
-- above.
drop policy if exists officer_sees_filing on bihuan.filings;
create policy officer_sees_filing on bihuan.filings for select to bihuan_server
  using (
    exists (
      select from bihuan.cases c
       where c.city_id = filings.city_id and c.case_id = filings.case_id
         and (filings.act in ('publish', 'answer')
           or exists (
             select from bihuan.unit_closure u
              where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
                and u.city_id = c.city_id
                and u.descendant_id = c.owner_unit
           ))
    )
  );

-- In the own unit's and the own name, on a case of the own unit.
drop policy if exists owner_files on bihuan.filings;
create policy owner_files on bihuan.filings for insert to bihuan_server
  with check (
    (city_id, unit_id, officer_id) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and exists (
      select from bihuan.cases c
       where c.city_id = filings.city_id and c.case_id = filings.case_id and c.owner_unit = filings.unit_id
    )
  );

drop policy if exists worker_sees_filing on bihuan.filings;
create policy worker_sees_filing on bihuan.filings for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert on bihuan.filings to bihuan_server;
grant select on bihuan.filings to bihuan_worker;
