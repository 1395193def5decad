import Foundation
import Logging
import Testing

@testable import bihuan

struct LogLineTests {
    @Test(arguments: [LogFormat.json, .text])
    func `whatever is logged stays one line`(format: LogFormat) {
        let log = StandardErrorLog(label: "x", format: format, level: .info)
        for evil in ["a\r\nb", "a\nb", "a\rb", "a\u{0}b", "a\u{1B}[2Jb", "a\u{7F}b", "\r\n\r\n"] {
            let line = log.line(at: Date(timeIntervalSince1970: 0), .info, evil, ["k": "\(evil)", "\(evil)": "v"])
            #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "\(line.debugDescription)")
        }
    }
}
