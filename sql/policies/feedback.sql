alter table bihuan.feedback enable row level security;

drop policy if exists officer_sees_feedback on bihuan.feedback;
create policy officer_sees_feedback on bihuan.feedback for select to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = feedback.city_id and v.assignment_id = feedback.assignment_id
      offset 0
    )
  );

-- Only the unit that was assigned, on an assignment it sees.
drop policy if exists assignee_feeds_back on bihuan.feedback;
create policy assignee_feeds_back on bihuan.feedback for insert to bihuan_server
  with check (
    exists (
      select from bihuan.assignments a
       where a.city_id = feedback.city_id
         and a.assignment_id = feedback.assignment_id
         and (a.city_id, a.to_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
  );

drop policy if exists officer_reviews_feedback on bihuan.feedback;
create policy officer_reviews_feedback on bihuan.feedback for update to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = feedback.city_id and v.assignment_id = feedback.assignment_id
      offset 0
    )
  )
  with check (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = feedback.city_id and v.assignment_id = feedback.assignment_id
      offset 0
    )
  );

drop policy if exists worker_sees_feedback on bihuan.feedback;
create policy worker_sees_feedback on bihuan.feedback for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select, insert, update (state, reviewed_at, review_reason) on bihuan.feedback to bihuan_server;
grant select on bihuan.feedback to bihuan_worker;
