import BihuanStore
import Foundation
import Postgres
import Testing

struct ImportRunTests {
    @Test func `a row becomes a registered case with its lead, first event and grading clock`() async throws {
        try await ImportFixture.with { fixture in
            let summary = try await fixture.run(
                "no,text,where,by,at,phone\nT1,\"油烟\n扰民，电话13812345678\",南岗区,web,2026/3/1 8:05:09,13900000000\n"
            )

            #expect("\(summary)" == "imported 1, unchanged 0, changed 0, rejected 0")
            let count: Int = try await fixture.value(
                """
                select count(*)
                  from bihuan.cases c
                  join bihuan.leads l on l.city_id = c.city_id and l.case_id = c.case_id
                  join bihuan.events e on e.city_id = c.city_id and e.case_id = c.case_id
                  join bihuan.clocks k on k.city_id = c.city_id and k.case_id = c.case_id
                  join bihuan.units u on u.city_id = c.city_id and u.unit_id = c.owner_unit and u.tier = 'city'
                 where c.state = 'registered' and c.version = 1 and c.level is null and c.plan_id = 'plan'
                   and c.ref = 'DEM-' || extract(year from c.opened_at at time zone 'Asia/Shanghai') || '-000001'
                   and c.title = '油烟' and c.content = E'油烟\\n扰民，电话138****5678'
                   and c.place = '南岗区' and c.channel = 'web'
                   and c.received_at = '2026-03-01T00:05:09Z'
                   and l.reference = 'T1' and l.source = 'hotline' and l.revision = 1 and l.content = c.content
                   and l.unit_id = c.owner_unit
                   and e.seq = 1 and e.kind = 'registered' and e.via = 'local' and e.actor = 'local:tester'
                   and e.reason = '导入 cases.csv，映射 map.yaml' and e.detail ->> 'reference' = 'T1'
                   and k.kind = 'grading' and k.unit_id = c.owner_unit and k."limit" = 'PT2H'
                   and k.start_event = 'registered' and k.due_at = k.started_at + interval '2 hours'
                   and k.next_rung = 'notice'
                """)
            #expect(count == 1)
            let visible: Int = try await fixture.value("select count(*) from bihuan.case_visibility")
            #expect(visible == 1)
            // The caller's number is nowhere.
            let told: Int = try await fixture.value(
                "select count(*) from bihuan.leads l where l::text like '%13900000000%' or l::text like '%13812345678%'"
            )
            #expect(told == 0)
        }
    }

    @Test func `an import makes no drills, and finds none under its references`() async throws {
        try await ImportFixture.with { fixture in
            // A drill that plays with T1.
            try await fixture.connection.script(
                """
                insert into bihuan.cases (city_id, case_id, ref, is_drill, owner_unit, state, title, content, channel,
                                          plan_id, plan_version, received_at, opened_at, version)
                select u.city_id, gen_random_uuid(), 'DRL-2026-000001', true, u.unit_id, 'registered', '演练', '内容', 'web',
                       'plan', 1, now(), now(), 1
                  from bihuan.units u
                  join bihuan.cities c on c.city_id = u.city_id
                 where c.code = 'demo' and u.label = 'city';
                insert into bihuan.leads (city_id, lead_id, unit_id, case_id, is_drill, source, reference, channel, title,
                                          content, received_at, recorded_at, content_hash)
                select city_id, gen_random_uuid(), owner_unit, case_id, true, 'hotline', 'T1', 'web', '演练', '内容', now(),
                       now(), sha256('')
                  from bihuan.cases where is_drill;
                """)

            #expect("\(try await fixture.run("no,text\nT1,真的\n"))" == "imported 1, unchanged 0, changed 0, rejected 0")
            #expect("\(try await fixture.run("no,text\nT1,真的\n"))" == "imported 0, unchanged 1, changed 0, rejected 0")

            let real: Int = try await fixture.value(
                """
                select count(*)
                  from bihuan.cases c
                  join bihuan.leads l on l.city_id = c.city_id and l.case_id = c.case_id and not l.is_drill
                 where not c.is_drill and c.content = '真的' and c.ref like 'DEM-%-000001'
                """)
            #expect(real == 1)
            let drills: Int = try await fixture.value("select count(*) from bihuan.cases where is_drill")
            #expect(drills == 1)
        }
    }

    @Test func `importing a file twice changes nothing`() async throws {
        try await ImportFixture.with { fixture in
            let text = "no,text\n" + (1...250).map { "T\($0),内容\($0)\n" }.joined()
            #expect(try await fixture.run(text, size: ImportBatchSize(rows: 100)).imported == 250)
            let before = try await fixture.state()

            let again = try await fixture.run(text, size: ImportBatchSize(rows: 64))

            #expect("\(again)" == "imported 0, unchanged 250, changed 0, rejected 0")
            #expect(try await fixture.state() == before)
        }
    }

    @Test(arguments: [1, 2, 3, 1_000])
    func `a reference told in several ways comes to the same in batches of any size, and to nothing the second time`(
        rows: Int
    ) async throws {
        try await ImportFixture.with { fixture in
            let text = "no,text\nT1,甲\nT1,乙\nT2,丙\nT1,乙\nT1,甲\nT1,甲\n"

            let first = try await fixture.run(text, size: ImportBatchSize(rows: rows))

            #expect("\(first)" == "imported 2, unchanged 3, changed 1, rejected 0")
            #expect(
                try fixture.outcomes() == [
                    "T1 imported ", "T1 changed ", "T2 imported ", "T1 unchanged ", "T1 unchanged earlier_content",
                    "T1 unchanged earlier_content",
                ])
            let content: String = try await fixture.value("select content from bihuan.leads where reference = 'T1'")
            #expect(content == "乙")
            let before = try await fixture.state()

            let second = try await fixture.run(text, size: ImportBatchSize(rows: rows))

            #expect("\(second)" == "imported 0, unchanged 6, changed 0, rejected 0")
            #expect(try await fixture.state() == before)
        }
    }

    @Test func `an older file takes nothing newer back`() async throws {
        try await ImportFixture.with { fixture in
            let older = "no,text\nT1,甲\n"
            _ = try await fixture.run(older)
            #expect(try await fixture.run("no,text\nT1,乙\n").changed == 1)
            #expect(try await fixture.run("no,text\nT1,丙\n").changed == 1)
            let before = try await fixture.state()

            let again = try await fixture.run(older)

            #expect("\(again)" == "imported 0, unchanged 1, changed 0, rejected 0")
            #expect(try fixture.outcomes() == ["T1 unchanged earlier_content"])
            #expect(try await fixture.state() == before)
        }
    }

    @Test func `changed content becomes a recorded revision and an event of its case`() async throws {
        try await ImportFixture.with { fixture in
            _ = try await fixture.run("no,text,answer,answered\nT1,甲,,\nT2,乙,,\n")

            let summary = try await fixture.run("no,text,answer,answered\nT1,甲,已办,2026-03-02\nT2,乙,,\nT3,丙,,\n")

            #expect("\(summary)" == "imported 1, unchanged 1, changed 1, rejected 0")
            let count: Int = try await fixture.value(
                """
                select count(*)
                  from bihuan.leads l
                  join bihuan.lead_revisions r on r.city_id = l.city_id and r.lead_id = l.lead_id
                  join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
                  join bihuan.events e on e.city_id = c.city_id and e.case_id = c.case_id and e.seq = c.version
                 where l.reference = 'T1' and l.revision = 2 and l.reply = '已办' and l.content = '甲'
                   and r.revision = 1 and r.fields ->> 'content' = '甲' and r.fields ->> 'reply' is null
                   and r.content_hash <> l.content_hash
                   and c.version = 2 and e.kind = 'revised' and e.detail ->> 'fields' = 'reply,replied_at'
                   and e.detail ->> 'revision' = '2'
                   and bihuan.verify_chain(c.city_id, c.case_id) is null
                """)
            #expect(count == 1)
            #expect(
                try fixture.report().map { $0.split(separator: ",", omittingEmptySubsequences: false)[3] }
                    == ["changed", "unchanged", "imported"])
        }
    }

    @Test func `a reference twice in a file is compared with the first`() async throws {
        try await ImportFixture.with { fixture in
            let summary = try await fixture.run("no,text\nT1,甲\nT1,甲\nT2,乙\nT1,丙\nT1,丁\n")

            #expect("\(summary)" == "imported 2, unchanged 1, changed 2, rejected 0")
            let content: String = try await fixture.value("select content from bihuan.leads where reference = 'T1'")
            #expect(content == "丁")
            let revisions: Int = try await fixture.value("select count(*) from bihuan.lead_revisions")
            #expect(revisions == 2)
            let version: Int = try await fixture.value(
                "select c.version from bihuan.cases c join bihuan.leads l using (city_id, case_id) where l.reference = 'T1'"
            )
            #expect(version == 3)
        }
    }

    @Test func `two changed leads of one case give two events in order`() async throws {
        try await ImportFixture.with { fixture in
            _ = try await fixture.run("no,text\nT1,甲\nT2,乙\n")
            try await fixture.connection.script(
                """
                update bihuan.leads set case_id = (select case_id from bihuan.leads where reference = 'T1')
                 where reference = 'T2'
                """)

            let summary = try await fixture.run("no,text\nT1,甲甲\nT2,乙乙\n")

            #expect(summary.changed == 2)
            let broken: Int = try await fixture.value(
                """
                select count(*) from bihuan.cases c join bihuan.leads l using (city_id, case_id)
                 where l.reference = 'T1' and (c.version <> 3 or bihuan.verify_chain(c.city_id, c.case_id) is not null)
                """)
            #expect(broken == 0)
        }
    }

    @Test func `details of events are objects of texts`() async throws {
        try await ImportFixture.with { fixture in
            _ = try await fixture.takeIn("T2", "乙")
            _ = try await fixture.run("no,text\nT1,甲\nT2,乙\n")
            #expect(try await fixture.run("no,text\nT1,甲甲\nT2,乙乙\n").changed == 2)

            let kinds: String = try await fixture.value(
                """
                select string_agg(distinct e.kind || ' ' || jsonb_typeof(d.value), ', ' order by
                                  e.kind || ' ' || jsonb_typeof(d.value))
                  from bihuan.events e
                 cross join jsonb_each(e.detail) d
                """)
            #expect(kinds == "registered string, revised string")
        }
    }

    @Test(arguments: [1, 1_000])
    func `a lead taken in without a case gets one, and stays with the unit that took it in`(rows: Int) async throws {
        try await ImportFixture.with { fixture in
            let lead = try await fixture.takeIn("T2", "乙")
            let text = "no,text\nT1,甲\nT2,乙\nT2,乙\nT3,丙\n"

            let summary = try await fixture.run(text, size: ImportBatchSize(rows: rows))

            #expect("\(summary)" == "imported 3, unchanged 1, changed 0, rejected 0")
            #expect(
                try fixture.outcomes() == [
                    "T1 imported ", "T2 imported existing_lead", "T2 unchanged ", "T3 imported ",
                ])
            #expect(try fixture.report()[1].contains("-000002,,existing_lead,"))
            #expect(try fixture.report()[2].contains("-000002,"))
            let count: Int = try await fixture.value(
                """
                select count(*)
                  from bihuan.leads l
                  join bihuan.units t on t.city_id = l.city_id and t.unit_id = l.unit_id and t.tier = 'district'
                  join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
                  join bihuan.units u on u.city_id = c.city_id and u.unit_id = c.owner_unit and u.tier = 'city'
                  join bihuan.events e on e.city_id = c.city_id and e.case_id = c.case_id
                  join bihuan.clocks k on k.city_id = c.city_id and k.case_id = c.case_id
                 where l.lead_id = \(lead) and l.revision = 1
                   and c.state = 'registered' and c.version = 1 and c.title = l.title and c.content = '乙'
                   and c.channel = 'phone' and c.received_at = l.received_at and c.ref like 'DEM-%-000002'
                   and e.seq = 1 and e.kind = 'registered' and e.detail ->> 'lead' = l.lead_id::text
                   and e.detail ->> 'reference' = 'T2' and k.kind = 'grading' and k.unit_id = c.owner_unit
                   and bihuan.verify_chain(c.city_id, c.case_id) is null
                """)
            #expect(count == 1)
            #expect(try await fixture.value("select count(*) from bihuan.leads", as: Int.self) == 3)
            let before = try await fixture.state()

            #expect(try await fixture.run(text, size: ImportBatchSize(rows: rows)).unchanged == 4)
            #expect(try await fixture.state() == before)
        }
    }

    @Test func `a lead taken in without a case that has changed is revised, and its case opens with the new text`()
        async throws
    {
        try await ImportFixture.with { fixture in
            let lead = try await fixture.takeIn("T1", "甲")

            let summary = try await fixture.run("no,text\nT1,乙\n")

            #expect("\(summary)" == "imported 1, unchanged 0, changed 0, rejected 0")
            #expect(try fixture.outcomes() == ["T1 imported existing_lead"])
            let count: Int = try await fixture.value(
                """
                select count(*)
                  from bihuan.leads l
                  join bihuan.lead_revisions r on r.city_id = l.city_id and r.lead_id = l.lead_id
                  join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
                  join bihuan.events e on e.city_id = c.city_id and e.case_id = c.case_id
                 where l.lead_id = \(lead) and l.revision = 2 and l.content = '乙' and c.content = '乙'
                   and c.version = 1 and e.kind = 'registered'
                   and r.revision = 1 and r.fields ->> 'content' = '甲' and r.content_hash <> l.content_hash
                """)
            #expect(count == 1)
        }
    }

    @Test func `a case opened by an old file says what its lead says by now`() async throws {
        try await ImportFixture.with { fixture in
            _ = try await fixture.run("no,text\nT1,甲\n")
            _ = try await fixture.run("no,text\nT1,乙\n")
            try await fixture.connection.script("update bihuan.leads set case_id = null")

            #expect(try await fixture.run("no,text\nT1,甲\n").imported == 1)

            let count: Int = try await fixture.value(
                """
                select count(*) from bihuan.cases c join bihuan.leads l using (city_id, case_id)
                 where c.content = '乙' and l.content = '乙' and l.revision = 2 and c.ref like '%-000002'
                """)
            #expect(count == 1)
        }
    }

    @Test func `every row is accounted for, with line, field and reason`() async throws {
        try await ImportFixture.with { fixture in
            var bytes = Array("no,text,at\n".utf8)
            bytes += Array("T1,\"一\n二\",2026-03-01\n".utf8)  // lines 2 and 3
            bytes += Array(",无编号,2026-03-01\n".utf8)  // 4
            bytes += Array("T3,,昨天\n".utf8)  // 5
            bytes += Array("T4,未来,2999-01-01\n".utf8)  // 6
            bytes += Array("T5,多一列,2026-03-01,x\n".utf8)  // 7
            bytes += Array("T6,引\"号,2026-03-01\n".utf8)  // 8
            bytes += Array("T7,".utf8) + [0xE5, 0x2C] + Array("2026-03-01\n".utf8)  // 9
            bytes += Array("\n".utf8)  // 10, blank
            bytes += Array("=T8,公式,2026-03-01\n".utf8)  // 11
            bytes += Array("T9,\"没有闭合\n,2026-03-01\n".utf8)  // 12

            let summary = try await fixture.importer(size: ImportBatchSize(rows: 3)).run(
                file: fixture.write(bytes, to: "cases.csv"),
                map: fixture.write(ImportFixture.map, to: "map.yaml"),
                report: fixture.path("report.csv")
            )

            #expect("\(summary)" == "imported 2, unchanged 0, changed 0, rejected 7")
            let lines = try fixture.report().map { line in
                let cells = line.split(separator: ",", omittingEmptySubsequences: false)
                return [0, 1, 2, 3, 5, 6].map { String(cells[$0]) }.joined(separator: " ")
            }
            #expect(
                lines == [
                    "2 1 T1 imported  ",
                    "4 2  rejected reference missing",
                    "5 3 T3 rejected received_at not_a_time",
                    "5 3 T3 rejected content missing",
                    "6 4 T4 rejected received_at in_the_future",
                    "7 5  rejected  field_count",
                    "8 6  rejected  bare_quote",
                    "9 7  rejected  invalid_encoding",
                    "11 8 '=T8 imported  ",
                    "12 9  rejected  unterminated_quote",
                ])
            #expect(
                try fixture.report()[7].contains(
                    "第 \(Array("no,text,at\nT1,\"一\n二\",2026-03-01\n,无编号,2026-03-01\nT3,,昨天\nT4,未来,2999-01-01\nT5,多一列,2026-03-01,x\nT6,引\"号,2026-03-01\nT7,".utf8).count + 1) 个字节"
                ))
        }
    }

    @Test func `GB18030 and UTF-8 with a mark read the same`() async throws {
        try await ImportFixture.with { fixture in
            let map = "source: s\nchannel: phone\nfields: {reference: 工单编号, content: 内容}\n"
            let first = try await fixture.importer().run(
                file: fixture.write(ImportEncodingTests.gb18030, to: "a.csv"),
                map: fixture.write(map, to: "map.yaml"),
                report: fixture.path("report.csv")
            )
            let second = try await fixture.run("\u{FEFF}工单编号,内容\r\n1,饭馆油烟\r\n", map: map)

            #expect("\(first)" == "imported 1, unchanged 0, changed 0, rejected 0")
            #expect("\(second)" == "imported 0, unchanged 1, changed 0, rejected 0")
        }
    }

    @Test func `what does not fit is told before anything is read in`() async throws {
        try await ImportFixture.with { fixture in
            await #expect {
                try await fixture.run("no,inhalt,more\n1,x,y\n")
            } throws: { error in
                if case ImportError.columns(let faults) = error { faults.count == 3 } else { false }
            }
            await #expect {
                try await fixture.run("no,text\n1,x\n", map: "source: s")
            } throws: { error in
                if case ImportError.map(_, let faults) = error { !faults.isEmpty } else { false }
            }
            await #expect {
                try await fixture.importer(city: "nowhere").run(
                    file: fixture.path("cases.csv"), map: fixture.write(ImportFixture.map, to: "map.yaml"),
                    report: fixture.path("report.csv"))
            } throws: { error in
                if case ImportError.unknownCity = error { true } else { false }
            }
            await #expect {
                try await fixture.importer(city: "bare").run(
                    file: fixture.path("cases.csv"), map: fixture.path("map.yaml"), report: fixture.path("report.csv"))
            } throws: { error in
                if case ImportError.noPlan = error { true } else { false }
            }
            await #expect {
                try await fixture.importer().run(
                    file: fixture.path("absent.csv"), map: fixture.path("map.yaml"), report: fixture.path("report.csv"))
            } throws: { error in
                if case ImportError.unreadable = error { true } else { false }
            }
            let runs: Int = try await fixture.value("select count(*) from bihuan.import_runs")
            #expect(runs == 0)
            #expect(!FileManager.default.fileExists(atPath: fixture.path("report.csv")))
        }
    }

    @Test func `an interrupted import goes on where it stopped, and its report with it`() async throws {
        try await ImportFixture.with { fixture in
            let text = "no,text\n" + (1...100).map { "T\($0),\($0 % 10 == 0 ? "" : "内容\($0)")\n" }.joined()
            let file = try fixture.write(text, to: "cases.csv")
            let map = try fixture.write(ImportFixture.map, to: "map.yaml")
            let importer = fixture.importer(size: ImportBatchSize(rows: 10))
            let stopped = Task {
                try await importer.run(file: file, map: map, report: fixture.path("report.csv")) { progress in
                    if progress.summary.total >= 30 { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            await #expect {
                try await stopped.value
            } throws: { error in
                if case ImportError.interrupted(let summary) = error { summary.total == 30 } else { false }
            }
            // A crash between the report and the commit leaves lines that were never committed, the last one torn.
            let handle = try #require(FileHandle(forWritingAtPath: fixture.path("report.csv")))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("32,31,T31,imported,DEM-2026-000999,,,\n33,32,T3".utf8))
            try handle.close()

            let summary = try await importer.run(file: file, map: map, report: fixture.path("report.csv"))

            #expect("\(summary)" == "imported 90, unchanged 0, changed 0, rejected 10")
            let records = try fixture.report().map { Int($0.split(separator: ",")[1]) }
            #expect(records == Array(1...100))
            let refs = try fixture.report().filter { $0.contains("imported") }
                .map { $0.split(separator: ",", omittingEmptySubsequences: false)[4] }
            #expect(Set(refs).count == 90)
            let finished: Int = try await fixture.value(
                "select count(*) from bihuan.import_runs where finished_at is not null and records = 100"
            )
            #expect(finished == 1)
        }
    }

    @Test func `one import of a source runs at a time`() async throws {
        try await ImportFixture.with { fixture in
            let other = try await Connection.open(fixture.conninfo)
            _ = try await other.query(
                """
                select pg_advisory_lock(hashtextextended('bihuan.import:' || city_id || ':hotline', 0))
                  from bihuan.cities where code = 'demo'
                """)

            await #expect {
                try await fixture.run("no,text\nT1,甲\n")
            } throws: { error in
                if case ImportError.busy(source: "hotline") = error { true } else { false }
            }

            await other.close()
        }
    }

    @Test func `times are taken from the file, and registration from the domain's clock`() async throws {
        try await ImportFixture.with { fixture in
            try await fixture.connection.script("select bihuan.set_time_offset('400 days')")

            _ = try await fixture.run("no,text,at\nT1,甲,2020-01-01\nT2,乙,\n")

            let right: Int = try await fixture.value(
                """
                select count(*) from bihuan.cases c join bihuan.leads l using (city_id, case_id)
                 where c.opened_at between bihuan.now() - interval '1 minute' and bihuan.now()
                   and c.ref like 'DEM-' || extract(year from c.opened_at at time zone 'Asia/Shanghai') || '-%'
                   and c.received_at = case l.reference when 'T1' then timestamptz '2019-12-31T16:00:00Z' else c.opened_at end
                """)
            #expect(right == 2)
        }
    }
}
