-- Drills (演练): cases that run under the very same plan and clocks, and are never counted and never sent outside.

-- MARK: what is a drill

alter table bihuan.cases
  -- Set when it is registered and never changed (functions/guard_drill.sql).
  add column is_drill boolean not null default false;

-- A drill's own lead is part of the drill (functions/guard_lead_of_drill.sql): the same number at the same source may come
-- in earnest.
alter table bihuan.leads
  add column is_drill boolean not null default false;
alter table bihuan.leads
  drop constraint reference_is_unique,
  add constraint reference_is_unique unique (city_id, source, reference, is_drill),
  add constraint drill_lead_has_its_case check (not is_drill or case_id is not null);

-- Drills are few among many cases; a list of them, or without them, is walked along an index as well.
alter table bihuan.case_visibility
  add column is_drill boolean not null default false;
create index case_visibility_drill_idx on bihuan.case_visibility (city_id, unit_id, opened_at desc, case_id desc)
  where is_drill;

-- MARK: numbers

-- The cities that are there get what make_ref_sequences gives to a new one.
do $$
declare
  v_city integer;
begin
  for v_city in select city_id from bihuan.cities loop
    execute format('create sequence bihuan.%I', 'drill_assignment_ref_' || v_city);
    execute format('create sequence bihuan.%I', 'drill_supervision_ref_' || v_city);
    execute format('create sequence bihuan.%I', 'drill_warning_ref_' || v_city);
  end loop;
end
$$;

-- Which series a number is drawn from follows from the case now; and a function cannot be replaced by one that answers
-- more.
drop function if exists bihuan.next_ref(text);
drop function if exists bihuan.case_visibility_from_scratch(integer);
