-- What a plan leaves to the city is set where it is published: a version is its text and these values.
alter table bihuan.plan_versions
  -- Values by their path in the plan.
  add column settings jsonb not null default '{}'
    constraint settings_are_an_object check (jsonb_typeof(settings) = 'object');

-- From which day new cases open under which version. A case keeps the one it opened under.
create table bihuan.plan_adoptions (
  city_id integer not null references bihuan.cities,
  effective_on date not null,
  plan_id text not null,
  plan_version integer not null,
  adopted_at timestamptz not null default now(),

  primary key (city_id, effective_on),
  foreign key (city_id, plan_id, plan_version) references bihuan.plan_versions (city_id, plan_id, version)
);

-- What was adopted so far was in force from the beginning.
insert into bihuan.plan_adoptions (city_id, effective_on, plan_id, plan_version)
select city_id, date '2000-01-01', plan_id, plan_version from bihuan.cities where plan_id is not null;

-- The trigger names the columns that go; it comes back without them.
drop trigger if exists bump_own_book_version on bihuan.cities;
alter table bihuan.cities
  drop column plan_id,
  drop column plan_version,
  -- When offices are open on a working day, as `09:00-12:00,14:00-18:00`.
  add column office_hours text not null default '09:00-12:00,14:00-18:00';
