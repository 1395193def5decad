-- A task that is to be done by a unit below which has no part in its case reached nobody: it goes back to the unit that set it,
-- as those do now whose unit leaves the case (functions/task_goes_back.sql).
update bihuan.tasks t
   set owner_unit = t.unit_id
 where t.state = 'open' and t.owner_unit <> t.unit_id
   and not exists (
     select from bihuan.assignments a
      where a.city_id = t.city_id and a.case_id = t.case_id and a.to_unit = t.owner_unit
        and a.state not in ('recalled', 'returned'))
   and not exists (
     select from bihuan.cases c
      where c.city_id = t.city_id and c.case_id = t.case_id and c.owner_unit = t.owner_unit);
