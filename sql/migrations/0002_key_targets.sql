-- What a keyed command was about, so that a repeat is known by it whichever way the object is named; and when the key
-- last answered for its command.
alter table bihuan.idempotency_keys
  add column target_id uuid,
  add column target_ref text,
  add column replayed_at timestamptz;
