alter table bihuan.contacts enable row level security;

-- Whoever has to answer: dispatcher, duty desk and handlers of the unit that owns the case, dispatchers and handlers of a
-- unit that is in charge of it (主办) and not done; before there is a case, dispatcher and duty desk of the unit that took
-- the lead in. Nobody else, not even above them.
drop policy if exists answerer_sees_contact on bihuan.contacts;
create policy answerer_sees_contact on bihuan.contacts for select to bihuan_server
  using (
    exists (
      select from bihuan.leads l
       where l.city_id = contacts.city_id and l.lead_id = contacts.lead_id
         and (l.case_id is null
             and (l.city_id, l.unit_id) = (
               select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'duty'))
           or exists (
             select from bihuan.cases c
              where c.city_id = l.city_id and c.case_id = l.case_id
                and (c.city_id, c.owner_unit) = (
                  select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'duty', 'handler')))
           or exists (
             select from bihuan.assignments a
              where a.city_id = l.city_id and a.case_id = l.case_id
                and a.role = 'lead' and a.state in ('assigned', 'received', 'forwarded', 'fed_back')
                and (a.city_id, a.to_unit) = (
                  select s.city_id, s.unit_id from bihuan.sessions s where s.role in ('dispatcher', 'handler'))))
    )
  );

-- With a lead that one sees.
drop policy if exists officer_takes_contact on bihuan.contacts;
create policy officer_takes_contact on bihuan.contacts for insert to bihuan_server
  with check (
    exists (
      select from bihuan.leads l
       where l.city_id = contacts.city_id and l.lead_id = contacts.lead_id
    )
  );

-- Purging is the owner's.
grant select, insert (city_id, contact_id, lead_id, kind, ciphertext, nonce, key_id, recorded_at)
  on bihuan.contacts to bihuan_server;
