import Foundation

/// Holds up the thread it is called on, as a slow computation between two flights would.
enum Pause {
    static func blocking(milliseconds: Int) {
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
    }
}
