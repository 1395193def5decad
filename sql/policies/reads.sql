alter table bihuan.reads enable row level security;

-- Who looked at a restricted case is for the leader of the unit that owns it. Written by note_read only.
drop policy if exists owners_leader_sees_read on bihuan.reads;
create policy owners_leader_sees_read on bihuan.reads for select to bihuan_server
  using (
    exists (
      select from bihuan.cases c
       where c.city_id = reads.city_id and c.case_id = reads.case_id
         and (c.city_id, c.owner_unit) = (
           select s.city_id, s.unit_id from bihuan.sessions s where s.role = 'leader')
    )
  );

grant select on bihuan.reads to bihuan_server;
