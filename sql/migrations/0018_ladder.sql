-- The ladder up to its end, and who is to be reached: duty roster, contacts, experts, supplies.

-- MARK: the ladder

alter table bihuan.supervisions
  -- 一般督办 or 重点督办; it rises when the order is raised.
  add column grade text not null default 'general',
  -- The time its issuer set for the reply, as a plan writes a limit; null: as the plan has it.
  add column "limit" text,
  -- Units that were given a copy.
  add column copied_units integer[] not null default '{}',
  add constraint grade_is_known check (grade in ('general', 'serious'));

alter table bihuan.clocks
  -- Since when nobody above is left to whom its ladder could go: it stays before the leaders until it is stopped.
  add column escalated_at timestamptz;

alter table bihuan.overdue
  add column escalated_at timestamptz;
create index overdue_escalated_idx on bihuan.overdue (city_id, unit_id, due_at, clock_id)
  where escalated_at is not null;

-- MARK: duty

-- Who is on duty (值班) in a unit, from when until when. How to reach a unit stands in liaisons.
create table bihuan.duty_shifts (
  city_id integer not null,
  shift_id uuid not null,
  unit_id integer not null,
  officer_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- Null: the local operator.
  set_by uuid,
  set_at timestamptz not null,
  -- Taken off the roster.
  cancelled_at timestamptz,

  primary key (city_id, shift_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  foreign key (city_id, officer_id) references bihuan.officers (city_id, officer_id),
  constraint shift_ends_after_it_begins check (ends_at > starts_at),
  constraint shift_is_no_longer_than_a_week check (ends_at <= starts_at + interval '7 days')
);
create index duty_shifts_unit_idx on bihuan.duty_shifts (city_id, unit_id, ends_at) where cancelled_at is null;
create index duty_shifts_officer_idx on bihuan.duty_shifts (city_id, officer_id, ends_at) where cancelled_at is null;

-- A test whether those on duty can be reached (R30), of the unit that makes it, and of a case where it is tied to one.
create table bihuan.duty_tests (
  city_id integer not null,
  test_id uuid not null,
  unit_id integer not null,
  officer_id uuid not null,
  case_id uuid,
  reason text not null,
  asked_at timestamptz not null,
  answer_by timestamptz not null,

  primary key (city_id, test_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  foreign key (city_id, officer_id) references bihuan.officers (city_id, officer_id),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  constraint answer_is_due_after_it_was_asked check (answer_by > asked_at)
);
create index duty_tests_list_idx on bihuan.duty_tests (city_id, asked_at desc, test_id desc);
create index duty_tests_case_idx on bihuan.duty_tests (city_id, case_id) where case_id is not null;

-- One call of a test: to the officer on duty in a unit; null: nobody was.
create table bihuan.duty_calls (
  city_id integer not null,
  test_id uuid not null,
  number integer not null,
  -- The unit that makes the test.
  from_unit integer not null,
  unit_id integer not null,
  officer_id uuid,
  answered_at timestamptz,
  note text,

  primary key (city_id, test_id, number),
  foreign key (city_id, test_id) references bihuan.duty_tests (city_id, test_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  foreign key (city_id, from_unit) references bihuan.units (city_id, unit_id),
  foreign key (city_id, officer_id) references bihuan.officers (city_id, officer_id),
  constraint nobody_answers_for_nobody check (officer_id is not null or answered_at is null)
);

-- MARK: contacts

-- Whom to call in a unit: an office's own numbers, never those of whoever complained.
create table bihuan.liaisons (
  city_id integer not null,
  liaison_id uuid not null,
  unit_id integer not null,
  kind text not null,
  -- The officer, where it is one of the city's.
  officer_id uuid,
  name text not null,
  phone text,
  email text,
  valid_from timestamptz not null,
  -- Null: until somebody else takes over.
  valid_until timestamptz,
  set_at timestamptz not null,

  primary key (city_id, liaison_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  foreign key (city_id, officer_id) references bihuan.officers (city_id, officer_id),
  constraint liaison_kind_is_known check (kind in ('liaison', 'information_officer', 'responsible', 'spokesperson')),
  constraint liaison_ends_after_it_begins check (valid_until is null or valid_until >= valid_from)
);
create index liaisons_unit_idx on bihuan.liaisons (city_id, unit_id, kind);
-- R37; those with an end of their own are kept apart by functions/guard_information_officer.sql.
create unique index one_information_officer_idx on bihuan.liaisons (city_id, unit_id)
  where kind = 'information_officer' and valid_until is null;

-- MARK: experts

create table bihuan.experts (
  city_id integer not null references bihuan.cities,
  expert_id uuid not null,
  name text not null,
  field text not null,
  organisation text,
  contact text,
  valid_from date not null,
  valid_until date,
  set_at timestamptz not null,

  primary key (city_id, expert_id),
  constraint expert_is_there_once unique (city_id, name, field),
  constraint expert_ends_after_it_begins check (valid_until is null or valid_until >= valid_from)
);

create table bihuan.case_experts (
  city_id integer not null,
  case_id uuid not null,
  expert_id uuid not null,
  engaged_at timestamptz not null,
  officer_id uuid not null,
  unit_id integer not null,
  reason text not null,

  primary key (city_id, case_id, expert_id),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, expert_id) references bihuan.experts (city_id, expert_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id)
);

-- MARK: supplies

create table bihuan.supplies (
  city_id integer not null,
  supply_id uuid not null,
  unit_id integer not null,
  item text not null,
  quantity bigint not null,
  -- 台, 箱 …
  measure text,
  place text not null,
  next_inspection_on date,
  inspected_at timestamptz,
  inspected_by uuid,
  set_at timestamptz not null,

  primary key (city_id, supply_id),
  constraint supply_is_there_once unique (city_id, unit_id, item, place),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint quantity_is_not_negative check (quantity >= 0)
);

-- A function cannot be replaced by one that answers more.
drop function if exists bihuan.overdue_from_scratch(integer);

-- What has climbed its ladder to the end already.
update bihuan.clocks
   set escalated_at = breached_at
 where stopped_at is null and breached_at is not null and next_at is null and paused_at is null and "limit" <> 'NOW';
update bihuan.overdue o
   set escalated_at = k.escalated_at
  from bihuan.clocks k
 where k.city_id = o.city_id and k.clock_id = o.clock_id and k.escalated_at is not null;
