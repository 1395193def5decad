-- A recusal shuts its unit out at the commit and not before, so that whoever recuses can still write down what follows
-- from it even where the recusal turns out to be their own. What waited to be sent to the unit is not sent any more.
create or replace function bihuan.recusal_takes_effect()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform bihuan.refresh_seal(new.city_id, new.case_id);
  perform bihuan.refresh_visibility(new.city_id, array[new.case_id]);

  delete from bihuan.overdue o where o.city_id = new.city_id and o.case_id = new.case_id;
  perform bihuan.write_overdue(k) from bihuan.clocks k
    where k.city_id = new.city_id and k.case_id = new.case_id and k.breached_at is not null and k.stopped_at is null;

  if new.lifted_at is null then
    -- First this: it waits for a courier that is handing one on, and then its deliveries are there to be taken away.
    update bihuan.outbox o
       set fanned_at = clock_timestamp()
      from bihuan.unit_closure u
     where o.city_id = new.city_id and o.case_id = new.case_id and o.fanned_at is null
       and u.city_id = o.city_id and u.ancestor_id = new.unit_id and u.descendant_id = o.unit_id;
    delete from bihuan.deliveries d
     using bihuan.outbox o, bihuan.unit_closure u
     where o.city_id = new.city_id and o.case_id = new.case_id
       and u.city_id = o.city_id and u.ancestor_id = new.unit_id and u.descendant_id = o.unit_id
       and d.city_id = o.city_id and d.outbox_id = o.outbox_id and d.delivered_at is null;
  end if;
  return null;
end
$$;

revoke all on function bihuan.recusal_takes_effect() from public;

-- A constraint trigger cannot be replaced, only made anew.
drop trigger if exists recusal_takes_effect on bihuan.recusals;
create constraint trigger recusal_takes_effect
  after insert or update of lifted_at on bihuan.recusals
  deferrable initially deferred
  for each row execute function bihuan.recusal_takes_effect();
