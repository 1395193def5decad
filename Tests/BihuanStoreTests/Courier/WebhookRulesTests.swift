import BihuanStore
import BihuanWorkers
import Foundation
import Testing

struct WebhookRulesTests {
    @Test func `the signature is that of Standard Webhooks`() throws {
        // interfaces.md §5.6; the code by `openssl dgst -sha256 -hmac`.
        let secret = try #require(Data(base64Encoded: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"))
        let body = Array(#"{"type":"assignment.overdue","title":"督办"}"#.utf8)

        let field = WebhookSignature.field(
            id: "msg_01", timestamp: 1_795_256_640, body: body, secrets: [Array(secret)])

        #expect(field == "v1,lKYVUiy5ia+AiHT/uioB/NjM2o1qOTS3+hZWL3Ingx0=")
    }

    @Test(arguments: [
        ("https://example.com", "example.com", 443, "/", "example.com"),
        ("http://10.1.2.3:8080/a/b?c=d%20e", "10.1.2.3", 8080, "/a/b?c=d%20e", "10.1.2.3:8080"),
        ("https://[fd00::1]/x", "fd00::1", 443, "/x", "[fd00::1]"),
        ("HTTPS://Example.COM:443/", "example.com", 443, "/", "example.com"),
    ])
    func `a URL is taken apart`(url: String, host: String, port: Int, path: String, authority: String) throws {
        let target = try WebhookTarget(url)

        #expect(target.host == host && target.port == port && target.path == path)
        #expect(target.authority == authority)
    }

    @Test(arguments: [
        "", "example.com", "gopher://x/", "https://user@x/", "https://u:p@x/", "https://x/#f", "https://x/\r\nA: b",
        "https://x/ y", "https://督办/", "https:///x", "https://x:0/", "https://x:70000/", "http://a\\@b/",
        "https://x%00y/", "unix:///run/x",
    ])
    func `a URL that could be read in two ways is none`(url: String) {
        #expect(throws: WebhookTargetFault.self) { try WebhookTarget(url) }
    }

    /// Host as typed, address it resolves to, TLS, allow-list, allowed.
    @Test(arguments: [
        ("example.com", "93.184.216.34", true, "", true),
        ("example.com", "93.184.216.34", false, "", false),
        ("example.com", "93.184.216.34", false, "example.com", true),
        ("a.example.com", "93.184.216.34", false, "*.example.com", true),
        ("example.com", "93.184.216.34", false, "*.example.com", false),
        ("oa.gov", "10.1.2.3", true, "", false),
        ("oa.gov", "10.1.2.3", true, "oa.gov", true),
        ("oa.gov", "10.1.2.3", false, "10.0.0.0/8", true),
        ("oa.gov", "10.1.2.3", false, "10.2.0.0/16", false),
        ("oa.gov", "10.1.2.3", false, "10.1.2.3", true),
        ("oa.gov", "172.16.0.1", true, "", false), ("oa.gov", "192.168.1.1", true, "", false),
        ("oa.gov", "fd00::1", true, "", false), ("oa.gov", "fd00::1", true, "fd00::/8", true),
        // A name never stands for this machine, wherever a name server points it.
        ("oa.gov", "127.0.0.1", true, "oa.gov", false),
        ("oa.gov", "169.254.169.254", false, "oa.gov", false),
        ("oa.gov", "::1", true, "oa.gov", false), ("oa.gov", "::ffff:127.0.0.1", true, "oa.gov", false),
        ("oa.gov", "64:ff9b::7f00:1", true, "oa.gov", false), ("oa.gov", "::", true, "oa.gov", false),
        ("oa.gov", "0.0.0.0", true, "oa.gov", false), ("oa.gov", "fe80::1", true, "oa.gov", false),
        ("oa.gov", "224.0.0.1", true, "oa.gov", false), ("oa.gov", "255.255.255.255", true, "oa.gov", false),
        ("localhost", "127.0.0.1", false, "127.0.0.1", true), ("localhost", "::1", false, "::1", true),
        ("localhost", "::ffff:127.0.0.1", false, "127.0.0.0/8", true),
    ])
    func `what may be sent to is decided by the address`(
        host: String, address: String, isSecure: Bool, list: String, isAllowed: Bool
    ) throws {
        let list = try #require(WebhookAllowList(list))
        let address = try #require(InternetAddress(address))

        #expect((list.objection(to: host, at: address, isSecure: isSecure) == nil) == isAllowed)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "a/8", "https://x", "x:80", "*.", "*"])
    func `an allow-list that cannot be read is none`(text: String) {
        #expect(WebhookAllowList(text) == nil)
    }

    /// Ways to write 127.0.0.1 that only the resolver understands: what is checked is what it gives.
    @Test(arguments: ["http://2130706433/", "http://0177.0.0.1/", "http://127.1/", "http://[::ffff:127.0.0.1]/"])
    func `this machine is not reached under another name`(url: String) async throws {
        let sender = try HTTPWebhookSender(allowList: WebhookAllowList("*.example") ?? WebhookAllowList())

        let answer = await sender.send(WebhookRequest(target: try WebhookTarget(url), fields: [], body: []))

        #expect(answer == .failed("the address is of this machine or its links; see webhooks.allow"))
    }

    @Test func `pauses follow the schedule, with at most a tenth more`() {
        #expect(RetrySchedule.pause(after: 1, jitter: 0) == .seconds(5))
        #expect(RetrySchedule.pause(after: 9, jitter: 0) == .seconds(86_400))
        #expect(RetrySchedule.pause(after: 1, jitter: 1) == .milliseconds(5_500))
        #expect(RetrySchedule.pause(after: 1, jitter: 0, retryAfter: .seconds(60)) == .seconds(60))
        #expect(RetrySchedule.pause(after: 2, jitter: 0, retryAfter: .seconds(60)) == .seconds(300))
        #expect(RetrySchedule.pauses.count == Outbox.tries - 1)
    }

    @Test func `a receiver may name seconds or a date`() {
        let now = Date(timeIntervalSince1970: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT

        #expect(RetrySchedule.retryAfter("120", now: now) == .seconds(120))
        #expect(RetrySchedule.retryAfter("Sun, 06 Nov 1994 08:50:37 GMT", now: now) == .seconds(60))
        #expect(RetrySchedule.retryAfter("Sun, 06 Nov 1994 08:00:00 GMT", now: now) == .zero)
        #expect(RetrySchedule.retryAfter("99999999999999999999", now: now) == .seconds(86_400))
        #expect(RetrySchedule.retryAfter("soon", now: now) == nil)
        #expect(RetrySchedule.retryAfter("-5", now: now) == nil)
    }
}
