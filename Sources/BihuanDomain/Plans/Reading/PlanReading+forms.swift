/// Forms, and who must agree before they go out.
extension PlanReading {
    mutating func forms(_ value: Value?) -> [PlanForm] {
        guard let value, let all = self.reader.names(value) else { return [] }
        var forms: [PlanForm] = []
        var labels: Set<String> = []
        for (id, _, value) in all.values {
            guard
                let fields = self.reader.fields(
                    value, ["act", "name", "fields", "requirement"], required: ["act", "name"])
            else { continue }
            let act: PlanAct.Kind? = self.reader.word(fields["act"])
            if let value = fields["act"], let act, !act.isFiling, act != .feedBack, act != .interim {
                self.reader.fault(
                    value, "\(act.rawValue) 没有表单；可以是 report, publish, answer, evaluate, feed_back, interim")
            }
            var keys: Set<String> = []
            var fieldLabels: Set<String> = []
            var formFields: [PlanForm.Field] = []
            for item in self.reader.list(fields["fields"]) {
                guard
                    let fields = self.reader.fields(
                        item, ["key", "name", "kind", "required", "restricted"], required: ["key", "name"])
                else { continue }
                formFields.append(
                    .init(
                        key: self.reader.key(fields, among: &keys),
                        name: self.reader.label(fields, among: &fieldLabels),
                        kind: self.reader.word(fields["kind"]) ?? .text,
                        isRequired: self.reader.flag(fields["required"]) ?? true,
                        isRestricted: self.reader.flag(fields["restricted"]) ?? false))
            }
            self.names.forms[id] = .some(act)
            forms.append(
                PlanForm(
                    id: id, act: act ?? .report, name: self.reader.label(fields, among: &labels), fields: formFields,
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        return forms
    }

    mutating func chains(_ value: Value?) -> [ApprovalChain] {
        guard let value, let all = self.reader.names(value) else { return [] }
        var chains: [ApprovalChain] = []
        var labels: Set<String> = []
        for (id, place, value) in all.values {
            guard
                let fields = self.reader.fields(
                    value, ["name", "forms", "levels", "steps", "sent_to", "requirement"],
                    required: ["name", "forms", "steps"])
            else { continue }
            let forms = self.reader.texts(fields["forms"]).compactMap { text, item -> String? in
                guard self.names.forms[text] != nil else {
                    self.reader.unknown("表单", text, self.names.forms.keys.sorted(), item)
                    return nil
                }
                return text
            }
            let steps = self.roleList(fields["steps"])
            for (key, what) in [("forms", "表单"), ("steps", "角色")] {
                guard let value = fields[key], case .list(let items, _) = value.node, items.isEmpty else { continue }
                self.reader.fault(value, "至少要有一个\(what)")
            }
            for (index, step) in steps.enumerated() where steps[..<index].contains(step) {
                self.reader.fault(fields["steps"]?.place ?? place, "\(value.path).steps", "\(step) 要签两次")
            }
            chains.append(
                ApprovalChain(
                    id: id, name: self.reader.label(fields, among: &labels), forms: forms,
                    levels: self.levels(fields["levels"]), steps: steps, sentTo: self.outsideKeys(fields["sent_to"]),
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        return chains
    }

    /// A matter that must be answered could never be concluded without a form to answer it on.
    mutating func requireAnswers(_ value: Value?, _ matters: [Matter], _ forms: [PlanForm]) {
        guard let value, case .list(let items, _) = value.node, !forms.contains(where: { $0.act == .answer }) else {
            return
        }
        for (matter, item) in zip(matters, items) where matter.needsAnswer {
            self.reader.fault(
                item.place, value.path, "\(matter.key) 须答复，而没有一张表单是 act: answer")
        }
    }

    /// Nothing is said in public that nobody agreed to (R126).
    mutating func requireChains(_ value: Value?, _ forms: [PlanForm], _ chains: [ApprovalChain]) {
        guard let value, case .map(let entries, _) = value.node else { return }
        for form in forms where form.act == .publish || form.act == .answer {
            let covered = chains.filter { $0.forms.contains(form.id) }.reduce(into: Set<String>()) {
                $0.formUnion($1.levels)
            }
            let missing = self.names.levels.filter { !covered.contains($0) }
            guard !missing.isEmpty, let entry = entries.first(where: { $0.key == form.id }) else { continue }
            self.reader.fault(
                entry.place, "forms.\(form.id)",
                "是对外说的话，须有签批（chains）；缺 \(missing.joined(separator: ", "))：签批不写 levels 就是各级")
        }
    }
}
