-- Until the transaction ends nobody else changes the units, officers or posts of the city: changes that take their locks in
-- another order cannot block each other for good. The first lock of each of them.
create or replace function bihuan.lock_organisation(p_city integer)
returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select pg_advisory_xact_lock(4729134, p_city)
$$;

revoke all on function bihuan.lock_organisation(integer) from public;
