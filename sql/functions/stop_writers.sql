-- Until the transaction ends nobody writes to cases, nor to what hangs on them and tells who sees or owes what: whoever writes
-- reads the tree, and would read the old one. Before anything is written to them, or two who do this block each other for good.
--
-- It holds up the writers of all cities, and those who come while it waits for the ones before. So whoever calls it waits a
-- second at most (lock_timeout) and tries again later.
create or replace function bihuan.stop_writers()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  lock table bihuan.cases, bihuan.assignments, bihuan.supervisions, bihuan.clocks, bihuan.clock_firings,
             bihuan.warning_receipts, bihuan.disputes, bihuan.referrals, bihuan.tasks, bihuan.recusals
    in share row exclusive mode;
end
$$;

revoke all on function bihuan.stop_writers() from public;
