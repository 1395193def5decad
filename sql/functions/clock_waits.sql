-- Whether nobody can act on a clock yet. A feedback waits until its assignment is signed for, and while units below have
-- still to answer; an interim report need not wait for those below. In a case that is merged nothing can be done at all.
create or replace function bihuan.clock_waits(p_clock bihuan.clocks)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select p_clock.kind in ('feedback', 'interim')
       and not exists (
         select from bihuan.assignments a
          where a.city_id = p_clock.city_id and a.assignment_id = p_clock.assignment_id
            and (a.state = 'received'
              or a.state = 'forwarded' and (p_clock.kind = 'interim' or not exists (
                   select from bihuan.assignments s
                    where s.city_id = a.city_id and s.case_id = a.case_id and s.parent_id = a.assignment_id
                      and s.state in ('assigned', 'received', 'forwarded', 'fed_back')))))
        or exists (
          select from bihuan.cases c
           where c.city_id = p_clock.city_id and c.case_id = p_clock.case_id and c.state = 'merged')
  );
end
$$;

revoke all on function bihuan.clock_waits(bihuan.clocks) from public;
