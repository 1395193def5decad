alter table bihuan.case_experts enable row level security;

-- Whoever sees the case sees who advises on it.
drop policy if exists officer_sees_engagement on bihuan.case_experts;
create policy officer_sees_engagement on bihuan.case_experts for select to bihuan_server
  using (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = case_experts.city_id and v.case_id = case_experts.case_id
      offset 0
    )
  );

-- In the own unit's and the own name, on a case of the own unit.
drop policy if exists owner_engages on bihuan.case_experts;
create policy owner_engages on bihuan.case_experts for insert to bihuan_server
  with check (
    (city_id, unit_id, officer_id) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and exists (
      select from bihuan.cases c
       where c.city_id = case_experts.city_id and c.case_id = case_experts.case_id
         and c.owner_unit = case_experts.unit_id
    )
  );

grant select, insert on bihuan.case_experts to bihuan_server;
