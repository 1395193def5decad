-- Returns, disputes, referrals, what a case came to, return visits.

-- MARK: cases

alter table bihuan.cases
  -- What it came to; null until it is concluded, and of what was concluded before this was asked.
  add column outcome text,
  -- Someone was asked to name the department that leads, and has not.
  add column awaits_lead boolean not null default false,
  -- Work of it was returned or disputed at least once. Only then is it looked up how often.
  add column is_contested boolean not null default false,
  add constraint case_outcome_is_known check (outcome in
    ('substantiated', 'partly_substantiated', 'unsubstantiated', 'unverifiable', 'explained_not_met', 'adopted')),
  add constraint only_what_is_over_has_an_outcome check (outcome is null or state in ('concluded', 'archived'));

update bihuan.cases c
   set is_contested = true
 where exists (
   select from bihuan.assignments a
    where a.city_id = c.city_id and a.case_id = c.case_id and a.state = 'returned');

-- MARK: disputes

-- A unit says that work assigned to it is another's, and the tier above the assigner decides (指派争议).
create table bihuan.disputes (
  city_id integer not null,
  dispute_id uuid not null,
  ref text not null,
  case_id uuid not null,
  assignment_id uuid not null,
  raised_by integer not null,
  raised_officer uuid not null,
  -- Who assigned what is disputed.
  assigner_unit integer not null,
  -- Whose the work is, as whoever disputes says.
  proposed_unit integer not null,
  -- Who decides.
  arbiter_unit integer not null,
  state text not null,
  reason text not null,
  raised_at timestamptz not null,
  -- What was decided, or why it was withdrawn; null where the unit took the work on after all.
  decision text,
  -- Who holds the work by the decision.
  decided_unit integer,
  closed_at timestamptz,
  version bigint not null default 1,

  primary key (city_id, dispute_id),
  constraint dispute_has_one_case unique (city_id, case_id, dispute_id),
  constraint dispute_ref_is_unique unique (city_id, ref),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, case_id, assignment_id)
    references bihuan.assignments (city_id, case_id, assignment_id),
  foreign key (city_id, raised_by) references bihuan.units (city_id, unit_id),
  foreign key (city_id, assigner_unit) references bihuan.units (city_id, unit_id),
  foreign key (city_id, proposed_unit) references bihuan.units (city_id, unit_id),
  foreign key (city_id, arbiter_unit) references bihuan.units (city_id, unit_id),
  foreign key (city_id, decided_unit) references bihuan.units (city_id, unit_id),
  constraint dispute_state_is_known check (state in ('open', 'decided', 'withdrawn')),
  constraint dispute_ends_with_its_time check ((state = 'open') = (closed_at is null)),
  constraint decision_names_the_unit
    check ((state = 'decided') = (decided_unit is not null) and (state <> 'decided' or decision is not null))
);
create index disputes_case_idx on bihuan.disputes (city_id, case_id);
create index disputes_list_idx on bihuan.disputes (city_id, raised_at desc, dispute_id desc);
-- Of one assignment there is one dispute at a time.
create unique index disputes_open_idx on bihuan.disputes (city_id, assignment_id) where state = 'open';

alter table bihuan.assignments
  -- Of one that was returned: why, and which unit should have it instead.
  add column return_reason text,
  add column proposed_unit integer,
  -- The dispute whose decision binds the unit to it.
  add column bound_by uuid,
  add foreign key (city_id, proposed_unit) references bihuan.units (city_id, unit_id),
  add foreign key (city_id, case_id, bound_by) references bihuan.disputes (city_id, case_id, dispute_id);

-- MARK: referrals

-- A case referred to a body outside (移送、商请), or to whoever names the department that leads (报属地党委政府明确牵头部门).
-- A record of what was done elsewhere: nothing is sent from here.
create table bihuan.referrals (
  city_id integer not null,
  referral_id uuid not null,
  ref text not null,
  case_id uuid not null,
  kind text not null,
  -- The body outside, by name.
  "to" text not null,
  -- What is referred or asked, and why.
  "text" text not null,
  reason text not null,
  state text not null,
  unit_id integer not null,
  officer_id uuid not null,
  referred_at timestamptz not null,
  -- What came back, and which department leads.
  answer text,
  lead text,
  -- Why it is waited for no longer.
  waive_reason text,
  closed_by uuid,
  closed_at timestamptz,
  version bigint not null default 1,

  primary key (city_id, referral_id),
  constraint referral_has_one_case unique (city_id, case_id, referral_id),
  constraint referral_ref_is_unique unique (city_id, ref),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint referral_kind_is_known check (kind in ('outside', 'lead_department')),
  constraint referral_state_is_known check (state in ('open', 'answered', 'waived')),
  constraint referral_ends_with_its_time check ((state = 'open') = (closed_at is null)),
  constraint an_answer_says_something check ((state = 'answered') = (answer is not null)),
  constraint a_lead_is_named check (kind = 'outside' or state <> 'answered' or lead is not null),
  constraint a_waiver_has_its_reason check ((state = 'waived') = (waive_reason is not null))
);
create index referrals_case_idx on bihuan.referrals (city_id, case_id);
create index referrals_list_idx on bihuan.referrals (city_id, referred_at desc, referral_id desc);

-- MARK: return visits

-- A return visit (回访) after the end of a case. It is counted nowhere.
create table bihuan.return_visits (
  city_id integer not null,
  case_id uuid not null,
  -- 1 for the first of the case.
  number integer not null,
  visited_at timestamptz not null,
  reached boolean not null,
  -- Of whoever was reached.
  satisfaction text,
  note text,
  officer_id uuid not null,
  unit_id integer not null,

  primary key (city_id, case_id, number),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint satisfaction_is_known check (satisfaction in ('satisfied', 'neutral', 'dissatisfied')),
  constraint whoever_was_reached_was_asked check (reached = (satisfaction is not null))
);

-- MARK: clocks

alter table bihuan.clocks
  add column dispute_id uuid,
  add column referral_id uuid,
  add foreign key (city_id, case_id, dispute_id) references bihuan.disputes (city_id, case_id, dispute_id),
  add foreign key (city_id, case_id, referral_id) references bihuan.referrals (city_id, case_id, referral_id),
  drop constraint clock_kind_is_known,
  add constraint clock_kind_is_known check (kind in
    ('grading', 'dispatch', 'receipt', 'feedback', 'interim', 'review', 'reply', 'judgement', 'conclusion', 'filing',
     'response', 'arbitration', 'referral'));

-- MARK: numbers

-- The cities that are there get what make_ref_sequences gives to a new one.
do $$
declare
  v_city integer;
begin
  for v_city in select city_id from bihuan.cities loop
    execute format('create sequence bihuan.%I', 'dispute_ref_' || v_city);
    execute format('create sequence bihuan.%I', 'referral_ref_' || v_city);
    execute format('create sequence bihuan.%I', 'drill_dispute_ref_' || v_city);
    execute format('create sequence bihuan.%I', 'drill_referral_ref_' || v_city);
  end loop;
end
$$;
