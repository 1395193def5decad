import CMalloc
import ServiceLifecycle

/// How this process asks for memory.
enum Memory {
    /// Bytes from which an allocation goes back to the system as soon as it is free. What a page or a list needs is
    /// smaller and is kept; large bodies, import batches and the hashing of passwords are larger.
    private static let ownMapping: CInt = 256 * 1_024
    /// Heaps among which threads are spread.
    private static let heaps: CInt = 2

    /// Keeps what a flood of large bodies or many held connections took from staying.
    ///
    /// By itself glibc raises the first limit to the size of each large block that it frees, and has eight heaps for
    /// each core: after a flood they stay, full of holes.
    static func configure() {
        mallopt(M_MMAP_THRESHOLD, Self.ownMapping)
        mallopt(M_TRIM_THRESHOLD, Self.ownMapping)
        mallopt(M_ARENA_MAX, Self.heaps)
    }

    /// Gives back, now and then, the pages that lie free between others in use.
    struct Keeper: Service {
        private static let interval = Duration.seconds(30)

        func run() async {
            await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    try? await Task.sleep(for: Self.interval)
                    malloc_trim(0)
                }
            }
        }
    }
}
