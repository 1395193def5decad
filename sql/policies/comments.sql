alter table bihuan.comments enable row level security;

-- Whoever sees the work sees what is said of it.
drop policy if exists officer_sees_comment on bihuan.comments;
create policy officer_sees_comment on bihuan.comments for select to bihuan_server
  using (
    exists (
      select from bihuan.assignment_visibility v
       where v.city_id = comments.city_id and v.assignment_id = comments.assignment_id
      offset 0
    )
  );

-- In the own name, by a unit that guides, on work that it sees.
drop policy if exists guide_comments on bihuan.comments;
create policy guide_comments on bihuan.comments for insert to bihuan_server
  with check (
    (city_id, unit_id, officer_id) = (select s.city_id, s.unit_id, s.officer_id from bihuan.sessions s)
    and exists (
      select from bihuan.assignments g
       where g.city_id = comments.city_id and g.assignment_id = comments.guide_id and g.role = 'guide'
         and g.to_unit = comments.unit_id
    )
    and exists (
      select from bihuan.assignment_visibility v
       where v.city_id = comments.city_id and v.assignment_id = comments.assignment_id
      offset 0
    )
  );

grant select, insert on bihuan.comments to bihuan_server;
