-- What an event's hash must be: SHA-256 over the previous hash and everything the event says, parted by U+001F.
-- recorded_at is left out: it says when this database learned of the event, not what happened.
create or replace function bihuan.event_hash(p_event bihuan.events)
returns bytea
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return sha256(p_event.prev_hash || convert_to(
    concat_ws(
      E'\x1f',
      p_event.city_id,
      p_event.case_id,
      p_event.seq,
      (extract(epoch from p_event.at) * 1000000)::bigint,
      p_event.kind,
      coalesce(p_event.assignment_id::text, ''),
      p_event.actor,
      coalesce(p_event.officer_id::text, ''),
      coalesce(p_event.unit_id::text, ''),
      p_event.via,
      coalesce(p_event.reason, ''),
      p_event.detail::text
    ), 'UTF8'));
end
$$;

revoke all on function bihuan.event_hash(bihuan.events) from public;
