import BihuanDomain
import Postgres

/// Disputes, referrals and return visits.
extension ChangesWriting {
    var disputes: [SQL] {
        let record = self.changes.record.id.rawValue
        var batch: [SQL] = []
        if let (dispute, reason) = self.changes.newDispute {
            batch.append(
                """
                insert into bihuan.disputes
                       (city_id, dispute_id, ref, case_id, assignment_id, raised_by, raised_officer, assigner_unit,
                        proposed_unit, arbiter_unit, state, reason, raised_at, version)
                values (\(self.city), \(dispute.id.rawValue), \(dispute.ref), \(record),
                        \(dispute.assignment.rawValue), \(dispute.raisedBy.rawValue), \(self.actor.officer),
                        \(dispute.assigner.rawValue), \(dispute.proposed.rawValue), \(dispute.arbiter.rawValue),
                        \(dispute.state.rawValue), \(PersonalNumbers.masked(reason)), \(dispute.raisedAt),
                        \(dispute.version))
                """)
        }
        for (dispute, decision) in self.changes.changedDisputes {
            batch.append(
                SQL.mustAffect(
                    """
                    update bihuan.disputes
                       set state = \(dispute.state.rawValue), decision = \(decision.map(PersonalNumbers.masked)),
                           decided_unit = \(dispute.decided?.rawValue), closed_at = \(dispute.closedAt),
                           version = \(dispute.version)
                     where city_id = \(self.city) and dispute_id = \(dispute.id.rawValue)
                       and version = \(dispute.version - 1)
                    """))
        }
        return batch
    }

    var referrals: [SQL] {
        let record = self.changes.record.id.rawValue
        var batch: [SQL] = []
        if let (referral, text, reason) = self.changes.newReferral {
            batch.append(
                """
                insert into bihuan.referrals
                       (city_id, referral_id, ref, case_id, kind, "to", "text", reason, state, unit_id, officer_id,
                        referred_at, version)
                values (\(self.city), \(referral.id.rawValue), \(referral.ref), \(record), \(referral.kind.rawValue),
                        \(PersonalNumbers.masked(referral.to)), \(PersonalNumbers.masked(text)),
                        \(PersonalNumbers.masked(reason)), \(referral.state.rawValue), \(self.actor.unit),
                        \(self.actor.officer), \(referral.referredAt), \(referral.version))
                """)
        }
        if let (referral, answer, reason) = self.changes.changedReferral {
            let waived = referral.state == .waived ? reason.map(PersonalNumbers.masked) : nil
            batch.append(
                SQL.mustAffect(
                    """
                    update bihuan.referrals
                       set state = \(referral.state.rawValue), answer = \((answer?.text).map(PersonalNumbers.masked)),
                           lead = \((answer?.lead).map(PersonalNumbers.masked)), waive_reason = \(waived),
                           closed_by = \(self.actor.officer), closed_at = \(referral.closedAt),
                           version = \(referral.version)
                     where city_id = \(self.city) and referral_id = \(referral.id.rawValue)
                       and version = \(referral.version - 1)
                    """))
        }
        if let visit = self.changes.newVisit {
            batch.append(
                """
                insert into bihuan.return_visits
                       (city_id, case_id, number, visited_at, reached, satisfaction, note, officer_id, unit_id)
                select \(self.city), \(record), coalesce(max(v.number), 0) + 1, \(self.now), \(visit.reached),
                       \(visit.satisfaction?.rawValue), \(visit.note.map(PersonalNumbers.masked)),
                       \(self.actor.officer), \(self.actor.unit)
                  from bihuan.return_visits v
                 where v.city_id = \(self.city) and v.case_id = \(record)
                """)
        }
        return batch
    }
}
