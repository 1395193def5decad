-- A new city gets its own sequences: a shared one would tell each city how busy the others are.
create or replace function bihuan.make_ref_sequences()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('create sequence bihuan.%I', 'assignment_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'supervision_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'warning_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'drill_assignment_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'drill_supervision_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'drill_warning_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'dispute_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'referral_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'drill_dispute_ref_' || new.city_id);
  execute format('create sequence bihuan.%I', 'drill_referral_ref_' || new.city_id);
  return null;
end
$$;

revoke all on function bihuan.make_ref_sequences() from public;

create or replace trigger make_ref_sequences
  after insert on bihuan.cities
  for each row execute function bihuan.make_ref_sequences();
