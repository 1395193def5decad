-- An organisation that changes loses nobody's recusal, and finds what stands with a unit without reading the whole city.

-- MARK: recusals

alter table bihuan.recusals
  -- Of one that came about because units were merged, split or moved: the recusal that it follows.
  add column followed_unit integer,
  add column followed_at timestamptz,
  add constraint recusal_follows_one_of_the_case
    foreign key (city_id, case_id, followed_unit, followed_at)
    references bihuan.recusals (city_id, case_id, unit_id, recused_at),
  add constraint recusal_follows_a_whole_one check ((followed_unit is null) = (followed_at is null));

-- MARK: what stands with a unit

-- By the end and not by the state, which changes at every step: an update that touches no index is cheap.
alter table bihuan.assignments
  add constraint what_stands_has_no_end
    check (closed_at is null or state not in ('assigned', 'received', 'forwarded', 'fed_back'));
create index assignments_open_to_idx on bihuan.assignments (city_id, to_unit) where closed_at is null;
create index assignments_open_from_idx on bihuan.assignments (city_id, from_unit) where closed_at is null;
create index assignments_open_reviewer_idx on bihuan.assignments (city_id, reviewer_unit) where closed_at is null;
create index cases_owner_idx on bihuan.cases (city_id, owner_unit);
create index referrals_open_idx on bihuan.referrals (city_id, unit_id) where state = 'open';
create index recusals_unit_idx on bihuan.recusals (city_id, unit_id) where lifted_at is null;

-- MARK: functions that are made anew with other arguments

drop function if exists bihuan.administrator();
drop function if exists bihuan.announce_change(text, uuid, text, text, integer);
drop function if exists bihuan.hand_over_work(text, text, text[], integer, text, boolean);
drop function if exists bihuan.refresh_sight(integer, integer[]);
drop function if exists bihuan.hand_over_some(
  integer, integer, integer, uuid[], integer, boolean, boolean, text, uuid, integer, text, text);
