import Testing

@testable import BihuanHTTP

struct RouteTableTests {
    let table = RouteTable([
        Route("GET", "/a/{id}") { _ in Reply(.none) },
        Route("POST", "/a/{id}/actions/grade") { _ in Reply(.none) },
        Route("POST", "/a") { _ in Reply(.none) },
        Route("DELETE", "/a/current") { _ in Reply(.none) },
    ])

    func found(_ method: String, _ path: String) -> String {
        switch self.table.match(method: method, path: path[...]) {
        case .route(let route, let parameters): "\(route.template) \(parameters["id"] ?? "")"
        case .wrongMethod(let methods): methods.joined(separator: ",")
        case .none: "none"
        }
    }

    @Test func `a path finds its route and its parameter`() {
        #expect(self.found("GET", "/a/7") == "/a/{id} 7")
        #expect(self.found("HEAD", "/a/7") == "/a/{id} 7")
        #expect(self.found("GET", "/a/%E8%BF%87") == "/a/{id} 过")
        #expect(self.found("POST", "/a/7/actions/grade") == "/a/{id}/actions/grade 7")
    }

    @Test func `another method names those there are`() {
        #expect(self.found("GET", "/a") == "POST")
        #expect(self.found("PATCH", "/a/7") == "GET,HEAD")
        #expect(self.found("GET", "/a/current") == "DELETE")
        #expect(self.found("get", "/a/7") == "GET,HEAD")
    }

    @Test(arguments: [
        "", "/", "a/7", "/a/", "/a/7/", "//a/7", "/a//7", "/b", "/a/7/actions", "/a/7/actions/", "/a/7/actions/fly",
        "/a/%2F", "/a/x%2Fy", "/a/%00", "/a/%zz", "/a/%FF", "/A/7", "/%61/7", "/a/7/../7/", "*",
    ])
    func `a path has one spelling`(path: String) {
        #expect(self.found("GET", path) == "none")
    }
}
