alter table bihuan.warning_receipts enable row level security;

-- A unit sees what it and those below it were told; the owner of the case and those above see all of it;
-- of what is sealed, whoever of them may see that.
drop policy if exists officer_sees_warning_receipt on bihuan.warning_receipts;
create policy officer_sees_warning_receipt on bihuan.warning_receipts for select to bihuan_server
  using (
    (not is_sealed or not bihuan.is_hidden(case_id))
    and exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = warning_receipts.city_id
         and (u.descendant_id = warning_receipts.unit_id
           or u.descendant_id = (
             select c.owner_unit from bihuan.cases c
              where c.city_id = warning_receipts.city_id and c.case_id = warning_receipts.case_id
           ))
    )
  );

-- Who may issue what is the Desk's to decide; here: only above the owner of the case, and nothing answered yet.
drop policy if exists issuer_tells_unit on bihuan.warning_receipts;
create policy issuer_tells_unit on bihuan.warning_receipts for insert to bihuan_server
  with check (
    exists (
      select from bihuan.unit_closure u
        join bihuan.cases c on c.city_id = u.city_id and c.owner_unit = u.descendant_id
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and c.city_id = warning_receipts.city_id and c.case_id = warning_receipts.case_id
    )
  );

-- For itself and no other.
drop policy if exists unit_answers_warning on bihuan.warning_receipts;
create policy unit_answers_warning on bihuan.warning_receipts for update to bihuan_server
  using ((city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s) and (not is_sealed or not bihuan.is_hidden(case_id)))
  with check (
    (city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and (not is_sealed or not bihuan.is_hidden(case_id))
    and coalesce(received_by = (select s.officer_id from bihuan.sessions s), true)
  );

drop policy if exists worker_sees_warning_receipt on bihuan.warning_receipts;
create policy worker_sees_warning_receipt on bihuan.warning_receipts for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert (city_id, warning_id, case_id, unit_id, roles, urgency, told_at),
      update (received_at, received_by, measures)
  on bihuan.warning_receipts to bihuan_server;
grant select on bihuan.warning_receipts to bihuan_worker;
