-- Roles, the privileges of the current database, and the schema. Run by a superuser, as often as one likes.
--
-- bihuan_owner    owns everything in schema bihuan; nobody logs in as it.
-- bihuan_migrate  runs migrations and the command line; counts as the owner, so row-level security does not bind it.
-- bihuan_server   the server. Owns nothing, is a member of nothing, inherits nothing.
-- bihuan_worker   the clocks and the outbox. Likewise.
--
-- No passwords here: peer log-in over the Unix socket needs none, and elsewhere they are the administrator's.
-- The privileges of a database are not copied by "create database … template", so a clone needs this file again.

do $$
declare
  v_role text;
  v_group text;
begin
  -- Two runs at once, in two databases, would both find a role missing. An advisory lock holds in one database only.
  lock table pg_authid, pg_auth_members in share row exclusive mode;

  foreach v_role in array array['bihuan_owner', 'bihuan_migrate', 'bihuan_server', 'bihuan_worker'] loop
    if not exists (select from pg_roles where rolname = v_role) then
      execute format('create role %I', v_role);
    end if;
  end loop;

  alter role bihuan_owner nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
  alter role bihuan_migrate login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
  alter role bihuan_server login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
  alter role bihuan_worker login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

  for v_role, v_group in
    select m.rolname, g.rolname
      from pg_auth_members a
      join pg_roles m on m.oid = a.member
      join pg_roles g on g.oid = a.roleid
     where m.rolname in ('bihuan_server', 'bihuan_worker')
  loop
    execute format('revoke %I from %I', v_group, v_role);
  end loop;
  if not pg_has_role('bihuan_migrate', 'bihuan_owner', 'member') then
    grant bihuan_owner to bihuan_migrate;
  end if;

  execute format('revoke all on database %I from public', current_database());
  execute format(
    'grant connect on database %I to bihuan_migrate, bihuan_server, bihuan_worker', current_database());
end
$$;

revoke all on schema public from public;

create schema if not exists bihuan authorization bihuan_owner;
alter schema bihuan owner to bihuan_owner;
revoke all on schema bihuan from public;
grant usage on schema bihuan to bihuan_server, bihuan_worker;

-- What the owner makes from now on is nobody else's until it is granted by name.
alter default privileges for role bihuan_owner revoke execute on functions from public;
alter default privileges for role bihuan_owner revoke usage on types from public;

-- Large objects lie outside row-level security.
do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid
      from pg_proc p
     where p.pronamespace = 'pg_catalog'::regnamespace
       and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
  loop
    execute format('revoke execute on function %s from public', v_function);
  end loop;
end
$$;
