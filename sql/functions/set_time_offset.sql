-- Sets how far domain time is ahead of the real clock; null or zero: not at all. Owner only.
create or replace function bihuan.set_time_offset(p_ahead interval)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_ahead is null or p_ahead = interval '0' then
    delete from bihuan.time_offset;
  else
    insert into bihuan.time_offset (ahead) values (p_ahead)
      on conflict (only_row) do update set ahead = excluded.ahead;
  end if;
end
$$;

revoke all on function bihuan.set_time_offset(interval) from public;
