#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A serial executor that is one thread: jobs run there, in order, and nowhere else.
///
/// The thread keeps the executor alive until ``stop()``; whoever made it must call that.
final class ThreadExecutor: SerialExecutor {
    private let queue = JobQueue()

    init() {
        Thread.start { [self] in
            while let job = self.queue.next() {
                unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
            }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        self.queue.append(UnownedJob(job))
    }

    /// The thread ends once the jobs already given have run. It may be called on the thread itself.
    func stop() {
        self.queue.close()
    }

    /// Jobs in order of arrival, waited for by one thread.
    @safe
    private final class JobQueue: @unchecked Sendable {
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var incoming: [UnownedJob] = []
        private var isClosed = false
        /// Touched by the thread alone.
        private var batch: [UnownedJob] = []
        private var position = 0

        init() {
            unsafe self.mutex.initialize(to: pthread_mutex_t())
            unsafe self.arrival.initialize(to: pthread_cond_t())
            unsafe pthread_mutex_init(self.mutex, nil)
            unsafe pthread_cond_init(self.arrival, nil)
        }

        deinit {
            unsafe pthread_cond_destroy(self.arrival)
            unsafe pthread_mutex_destroy(self.mutex)
            unsafe self.arrival.deallocate()
            unsafe self.mutex.deallocate()
        }

        func append(_ job: UnownedJob) {
            unsafe pthread_mutex_lock(self.mutex)
            self.incoming.append(job)
            unsafe pthread_cond_signal(self.arrival)
            unsafe pthread_mutex_unlock(self.mutex)
        }

        func close() {
            unsafe pthread_mutex_lock(self.mutex)
            self.isClosed = true
            unsafe pthread_cond_signal(self.arrival)
            unsafe pthread_mutex_unlock(self.mutex)
        }

        /// Waits for a job; nil when closed and empty.
        func next() -> UnownedJob? {
            if self.position == self.batch.count {
                self.batch.removeAll(keepingCapacity: true)
                self.position = 0
                unsafe pthread_mutex_lock(self.mutex)
                while self.incoming.isEmpty, !self.isClosed {
                    unsafe pthread_cond_wait(self.arrival, self.mutex)
                }
                swap(&self.batch, &self.incoming)
                unsafe pthread_mutex_unlock(self.mutex)
            }
            guard self.position < self.batch.count else { return nil }
            defer { self.position += 1 }
            return self.batch[self.position]
        }
    }
}
