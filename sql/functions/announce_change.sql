-- Says for the rest of the transaction who changes units and why, for the trigger that writes their history; all null:
-- nobody any more. p_kind and p_other say what the rows alone do not: a split, or whom a unit was merged into.
create or replace function bihuan.announce_change(
  p_by text, p_officer uuid, p_unit integer, p_via text, p_reason text, p_kind text default null,
  p_other integer default null)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform set_config('bihuan.change', coalesce(
    case when p_by is not null then
      json_build_object(
        'by', p_by, 'officer', p_officer, 'unit', p_unit, 'via', p_via, 'reason', p_reason, 'kind', p_kind,
        'other', p_other)::text end,
    ''), true);
end
$$;

revoke all on function bihuan.announce_change(text, uuid, integer, text, text, text, integer) from public;
