alter table bihuan.leads enable row level security;

-- With its case, or because the own unit or one below took it in; of what is sealed, by whoever may see that.
drop policy if exists officer_sees_lead on bihuan.leads;
create policy officer_sees_lead on bihuan.leads for select to bihuan_server
  using (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = leads.city_id and v.case_id = leads.case_id
      offset 0
    )
    or exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = leads.city_id
         and u.descendant_id = leads.unit_id
    )
      and (not is_sealed or not bihuan.is_hidden(case_id))
  );

-- In the name of the own unit, and attached at most to a case one sees: foreign keys do not ask who sees what.
drop policy if exists officer_takes_in_lead on bihuan.leads;
create policy officer_takes_in_lead on bihuan.leads for insert to bihuan_server
  with check (
    (city_id, unit_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
    and (case_id is null or exists (
      select from bihuan.case_visibility v
       where v.city_id = leads.city_id and v.case_id = leads.case_id
      offset 0
    ))
  );

drop policy if exists officer_attaches_lead on bihuan.leads;
create policy officer_attaches_lead on bihuan.leads for update to bihuan_server
  using (
    exists (
      select from bihuan.case_visibility v
       where v.city_id = leads.city_id and v.case_id = leads.case_id
      offset 0
    )
    or exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = leads.city_id
         and u.descendant_id = leads.unit_id
    )
      and (not is_sealed or not bihuan.is_hidden(case_id))
  )
  with check (
    (exists (
      select from bihuan.case_visibility v
       where v.city_id = leads.city_id and v.case_id = leads.case_id
      offset 0
    )
    or exists (
      select from bihuan.unit_closure u
       where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
         and u.city_id = leads.city_id
         and u.descendant_id = leads.unit_id
    )
      and (not is_sealed or not bihuan.is_hidden(case_id)))
    and (case_id is null or exists (
      select from bihuan.case_visibility v
       where v.city_id = leads.city_id and v.case_id = leads.case_id
      offset 0
    ))
  );

drop policy if exists worker_sees_lead on bihuan.leads;
create policy worker_sees_lead on bihuan.leads for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert, update (case_id, merged_from) on bihuan.leads to bihuan_server;
grant select on bihuan.leads to bihuan_worker;
