-- MARK: posts and the plan's roles

alter table bihuan.posts
  -- Roles of the plan that the post was appointed to, by key (组长、副组长 …).
  add column plan_roles text[] not null default '{}';

-- MARK: how grave a case is

alter table bihuan.cases
  -- The graver level that the spread of the case speaks for, until somebody grades it.
  add column proposed_level text;

-- Every grading of a case: what was judged, on what, and what became of it.
create table bihuan.gradings (
  city_id integer not null,
  case_id uuid not null,
  -- 1 for the first of the case.
  number integer not null,
  graded_at timestamptz not null,
  -- The level the case has from then on.
  level text not null,
  -- The level the officer judged it to have, before a sensitive period raised it.
  judged text not null,
  -- What the plan proposed; null: nothing spoke for any level.
  proposed text,
  -- 0 to 3 by key of a factor.
  scores jsonb not null,
  -- Keys of the plan.
  criteria text[] not null,
  triggers text[] not null,
  -- Everything that spoke for a level.
  matches jsonb not null,
  -- The sensitive period that raised it.
  sensitive_period text,
  officer_id uuid not null,
  unit_id integer not null,
  reason text not null,

  primary key (city_id, case_id, number),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint only_a_period_raises check ((level = judged) = (sensitive_period is null))
);

-- How far a case had spread at one moment, as somebody counted it.
create table bihuan.spread_samples (
  city_id integer not null,
  case_id uuid not null,
  -- 1 for the first of the case.
  number integer not null,
  observed_at timestamptz not null,
  recorded_at timestamptz not null,
  reads bigint,
  comments bigint,
  outlets bigint,
  heat bigint,
  -- Where it was counted, in words.
  source text,
  officer_id uuid not null,
  unit_id integer not null,

  primary key (city_id, case_id, number),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint something_was_counted check (num_nonnulls(reads, comments, outlets, heat) > 0),
  constraint counts_are_not_negative check (least(reads, comments, outlets, heat) >= 0),
  constraint sample_is_not_of_the_future check (observed_at <= recorded_at)
);

-- Days on which a city takes everything more seriously, both ends included.
create table bihuan.sensitive_periods (
  city_id integer not null references bihuan.cities,
  name text not null,
  first_on date not null,
  last_on date not null,

  primary key (city_id, name, first_on),
  constraint period_ends_after_it_began check (last_on >= first_on),
  constraint period_name_has_length check (length(name) between 1 and 100)
);

-- MARK: warnings

create table bihuan.warnings (
  city_id integer not null,
  warning_id uuid not null,
  case_id uuid not null,
  ref text not null,
  -- By key of the plan's warning scheme; `judged` before a sensitive period raised it.
  level text not null,
  judged text not null,
  sensitive_period text,
  state text not null,
  -- What the level follows from, as levels of cases.
  happened text,
  possible text,
  elsewhere text,
  -- What is warned of, and what those who are warned are to do.
  "text" text not null,
  measures text,
  -- Units the proposer named.
  named_units integer[] not null,
  proposed_by uuid,
  proposed_unit integer not null,
  proposed_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  decision_reason text,
  lifted_at timestamptz,
  lift_reason text,
  version bigint not null,

  primary key (city_id, warning_id),
  constraint warning_has_one_case unique (city_id, case_id, warning_id),
  constraint warning_ref_is_unique unique (city_id, ref),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, proposed_unit) references bihuan.units (city_id, unit_id),
  constraint only_a_period_raises_a_warning check ((level = judged) = (sensitive_period is null)),
  constraint warning_state_is_known check (state in ('proposed', 'issued', 'declined', 'lifted')),
  constraint decision_comes_with_its_time check ((state = 'proposed') = (decided_at is null)),
  constraint lift_comes_with_its_time check ((state = 'lifted') = (lifted_at is not null))
);

create index warnings_case_idx on bihuan.warnings (city_id, case_id);
create index warnings_list_idx on bihuan.warnings (city_id, proposed_at desc, warning_id desc);

-- What became of an issued warning at each unit that was told.
create table bihuan.warning_receipts (
  city_id integer not null,
  warning_id uuid not null,
  case_id uuid not null,
  unit_id integer not null,
  -- The roles for which it was told, by key of the plan.
  roles text[] not null,
  urgency text not null,
  told_at timestamptz not null,
  -- When it first answered, and what it said last.
  received_at timestamptz,
  received_by uuid,
  measures text,

  primary key (city_id, warning_id, unit_id),
  foreign key (city_id, case_id, warning_id) references bihuan.warnings (city_id, case_id, warning_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint urgency_is_known check (urgency in ('normal', 'urgent')),
  constraint answer_comes_with_its_time check ((received_at is null) = (measures is null))
);
create index warning_receipts_case_idx on bihuan.warning_receipts (city_id, case_id);
create index warning_receipts_unit_idx on bihuan.warning_receipts (city_id, unit_id, told_at desc, warning_id desc);

alter table bihuan.clocks
  add column warning_id uuid,
  add foreign key (city_id, case_id, warning_id) references bihuan.warnings (city_id, case_id, warning_id),
  drop constraint clock_kind_is_known,
  add constraint clock_kind_is_known check (kind in
    ('grading', 'dispatch', 'receipt', 'feedback', 'interim', 'review', 'reply', 'judgement', 'conclusion', 'filing',
     'response'));

-- Warnings are numbered like assignments and orders, city by city.
do $$
declare
  v_city integer;
begin
  for v_city in select c.city_id from bihuan.cities c loop
    execute format('create sequence bihuan.%I', 'warning_ref_' || v_city);
  end loop;
end
$$;
