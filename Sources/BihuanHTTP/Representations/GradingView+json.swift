import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ proposal: ProposalView) {
        self.object { body in
            body.member("case", proposal.caseRef)
            body.member("level", proposal.proposal.level)
            body.member("matches", array: proposal.proposal.matches) { $0.write($1) }
            if let raise = proposal.raise {
                body.member("sensitive_period") { period in
                    period.member("name", raise.period.name)
                    period.member("raised_to", raise.to)
                }
            } else {
                body.member("sensitive_period", nil as String?)
            }
            body.member("spread") { $0.members(of: proposal.spread ?? SpreadCounts([:])) }
            body.member("scheme") { scheme in
                scheme.member("factors", array: proposal.scheme.factors) { writer, factor in
                    writer.object { body in
                        body.member("key", factor.key)
                        body.member("name", factor.name)
                    }
                }
                scheme.member("levels", array: proposal.scheme.levels) { writer, level in
                    writer.object { body in
                        body.member("key", level.key)
                        body.member("name", level.name)
                        body.member("colour", level.colour)
                        body.member("score", level.score)
                        body.member("criteria", array: level.criteria) { $0.write($1) }
                        body.member("triggers", array: level.triggers) { $0.write($1) }
                    }
                }
            }
        }
    }

    mutating func write(_ grading: GradingView) {
        self.object { body in
            body.member("number", grading.number)
            body.member("graded_at", grading.gradedAt)
            body.member("unit", grading.unit)
            body.member("officer", grading.officer)
            body.member("level", grading.level)
            body.member("judged", grading.judged)
            body.member("proposed", grading.proposed)
            body.member("factors", array: grading.assessment.scores.sorted { $0.key < $1.key }) { writer, score in
                writer.object { body in
                    body.member("key", score.key)
                    body.member("score", score.value)
                }
            }
            body.member("criteria", grading.assessment.criteria)
            body.member("triggers", grading.assessment.triggers)
            body.member("matches", array: grading.matches) { $0.write($1) }
            body.member("sensitive_period", grading.sensitivePeriod)
            body.member("reason", grading.reason)
        }
    }

    mutating func write(_ sample: SpreadView) {
        self.object { body in
            body.member("number", sample.number)
            body.member("observed_at", sample.observedAt)
            body.member("recorded_at", sample.recordedAt)
            body.members(of: sample.counts)
            body.member("source", sample.source)
            body.member("unit", sample.unit)
        }
    }

    private mutating func members(of counts: SpreadCounts) {
        self.member("reads", counts.counts[.reads])
        self.member("comments", counts.counts[.comments])
        self.member("outlets", counts.counts[.outlets])
        self.member("heat", counts.counts[.heat])
    }

    private mutating func write(_ match: LevelProposal.Match) {
        self.object { body in
            body.member("kind", match.kind)
            body.member("key", match.key)
            body.member("name", match.name)
            body.member("level", match.level)
            body.member("value", match.value)
            body.member("threshold", match.threshold)
        }
    }

    private mutating func write(_ criterion: Level.Criterion) {
        self.object { body in
            body.member("key", criterion.key)
            body.member("name", criterion.name)
        }
    }
}
