alter table bihuan.lead_revisions enable row level security;

-- Whoever sees the lead sees what it said before.
drop policy if exists officer_sees_revision on bihuan.lead_revisions;
create policy officer_sees_revision on bihuan.lead_revisions for select to bihuan_server
  using (
    exists (
      select from bihuan.leads l
       where l.city_id = lead_revisions.city_id and l.lead_id = lead_revisions.lead_id
    )
  );

drop policy if exists worker_sees_revision on bihuan.lead_revisions;
create policy worker_sees_revision on bihuan.lead_revisions for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.lead_revisions to bihuan_server, bihuan_worker;
