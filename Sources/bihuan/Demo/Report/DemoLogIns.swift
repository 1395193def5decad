import BihuanDomain

/// The log-ins of the demo city, as a table.
struct DemoLogIns: Sendable {
    let files: DemoFiles
    /// The same for everybody: this city is for trying things out.
    let password: String

    var lines: [String] {
        var table = TextTable([.left, .left, .left])
        table.add("账号", "岗位", "单位")
        table.rule()
        for login in self.files.city.shown {
            guard let officer = self.files.officers.first(where: { $0.login == login }), let first = officer.posts.first
            else { continue }
            table.add(
                "\(login)@\(self.files.city.code)", officer.posts.map(\.role.label).joined(separator: "、"),
                self.files.unit(first.unit)?.name ?? first.unit)
        }
        let others = self.files.officers.count - self.files.city.shown.count
        return ["演示账号（口令都是 \(self.password)，仅供演示）", ""] + table.lines
            + ["", "另有 \(others) 个账号：区县为 <区>.dispatch、<区>.handler、<区>.leader，处室与所以单位标签为名。"]
    }
}
