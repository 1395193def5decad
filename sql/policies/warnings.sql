alter table bihuan.warnings enable row level security;

-- A warning is seen by who proposed it, by the owner of its case, by the units that were told, and by all those above;
-- of what is sealed, by whoever of them may see that.
drop policy if exists officer_sees_warning on bihuan.warnings;
create policy officer_sees_warning on bihuan.warnings for select to bihuan_server
  using (
    (not is_sealed or not bihuan.is_hidden(case_id))
    and (exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = warnings.city_id
         and (u.descendant_id = warnings.proposed_unit
           or u.descendant_id = (
             select c.owner_unit from bihuan.cases c
              where c.city_id = warnings.city_id and c.case_id = warnings.case_id
           ))
    )
    or exists (
      select from bihuan.warning_receipts r
       where r.city_id = warnings.city_id and r.warning_id = warnings.warning_id
    ))
  );

-- In the own unit's and the own name, and not decided yet.
drop policy if exists officer_proposes_warning on bihuan.warnings;
create policy officer_proposes_warning on bihuan.warnings for insert to bihuan_server
  with check (
    (city_id, proposed_unit, proposed_by) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and state = 'proposed'
    and decided_by is null
    and exists (
      select from bihuan.case_visibility v
       where v.city_id = warnings.city_id and v.case_id = warnings.case_id
      offset 0
    )
  );

-- Who may issue or lift which level is the Desk's to decide.
drop policy if exists authority_decides_warning on bihuan.warnings;
create policy authority_decides_warning on bihuan.warnings for update to bihuan_server
  using (
    (not is_sealed or not bihuan.is_hidden(case_id))
    and exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = warnings.city_id
         and (u.descendant_id = warnings.proposed_unit
           or u.descendant_id = (
             select c.owner_unit from bihuan.cases c
              where c.city_id = warnings.city_id and c.case_id = warnings.case_id
           ))
    )
  )
  with check (
    (not is_sealed or not bihuan.is_hidden(case_id))
    and exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = warnings.city_id
         and (u.descendant_id = warnings.proposed_unit
           or u.descendant_id = (
             select c.owner_unit from bihuan.cases c
              where c.city_id = warnings.city_id and c.case_id = warnings.case_id
           ))
    )
  );

drop policy if exists worker_sees_warning on bihuan.warnings;
create policy worker_sees_warning on bihuan.warnings for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert,
      update (state, decided_by, decided_at, decision_reason, lifted_at, lift_reason, version)
  on bihuan.warnings to bihuan_server;
grant select on bihuan.warnings to bihuan_worker;
