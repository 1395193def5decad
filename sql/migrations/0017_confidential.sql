-- Who must not see a case although the unit is on it (回避), who may not for want of clearance (限制), who looked, and how
-- to reach whoever asked to be answered.

-- MARK: clearance and secrecy

alter table bihuan.posts
  -- 0: ordinary cases only; 1: restricted ones too (限制); 2: confidential ones too.
  add column clearance smallint not null default 0
    constraint clearance_is_known check (clearance between 0 and 2);
alter table bihuan.sessions
  -- Of the post it acts in; a post that is given another ends its sessions (functions/end_sessions.sql).
  add column clearance smallint not null default 0;

-- A sealed case is one that not everybody whose unit is on it may see: it is restricted, or a unit is recused from it. All
-- that the policies let through without a look at the case carries the mark, so that the others cost nothing; who may see
-- what is sealed, one function says (functions/is_hidden.sql).
alter table bihuan.cases
  -- State secrets are none of it: they do not come in at all (R141).
  add column secrecy smallint not null default 0
    constraint secrecy_is_known check (secrecy between 0 and 2),
  add column is_sealed boolean not null default false;
alter table bihuan.case_visibility add column is_sealed boolean not null default false;
alter table bihuan.assignment_visibility add column is_sealed boolean not null default false;
alter table bihuan.assignments add column is_sealed boolean not null default false;
alter table bihuan.clocks add column is_sealed boolean not null default false;
alter table bihuan.leads add column is_sealed boolean not null default false;
alter table bihuan.overdue add column is_sealed boolean not null default false;
alter table bihuan.warnings add column is_sealed boolean not null default false;
alter table bihuan.warning_receipts add column is_sealed boolean not null default false;
alter table bihuan.tasks add column is_sealed boolean not null default false;

-- One row for each sealed case. Kept by triggers (functions/refresh_seal.sql).
create table bihuan.seals (
  city_id integer not null,
  case_id uuid not null,
  secrecy smallint not null,
  is_recused boolean not null,

  primary key (city_id, case_id),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id)
);

-- MARK: recusals

-- A unit that a case is about, and everything below it, is kept out of it while the row is in force.
create table bihuan.recusals (
  city_id integer not null,
  case_id uuid not null,
  unit_id integer not null,
  recused_at timestamptz not null,
  recused_by uuid not null,
  reason text not null,
  -- Null while it is in force.
  lifted_at timestamptz,
  lifted_by uuid,
  lift_reason text,

  primary key (city_id, case_id, unit_id, recused_at),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint lift_says_why check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_reason is null))
);
create unique index recusals_in_force_idx on bihuan.recusals (city_id, case_id, unit_id) where lifted_at is null;

-- MARK: who looked at a restricted case

create table bihuan.reads (
  city_id integer not null,
  read_id uuid not null default gen_random_uuid(),
  case_id uuid not null,
  -- Domain time.
  at timestamptz not null,
  officer_id uuid not null,
  unit_id integer not null,
  -- The door, and what was looked at there.
  via text not null,
  what text not null,

  primary key (city_id, read_id),
  foreign key (city_id, case_id) references bihuan.cases (city_id, case_id),
  foreign key (city_id, unit_id) references bihuan.units (city_id, unit_id),
  constraint read_door_is_known check (via in ('json', 'line', 'local'))
);
create index reads_case_idx on bihuan.reads (city_id, case_id, at desc, read_id desc);

-- MARK: contacts

-- How to reach whoever raised a matter, where they gave it to be answered. Never of somebody who posted something: it
-- hangs on a lead of a hotline or of a complaint that has neither outlet nor link. Only ciphertext is kept here; the key
-- is a file of the installation.
create table bihuan.contacts (
  city_id integer not null,
  contact_id uuid not null,
  lead_id uuid not null,
  kind text not null,
  -- XChaCha20-Poly1305, bound to city, lead, contact and kind. Null once purged.
  ciphertext bytea,
  nonce bytea,
  -- Which of the installation's keys.
  key_id text not null,
  given_for text not null default 'answer',
  recorded_at timestamptz not null,
  purged_at timestamptz,
  purge_reason text,

  primary key (city_id, contact_id),
  foreign key (city_id, lead_id) references bihuan.leads (city_id, lead_id),
  constraint contact_kind_is_known check (kind in ('phone', 'email', 'address')),
  constraint contact_is_given_to_be_answered check (given_for = 'answer'),
  constraint nonce_is_24_bytes check (octet_length(nonce) = 24),
  constraint purged_is_gone check ((purged_at is null) = (ciphertext is not null)
    and (purged_at is null) = (nonce is not null) and (purged_at is null) = (purge_reason is null))
);
create index contacts_lead_idx on bihuan.contacts (city_id, lead_id);
