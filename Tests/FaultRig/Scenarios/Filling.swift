/// A great many cases of the city `test`, set-based, as clients would have left them.
enum Filling {
    /// So many registered cases, each with its event and its grading clock.
    ///
    /// - Parameters:
    ///   - isLate: the clocks ran out an hour ago, and their notice is past; otherwise they have an hour left.
    ///   - messages: each case's event tells one of the units of `units`, by turns.
    static func script(_ count: Int, isLate: Bool, messages: Bool = false) -> String {
        var script = """
            begin;
            create temporary table filling on commit drop as
            select gen_random_uuid() as case_id, n, c.city_id, p.plan_id, p.plan_version, u.unit_id,
                   bihuan.now() - interval '\(isLate ? 180 : 60) minutes' as at
              from generate_series(1, \(count)) as n
              join bihuan.cities c on c.code = 'test'
              join bihuan.plan_adoptions p on p.city_id = c.city_id
              join bihuan.units u on u.city_id = c.city_id and u.parent_id is null;

            insert into bihuan.cases (city_id, case_id, ref, owner_unit, state, title, content, channel, plan_id,
                                      plan_version, received_at, opened_at, version)
            select city_id, case_id, format('TST-2026-%s', lpad(n::text, 6, '0')), unit_id, 'registered', '超市销售过期食品',
                   '市民来电反映某超市货架上有过期食品。', 'hotline', plan_id, plan_version, at, at, 1
              from filling;
            insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via)
            select city_id, case_id, 1, at, 'registered', 'local:rig', 'local' from filling;
            insert into bihuan.clocks (city_id, clock_id, case_id, unit_id, kind, "limit", start_event, started_at, due_at,
                                       next_rung, next_at)
            select city_id, gen_random_uuid(), case_id, unit_id, 'grading', 'PT2H', 'registered', at,
                   at + interval '2 hours', 'reminder', at + interval '2 hours'
              from filling;
            insert into bihuan.series (city_id, name, year, last)
            select distinct city_id, 'case', 2026, \(count) from filling;

            """
        if messages {
            script += """
                insert into bihuan.outbox (city_id, case_id, seq, unit_id, topic, payload)
                select f.city_id, f.case_id, 1, u.unit_id, 'case.registered', jsonb_build_object('case', f.n::text)
                  from filling f
                  join (select city_id, unit_id, row_number() over (order by unit_id) - 1 as place,
                               count(*) over () as units from bihuan.units where city_id = 1) u
                    on u.city_id = f.city_id and u.place = f.n % u.units;

                """
        }
        return script + """
            commit;
            analyze bihuan.cases, bihuan.clocks, bihuan.events, bihuan.case_visibility, bihuan.outbox;
            """
    }
}
