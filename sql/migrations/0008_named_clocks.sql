-- MARK: clocks by their name in the plan

alter table bihuan.clocks
  -- The clock's name in the case's plan; null: as its kind.
  add column rule text,
  -- Since when it stands still.
  add column paused_at timestamptz,
  -- What its unit has asked for on top of the limit, and nobody has decided.
  add column asked text,
  -- Whether it was ever paused or extended, so that most need not be looked up.
  add column is_adjusted boolean not null default false;
alter table bihuan.clocks
  drop constraint clock_kind_is_known,
  add constraint clock_kind_is_known check (kind in
    ('grading', 'dispatch', 'receipt', 'feedback', 'interim', 'review', 'reply', 'judgement', 'conclusion', 'filing')),
  drop constraint rung_has_its_time,
  -- A clock that stands still keeps its rung and has no time for it.
  add constraint rung_has_its_time check (case when paused_at is null then (next_rung is null) = (next_at is null)
                                               else next_at is null end);

-- MARK: what is put on record

alter table bihuan.cases
  -- The kind of matter, by key of the plan.
  add column matter text;

-- A form of the plan as it was filled in: a report, a publication, an answer, an evaluation.
create table bihuan.filings (
  city_id integer not null,
  filing_id uuid not null,
  case_id uuid not null,
  form text not null,
  act text not null,
  -- 1 for the first of its form in the case.
  number integer not null,
  officer_id uuid,
  unit_id integer,
  filed_at timestamptz not null,
  -- Texts by key of the form's fields.
  fields jsonb not null,

  primary key (city_id, filing_id),
  constraint filings_of_a_form_are_numbered unique (city_id, case_id, form, number),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint filing_act_is_known check (act in ('report', 'publish', 'answer', 'evaluate')),
  constraint filing_fields_are_an_object check (jsonb_typeof(fields) = 'object')
);

-- MARK: pauses and extensions

create table bihuan.clock_pauses (
  city_id integer not null,
  clock_id uuid not null,
  case_id uuid not null,
  paused_at timestamptz not null,
  reason text not null,
  -- Null while it stands still.
  resumed_at timestamptz,
  resume_reason text,

  primary key (city_id, clock_id, paused_at),
  foreign key (city_id, case_id, clock_id) references bihuan.clocks (city_id, case_id, clock_id),
  constraint pause_ends_after_it_began check (resumed_at >= paused_at)
);

create table bihuan.clock_extensions (
  city_id integer not null,
  clock_id uuid not null,
  case_id uuid not null,
  number integer not null,
  -- How much longer, as a plan writes a limit.
  "limit" text not null,
  asked_at timestamptz not null,
  reason text not null,
  -- Null until decided.
  is_granted boolean,
  decided_at timestamptz,
  decision_reason text,

  primary key (city_id, clock_id, number),
  foreign key (city_id, case_id, clock_id) references bihuan.clocks (city_id, case_id, clock_id),
  constraint decision_has_its_time check ((is_granted is null) = (decided_at is null))
);
