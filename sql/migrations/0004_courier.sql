-- Clocks that cannot be fired are tried again and then put aside; messages go out to webhooks.

-- MARK: clocks

alter table bihuan.clocks
  -- Tries begun since the clock last moved. Counted when a sweeper takes the row, so that a try that ends the sweeper
  -- counts as well.
  add column attempts integer not null default 0,
  -- Real time before which a clock that failed is not tried again; null: it waits among the good ones.
  add column retry_at timestamptz,
  -- Put aside after too many tries, until an operator puts it back.
  add column aside_at timestamptz,
  -- Why the last try failed, in words for operators.
  add column last_error text;
-- Room beside a row for its claimed version, which then needs no new entry in any index.
alter table bihuan.clocks set (fillfactor = 85);

-- Two queues: the longest due first, and apart from them what failed, so that it can hold up nobody else.
drop index bihuan.clocks_due_idx;
create index clocks_due_idx on bihuan.clocks (next_at, city_id, clock_id)
  where next_at is not null and retry_at is null and aside_at is null;
create index clocks_retry_idx on bihuan.clocks (retry_at, city_id, clock_id)
  where next_at is not null and retry_at is not null and aside_at is null;
create index clocks_aside_idx on bihuan.clocks (city_id, aside_at, clock_id) where aside_at is not null;

-- MARK: outbox

-- A message is handed on once, in one statement, to every webhook of its unit; tries are counted per webhook
-- (bihuan.deliveries).
drop index bihuan.outbox_due_idx;
alter table bihuan.outbox drop column attempts, drop column next_at, drop column leased_until;
alter table bihuan.outbox rename column delivered_at to fanned_at;
create index outbox_waiting_idx on bihuan.outbox (city_id, created_at) where fanned_at is null;

-- Where a unit's own system wants to be told, by signed webhooks.
create table bihuan.webhooks (
  city_id integer not null references bihuan.cities,
  webhook_id uuid not null default gen_random_uuid(),
  unit_id integer not null,
  url text not null,
  -- `clock.reminder`, or `clock.*` for a family; null: all.
  topics text[],
  created_at timestamptz not null default now(),
  -- Nothing is handed on to it and nothing sent, since then; why: by the operator, or the receiver's 410.
  disabled_at timestamptz,
  disabled_by text,

  primary key (city_id, webhook_id),
  constraint webhook_is_there_once unique (city_id, unit_id, url),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint webhook_url_is_http check (url ~ '^https?://[!-~]+$' and length(url) <= 2000),
  constraint topics_are_not_empty check (topics is null or cardinality(topics) > 0),
  constraint disabled_by_somebody check ((disabled_at is null) = (disabled_by is null))
);

-- What deliveries are signed with: two at once while one replaces the other. Apart from webhooks, because operators
-- see those.
create table bihuan.webhook_secrets (
  city_id integer not null,
  webhook_id uuid not null,
  -- 1, 2, 3 …; the newest signs first.
  number integer not null,
  -- 24 to 64 random bytes.
  secret bytea not null,
  created_at timestamptz not null default now(),
  -- Signs no more from then on.
  expires_at timestamptz,

  primary key (city_id, webhook_id, number),
  foreign key (city_id, webhook_id) references bihuan.webhooks (city_id, webhook_id) on delete cascade,
  constraint secret_has_length check (octet_length(secret) between 24 and 64)
);

-- One message on its way to one webhook.
create table bihuan.deliveries (
  city_id integer not null,
  outbox_id uuid not null,
  webhook_id uuid not null,
  created_at timestamptz not null default now(),
  -- Tries begun; counted when a courier takes it, so that a try that ends the courier counts as well.
  attempts integer not null default 0,
  -- Real time before which nobody takes it: the end of a courier's lease, or the next try.
  next_at timestamptz not null default now(),
  delivered_at timestamptz,
  -- Put aside after too many tries, until an operator puts it back.
  aside_at timestamptz,
  -- Of the last try: the HTTP status, if there was one, and what went wrong.
  last_status integer,
  last_error text,

  -- A message goes to a webhook once.
  primary key (city_id, outbox_id, webhook_id),
  foreign key (city_id, outbox_id) references bihuan.outbox (city_id, outbox_id),
  foreign key (city_id, webhook_id) references bihuan.webhooks (city_id, webhook_id) on delete cascade,
  constraint delivered_or_put_aside check (delivered_at is null or aside_at is null)
);
create index deliveries_due_idx on bihuan.deliveries (city_id, webhook_id, attempts, next_at)
  where delivered_at is null and aside_at is null;
create index deliveries_aside_idx on bihuan.deliveries (city_id, aside_at, outbox_id) where aside_at is not null;
create index deliveries_webhook_idx on bihuan.deliveries (city_id, webhook_id, created_at);
