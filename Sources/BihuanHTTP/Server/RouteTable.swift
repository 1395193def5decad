/// Finds the route of a request.
///
/// A table of our own and not the framework's router, because a path that exists under another method must answer 405
/// with `Allow`, a path has one spelling (no empty, dotted or encoded separators), and tests walk the list.
package struct RouteTable: Sendable {
    package enum Match: Sendable {
        case route(Route, [String: String])
        /// The path is there; these are its methods.
        case wrongMethod([String])
        case none
    }

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: (name: String, node: Int)?
        var routes: [String: Route] = [:]
    }

    package let routes: [Route]
    private var nodes: [Node] = [Node()]

    /// - Precondition: no method and template occur twice; a literal hides a parameter in the same place.
    package init(_ routes: [Route]) {
        self.routes = routes
        for route in routes { self.add(route) }
    }

    private mutating func add(_ route: Route) {
        var index = 0
        for segment in route.template.split(separator: "/") {
            let next: Int
            if segment.utf8.first == UInt8(ascii: "{") {
                let name = String(segment.dropFirst().dropLast())
                next = self.nodes[index].parameter?.node ?? self.nodes.count
                precondition(self.nodes[index].parameter.map { $0.name == name } ?? true, "two names in one place")
                self.nodes[index].parameter = (name, next)
            } else {
                next = self.nodes[index].literals[String(segment)] ?? self.nodes.count
                self.nodes[index].literals[String(segment)] = next
            }
            if next == self.nodes.count { self.nodes.append(Node()) }
            index = next
        }
        let previous = self.nodes[index].routes.updateValue(route, forKey: route.method)
        precondition(previous == nil, "two routes for \(route.method) \(route.template)")
    }

    /// - Parameter path: the path as sent, percent-encoded, without the query.
    package func match(method: String, path: Substring) -> Match {
        guard path.utf8.first == UInt8(ascii: "/") else { return .none }
        var index = 0
        var parameters: [String: String] = [:]
        for segment in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard !segment.isEmpty else { return .none }
            if let next = self.nodes[index].literals[String(Substring(segment))] {
                index = next
            } else if let parameter = self.nodes[index].parameter,
                let value = PercentDecoding.decode(segment),
                !value.utf8.contains(UInt8(ascii: "/"))
            {
                parameters[parameter.name] = value
                index = parameter.node
            } else {
                return .none
            }
        }
        let routes = self.nodes[index].routes
        guard !routes.isEmpty else { return .none }
        // HEAD is GET without the content.
        if let route = routes[method == "HEAD" ? "GET" : method] { return .route(route, parameters) }
        return .wrongMethod((Array(routes.keys) + (routes["GET"] == nil ? [] : ["HEAD"])).sorted())
    }
}
