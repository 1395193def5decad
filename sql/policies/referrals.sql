alter table bihuan.referrals enable row level security;

-- Of the case as a whole: with the case.
drop policy if exists officer_sees_referral on bihuan.referrals;
create policy officer_sees_referral on bihuan.referrals for select to bihuan_server
  using (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = referrals.city_id and v.case_id = referrals.case_id
      offset 0
    )
  );

-- By the owner of the case, in the own name.
drop policy if exists owner_refers on bihuan.referrals;
create policy owner_refers on bihuan.referrals for insert to bihuan_server
  with check (
    (city_id, unit_id, officer_id) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and state = 'open'
    and exists (
      select from bihuan.cases c
       where c.city_id = referrals.city_id and c.case_id = referrals.case_id and c.owner_unit = referrals.unit_id
    )
  );

drop policy if exists owner_closes_referral on bihuan.referrals;
create policy owner_closes_referral on bihuan.referrals for update to bihuan_server
  using (
    (city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and exists (
      select from bihuan.case_visibility v
       where v.city_id = referrals.city_id and v.case_id = referrals.case_id
      offset 0
    )
  )
  with check (
    (city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and exists (
      select from bihuan.case_visibility v
       where v.city_id = referrals.city_id and v.case_id = referrals.case_id
      offset 0
    )
    and (closed_by is null or closed_by = (select s.officer_id from bihuan.sessions s))
  );

drop policy if exists worker_sees_referral on bihuan.referrals;
create policy worker_sees_referral on bihuan.referrals for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert, update (state, answer, lead, waive_reason, closed_by, closed_at, version)
  on bihuan.referrals to bihuan_server;
grant select on bihuan.referrals to bihuan_worker;
