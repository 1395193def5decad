alter table bihuan.officer_changes enable row level security;

-- What was done to officers is for the administrators of the unit whose post it was about, and for those above.
drop policy if exists operator_sees_officer_change on bihuan.officer_changes;
create policy operator_sees_officer_change on bihuan.officer_changes for select to bihuan_server
  using (
    exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role = 'operator')
         and u.city_id = officer_changes.city_id
         and u.descendant_id = officer_changes.unit_id
    )
  );

grant select on bihuan.officer_changes to bihuan_server;
