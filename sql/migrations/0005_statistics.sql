-- A unit belongs to one city. Unless the planner knows, it takes (city, unit) for a matter of a row or less, any index
-- that begins so for as good as the key, and looks a single case up by reading all that a district sees.
create statistics bihuan.case_visibility_unit (dependencies) on city_id, unit_id from bihuan.case_visibility;
create statistics bihuan.assignment_visibility_unit (dependencies) on city_id, unit_id from bihuan.assignment_visibility;
create statistics bihuan.clocks_unit (dependencies) on city_id, unit_id from bihuan.clocks;
