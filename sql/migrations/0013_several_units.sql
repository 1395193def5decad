-- Several units on one case: what a guide says, the tasks of an assignment, and the answers to what the plan's form asks in a
-- feedback.

-- What a guide says of the work it guides (指导意见).
create table bihuan.comments (
  city_id integer not null,
  comment_id uuid not null,
  case_id uuid not null,
  -- What it is about.
  assignment_id uuid not null,
  -- The assignment by which its writer guides.
  guide_id uuid not null,
  -- 1, 2, 3 … within the assignment it is about.
  number integer not null,
  unit_id integer not null,
  officer_id uuid not null,
  commented_at timestamptz not null,
  "text" text not null,

  primary key (city_id, comment_id),
  constraint comment_number_is_unique unique (city_id, assignment_id, number),
  constraint comment_is_of_the_case
    foreign key (city_id, case_id, assignment_id) references bihuan.assignments (city_id, case_id, assignment_id),
  constraint guide_is_of_the_case
    foreign key (city_id, case_id, guide_id) references bihuan.assignments (city_id, case_id, assignment_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id)
);

-- A piece of the work that an assigned unit keeps apart (任务): by whom, by when, and what shows that it was done.
create table bihuan.tasks (
  city_id integer not null,
  task_id uuid not null,
  case_id uuid not null,
  assignment_id uuid not null,
  -- 1, 2, 3 … within the assignment.
  number integer not null,
  -- The unit that was assigned.
  unit_id integer not null,
  -- The unit that is to do it: the same, or one below it.
  owner_unit integer not null,
  -- Who is to do it, of the unit that was assigned; null: whoever of the unit.
  officer_id uuid,
  "text" text not null,
  state text not null,
  due_at timestamptz,
  added_at timestamptz not null,
  added_by uuid not null,
  ended_at timestamptz,
  ended_by uuid,
  -- What shows that it was done, or why it was dropped.
  evidence text,
  drop_reason text,

  primary key (city_id, task_id),
  constraint task_number_is_unique unique (city_id, assignment_id, number),
  constraint task_is_of_the_case
    foreign key (city_id, case_id, assignment_id) references bihuan.assignments (city_id, case_id, assignment_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  foreign key (city_id, owner_unit) references bihuan.units (city_id, unit_id),
  constraint task_state_is_known check (state in ('open', 'done', 'dropped')),
  constraint what_is_over_has_its_end check ((state = 'open') = (ended_at is null)),
  constraint what_is_done_shows_it check ((state = 'done') = (evidence is not null)),
  constraint what_is_dropped_says_why check ((state = 'dropped') = (drop_reason is not null))
);
create index tasks_case_idx on bihuan.tasks (city_id, case_id);
create index tasks_owner_idx on bihuan.tasks (city_id, owner_unit, due_at) where state = 'open';
create index tasks_unit_idx on bihuan.tasks (city_id, unit_id, due_at) where state = 'open';

-- What a feedback answers besides its findings, measures and result, as the form of the case's plan asked.
create table bihuan.feedback_answers (
  city_id integer not null,
  feedback_id uuid not null,
  case_id uuid not null,
  assignment_id uuid not null,
  -- The field of the form, and its place in it.
  key text not null,
  number integer not null,
  -- As the plan called it then.
  question text not null,
  "value" text not null,
  -- For the reviewing tier and those above alone (履职、违纪).
  is_restricted boolean not null,

  primary key (city_id, feedback_id, key),
  foreign key (city_id, feedback_id) references bihuan.feedback (city_id, feedback_id),
  constraint answer_is_of_the_case
    foreign key (city_id, case_id, assignment_id) references bihuan.assignments (city_id, case_id, assignment_id)
);
