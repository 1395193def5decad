-- Cases that turn out to be one matter (并案), and what is like what.

-- MARK: merging

-- The condition of this trigger names the column; it is made again from its file.
drop trigger if exists visibility_on_case_update on bihuan.cases;
alter table bihuan.cases
  drop constraint case_state_is_known,
  add constraint case_state_is_known
    check (state in ('registered', 'graded', 'assigned', 'accepted', 'concluded', 'dismissed', 'archived', 'merged')),
  drop column is_open,
  add column is_open boolean not null
    generated always as (state not in ('concluded', 'dismissed', 'archived', 'merged')) stored,
  -- The case that goes on, the state that an un-merge brings back, and since when.
  add column merged_into uuid,
  add column merged_before text,
  add column merged_at timestamptz,
  add foreign key (city_id, merged_into) references bihuan.cases (city_id, case_id),
  add constraint merged_into_another check (merged_into <> case_id),
  add constraint merged_says_where_to
    check (num_nonnulls(merged_into, merged_before, merged_at) = case when state = 'merged' then 3 else 0 end),
  add constraint only_an_open_case_was_merged
    check (merged_before in ('registered', 'graded', 'assigned', 'accepted'));
create index cases_merged_idx on bihuan.cases (city_id, merged_into) where merged_into is not null;

alter table bihuan.leads
  -- The cases it came along with when they were merged, the last one last: an un-merge takes it back there.
  add column merged_from uuid[] not null default '{}';

-- MARK: likeness

alter table bihuan.leads
  -- Hashes of what its text begins with, two characters at a time, and of the city (LikenessGrams in BihuanDomain): a
  -- shared one makes it a candidate. Null: not computed yet.
  add column grams integer[],
  -- Its link and its place without what does not tell them apart.
  add column link_key text,
  add column place_key text;
-- The rarest of a text's grams are found by how common they are, so the statistics must know the common ones.
alter table bihuan.leads alter column grams set statistics 400;
create index leads_grams_idx on bihuan.leads using gin (grams) where case_id is not null;
create index leads_link_idx on bihuan.leads (city_id, link_key) where link_key is not null and case_id is not null;
create index leads_place_idx on bihuan.leads (city_id, place_key, received_at)
  where place_key is not null and case_id is not null;
create index leads_unread_idx on bihuan.leads (city_id, lead_id) where grams is null;
