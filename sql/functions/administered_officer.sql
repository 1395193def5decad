-- The officer of this log-in, if all posts that he or she holds or will hold lie at or below p_top; who holds none any more is
-- whose last post was. So nobody locks out, or takes the password of, somebody who also acts elsewhere. The city's own
-- administrator has everybody. What lies outside looks as what does not exist.
create or replace function bihuan.administered_officer(p_city integer, p_top integer, p_login text)
returns uuid
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_officer uuid;
begin
  select o.officer_id into v_officer
    from bihuan.officers o
   where o.city_id = p_city and o.login = p_login
     and (exists (
            select from bihuan.units u where u.city_id = p_city and u.unit_id = p_top and u.parent_id is null)
       or (
         select coalesce(bool_and(c.ancestor_id is not null), false)
           from (
             select p.unit_id
               from bihuan.posts p
              where p.city_id = o.city_id and p.officer_id = o.officer_id
                and (p.valid_until is null or p.valid_until > clock_timestamp()
                  or p.post_id = (
                    select l.post_id from bihuan.posts l
                     where l.city_id = o.city_id and l.officer_id = o.officer_id
                     order by l.valid_until desc nulls first, l.valid_from desc, l.post_id limit 1))
           ) p
           left join bihuan.unit_closure c
             on c.city_id = p_city and c.ancestor_id = p_top and c.descendant_id = p.unit_id));
  if not found then
    raise exception 'officer.unknown' using errcode = 'LP010', column = 'login', detail = p_login;
  end if;
  return v_officer;
end
$$;

revoke all on function bihuan.administered_officer(integer, integer, text) from public;
