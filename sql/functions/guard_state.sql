-- Refuses a step of state that bihuan.transitions does not list for the machine named by the trigger.
create or replace function bihuan.guard_state()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from bihuan.transitions t
     where t.machine = tg_argv[0] and t.from_state = old.state and t.to_state = new.state
  ) then
    raise exception 'a % never goes from % to %', tg_argv[0], old.state, new.state using errcode = 'LP001';
  end if;
  return new;
end
$$;

revoke all on function bihuan.guard_state() from public;

create or replace trigger guard_case_state
  before update of state on bihuan.cases
  for each row when (old.state <> new.state) execute function bihuan.guard_state('case');

create or replace trigger guard_assignment_state
  before update of state on bihuan.assignments
  for each row when (old.state <> new.state) execute function bihuan.guard_state('assignment');

create or replace trigger guard_supervision_state
  before update of state on bihuan.supervisions
  for each row when (old.state <> new.state) execute function bihuan.guard_state('supervision');

create or replace trigger guard_dispute_state
  before update of state on bihuan.disputes
  for each row when (old.state <> new.state) execute function bihuan.guard_state('dispute');

create or replace trigger guard_referral_state
  before update of state on bihuan.referrals
  for each row when (old.state <> new.state) execute function bihuan.guard_state('referral');
