alter table bihuan.overdue enable row level security;

-- There is a row for every unit that is to see it; of what is sealed, whoever may see that.
drop policy if exists officer_sees_own_unit on bihuan.overdue;
create policy officer_sees_own_unit on bihuan.overdue for select to bihuan_server
  using (
    (city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and (not is_sealed or not bihuan.is_hidden(case_id))
  );

drop policy if exists worker_sees_overdue on bihuan.overdue;
create policy worker_sees_overdue on bihuan.overdue for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.overdue to bihuan_server, bihuan_worker;
