alter table bihuan.recusals enable row level security;

-- The owner of the case and those above know who is kept out of it, as far as they see the case; others on it need not.
drop policy if exists owner_sees_recusal on bihuan.recusals;
create policy owner_sees_recusal on bihuan.recusals for select to bihuan_server
  using (
    exists (
      select from bihuan.cases c
        join bihuan.unit_closure u on u.city_id = c.city_id and u.descendant_id = c.owner_unit
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and c.city_id = recusals.city_id and c.case_id = recusals.case_id
    )
  );

-- In the own name, on a case of the own unit.
drop policy if exists owner_recuses on bihuan.recusals;
create policy owner_recuses on bihuan.recusals for insert to bihuan_server
  with check (
    (city_id, recused_by) = (select s.city_id, s.officer_id from bihuan.sessions s)
    and lifted_at is null
    and exists (
      select from bihuan.cases c
       where c.city_id = recusals.city_id and c.case_id = recusals.case_id
         and (c.city_id, c.owner_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
  );

drop policy if exists owner_lifts_recusal on bihuan.recusals;
create policy owner_lifts_recusal on bihuan.recusals for update to bihuan_server
  using (
    exists (
      select from bihuan.cases c
       where c.city_id = recusals.city_id and c.case_id = recusals.case_id
         and (c.city_id, c.owner_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
  )
  with check (
    coalesce(lifted_by = (select s.officer_id from bihuan.sessions s), true)
    and exists (
      select from bihuan.cases c
       where c.city_id = recusals.city_id and c.case_id = recusals.case_id
         and (c.city_id, c.owner_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
  );

drop policy if exists worker_sees_recusal on bihuan.recusals;
create policy worker_sees_recusal on bihuan.recusals for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert (city_id, case_id, unit_id, recused_at, recused_by, reason),
      update (lifted_at, lifted_by, lift_reason)
  on bihuan.recusals to bihuan_server;
grant select on bihuan.recusals to bihuan_worker;
