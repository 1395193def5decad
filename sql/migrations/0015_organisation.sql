-- Organisation that changes: what became of each unit, deputies, and who administers whom.

-- MARK: the history of units

-- What became of a unit: append-only, so that an old document can be read. Written by a trigger on units
-- (functions/history_on_unit_change.sql), whoever changes them.
create table bihuan.unit_changes (
  city_id integer not null references bihuan.cities,
  -- 1, 2, 3 … in the city.
  number integer not null,
  kind text not null,
  unit_id integer not null,
  -- The unit it was merged into, split from, or that took its work over.
  other_unit integer,
  old_name text,
  new_name text,
  old_parent integer,
  new_parent integer,
  -- Domain time, as in the logs of cases.
  at timestamptz not null,
  -- Who: `officer:<id>`, or `local:<os user>`.
  "by" text not null,
  officer_id uuid,
  reason text,

  primary key (city_id, number),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  foreign key (city_id, other_unit) references bihuan.units (city_id, unit_id),
  foreign key (city_id, old_parent) references bihuan.units (city_id, unit_id),
  foreign key (city_id, new_parent) references bihuan.units (city_id, unit_id),
  constraint unit_change_is_known check (kind in ('opened', 'renamed', 'moved', 'merged', 'split', 'closed')),
  constraint unit_change_reason_has_length check (length(reason) between 1 and 20000)
);
create index unit_changes_unit_idx on bihuan.unit_changes (city_id, unit_id, number);

-- MARK: deputies

alter table bihuan.posts
  -- The post that this one stands in for (代理), between its dates and no longer.
  add column acting_for uuid,
  add constraint deputy_stands_in_for_a_post
    foreign key (city_id, acting_for) references bihuan.posts (city_id, post_id) on delete cascade,
  add constraint deputy_has_an_end check (acting_for is null or valid_until is not null),
  add constraint nobody_stands_in_for_himself check (acting_for <> post_id);

-- MARK: delegated administration

-- What administrators did to officers and their posts: append-only.
create table bihuan.officer_changes (
  city_id integer not null references bihuan.cities,
  -- 1, 2, 3 … in the city.
  number integer not null,
  kind text not null,
  officer_id uuid not null,
  post_id uuid,
  -- Unit and role of the post; of the officer's first post where the change is about no post.
  unit_id integer,
  role text,
  at timestamptz not null,
  "by" text not null,
  by_officer uuid,
  reason text not null,

  primary key (city_id, number),
  foreign key (city_id, officer_id) references bihuan.officers (city_id, officer_id),
  foreign key (city_id, post_id) references bihuan.posts (city_id, post_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint officer_change_is_known check (kind in ('added', 'locked', 'unlocked', 'reset', 'posted', 'post_ended')),
  constraint officer_change_reason_has_length check (length(reason) between 1 and 20000)
);
create index officer_changes_officer_idx on bihuan.officer_changes (city_id, officer_id, number);
