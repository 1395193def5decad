alter table bihuan.feedback_answers enable row level security;

-- Seen with the feedback; but what is restricted by the unit that reviews it, the unit that wrote it and those above that
-- one alone: not by others on the case, and not from below.
drop policy if exists officer_sees_answer on bihuan.feedback_answers;
create policy officer_sees_answer on bihuan.feedback_answers for select to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = feedback_answers.city_id and v.assignment_id = feedback_answers.assignment_id
      offset 0
    )
    and (
      not is_restricted
      or exists (
        select from bihuan.assignments a
         where a.city_id = feedback_answers.city_id and a.assignment_id = feedback_answers.assignment_id
           and (
             (a.city_id, a.reviewer_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
             or exists (
               select from bihuan.unit_closure u
                where (u.city_id, u.ancestor_id) = (select s.city_id, s.unit_id from bihuan.sessions s)
                  and u.city_id = a.city_id
                  and u.descendant_id = a.to_unit
             )
           )
      )
    )
  );

-- Only the unit that was assigned, as the feedback itself.
drop policy if exists assignee_answers on bihuan.feedback_answers;
create policy assignee_answers on bihuan.feedback_answers for insert to bihuan_server
  with check (
    exists (
      select from bihuan.feedback f
        join bihuan.assignments a on a.city_id = f.city_id and a.assignment_id = f.assignment_id
       where f.city_id = feedback_answers.city_id
         and f.feedback_id = feedback_answers.feedback_id
         and f.assignment_id = feedback_answers.assignment_id
         and (a.city_id, a.to_unit) = (select s.city_id, s.unit_id from bihuan.sessions s)
    )
  );

grant select, insert on bihuan.feedback_answers to bihuan_server;
