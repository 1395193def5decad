alter table bihuan.seals enable row level security;

-- Who may see what is sealed: whoever is cleared for it, and holds no post, acting or not, in a unit that is recused from it
-- or below one. All policies that let a sealed row through look here; whether the unit is on the case is theirs to say. It
-- may depend on nothing but sessions. Written by definer triggers only.
drop policy if exists cleared_officer_sees_seal on bihuan.seals;
create policy cleared_officer_sees_seal on bihuan.seals for select to bihuan_server
  using (
    city_id = (select s.city_id from bihuan.sessions s)
    and secrecy <= (select s.clearance from bihuan.sessions s)
    and not (is_recused and bihuan.is_recused(case_id))
  );

-- That it is sealed, not why.
grant select (city_id, case_id) on bihuan.seals to bihuan_server;
