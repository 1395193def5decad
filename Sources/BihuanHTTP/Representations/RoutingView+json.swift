import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ view: RoutingView) {
        self.object { body in
            body.member("case", view.caseRef)
            body.name("lead")
            if let lead = view.lead { body.write(lead) } else { body.null() }
            body.member("first_hop", view.firstHop)
            body.member("assists", array: view.assists) { $0.write($1) }
            body.member("guides", array: view.guides) { $0.write($1) }
            body.member("inform", array: view.informs) { $0.write($1) }
            body.member("alternatives", array: view.alternatives) { $0.write($1) }
            body.member("area") { area in
                area.member("confidence", view.areaConfidence)
                area.member("units", array: view.areaUnits) { $0.write($1) }
                area.member("matches", array: view.areaMatches) { $0.write($1) }
            }
            body.member("line") { line in
                line.member("confidence", view.lineConfidence)
                line.member("lines", view.lines)
                line.member("matches", array: view.lineMatches) { $0.write($1) }
            }
            body.member("gaps", array: view.gaps) { writer, gap in
                writer.object { body in
                    body.member("kind", gap.kind)
                    body.member("role", gap.role)
                    body.member("detail", gap.detail)
                }
            }
        }
    }

    mutating func write(_ preview: RoutingPreview) {
        let tally = preview.tally
        self.object { body in
            body.member("month", preview.month)
            body.member("cases", tally.cases)
            body.member("is_whole", preview.isWhole)
            body.member("proposed", tally.proposed)
            body.member("handled", tally.handled)
            body.member("hits", tally.hits)
            body.member("hit_permille", tally.hitRate.map { Int(($0 * 1_000).rounded()) })
            body.member("precision_permille", tally.precision.map { Int(($0 * 1_000).rounded()) })
            body.member("units", array: preview.units) { writer, row in
                writer.object { body in
                    body.member("unit", row.unit)
                    body.member("proposed", row.count.proposed)
                    body.member("handled", row.count.handled)
                    body.member("hits", row.count.hits)
                }
            }
            body.member("gaps", array: preview.gapsInOrder) { writer, gap in
                writer.object { body in
                    body.member("kind", gap.kind)
                    body.member("name", gap.kind.label)
                    body.member("cases", gap.cases)
                }
            }
        }
    }

    private mutating func write(_ pick: RoutingView.Pick) {
        self.object { body in
            body.member("unit", pick.unit)
            body.member("role", pick.role)
            body.member("role_name", pick.roleName)
            body.member("source", pick.source)
            body.member("rule", pick.number)
            body.member("requirements", pick.requirements)
            body.member("why", pick.why)
        }
    }

    private mutating func write(_ match: RoutingProposal.Match) {
        self.object { body in
            body.member("field", match.field)
            body.member("word", match.word)
            body.member("meanings", match.meanings)
        }
    }
}
