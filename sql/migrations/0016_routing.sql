-- A city's own rules about who gets a case, in their order; the first that holds counts, before those of the plan.
create table bihuan.routing_rules (
  city_id integer not null references bihuan.cities,
  -- Its place in the order, and its name.
  number integer not null,
  -- By key of the plan; empty: all.
  levels text[] not null default '{}',
  matters text[] not null default '{}',
  -- One of these stands in the category; empty: whatever it is.
  words text[] not null default '{}',
  line text,
  -- The place is this unit's or one's below it.
  area_unit integer,
  -- Either a unit, or one that follows from the case.
  target_unit integer,
  target_place text,
  role text not null default 'lead',
  -- What it rests on.
  reason text not null,

  primary key (city_id, number),
  foreign key (city_id, area_unit) references bihuan.units (city_id, unit_id),
  foreign key (city_id, target_unit) references bihuan.units (city_id, unit_id),
  constraint rule_number_is_positive check (number between 1 and 9999),
  constraint rule_has_one_target check (num_nonnulls(target_unit, target_place) = 1),
  constraint rule_place_is_known check (target_place in ('district', 'station', 'line', 'city')),
  constraint rule_role_is_known check (role in ('lead', 'assist', 'guide', 'inform')),
  constraint rule_reason_has_length check (length(reason) between 1 and 500)
);

-- What else a unit, its place or its work is called: streets, towns, short names.
create table bihuan.unit_aliases (
  city_id integer not null,
  unit_id integer not null,
  alias text not null,

  primary key (city_id, unit_id, alias),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint alias_has_length check (length(alias) between 2 and 50)
);

-- Words that speak for a line of business.
create table bihuan.line_words (
  city_id integer not null references bihuan.cities,
  line text not null,
  word text not null,

  primary key (city_id, line, word),
  constraint line_has_length check (length(line) between 1 and 100),
  constraint word_has_length check (length(word) between 1 and 50)
);
