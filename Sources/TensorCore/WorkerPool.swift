import CVectorMath
import Glibc
import Synchronization

/// Runs the iterations of a loop on all cores.
///
/// `body` is called once for every index below `count`, in no particular order and concurrently. It must write only
/// what belongs to its index, so that the result does not depend on who ran what: that is how the same seed gives the
/// same bits at any number of threads. Where the pool is in use, by another thread or by the loop around this one, the
/// loop runs in the calling thread; but a loop of a single iteration leaves the pool to the loops within it, so a batch of
/// one sample is shared out by its tiles.
///
/// - Parameters:
///   - count: The number of iterations.
///   - body: Takes an index below `count`.
public func parallelFor(_ count: Int, _ body: (_ index: Int) -> Void) {
  WorkerPool.shared.run(count) { index, _ in body(index) }
}

/// As ``parallelFor(_:_:)``, with scratch space for each thread: `scratch` floats, aligned to 64 bytes, of unspecified
/// content.
package func parallelFor(
  _ count: Int, scratch: Int, _ body: (_ index: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void
) {
  let stride = StoragePool.capacity(for: scratch)
  let threads = min(WorkerPool.threads, max(count, 1))
  let storage = TensorStorage(scratch: stride * threads)
  WorkerPool.shared.run(count, threads: threads) { index, worker in
    body(index, storage.base + worker * stride)
  }
}

/// The threads behind ``parallelFor(_:_:)``.
public final class WorkerPool: @unchecked Sendable {
  // Safety: `job` and `started` are guarded by `mutex`, and so are changes of the atomic counters but a job's index.
  static let shared = WorkerPool()

  /// A loop in progress.
  private final class Job: @unchecked Sendable {
    // Safety: `run` lets go of the closure, but only when no worker is in it any more.
    var body: ((Int, Int) -> Void)?
    let count: Int
    let threads: Int
    let next = Atomic<Int>(0)

    init(count: Int, threads: Int, body: @escaping (Int, Int) -> Void) {
      self.count = count
      self.threads = threads
      self.body = body
    }

    func work(as worker: Int) {
      guard let body else { return }
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index, worker)
      }
    }
  }

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private let done: UnsafeMutablePointer<pthread_cond_t>
  private var started = 1
  private var job: Job?
  private let generation = Atomic<Int>(0)
  private let busyWorkers = Atomic<Int>(0)
  private let inUse = Atomic<Bool>(false)

  /// How long a thread spins before it sleeps. The loops of a training step follow one another within
  /// microseconds, and waking a thread takes tens of them.
  private static let patience = Duration.microseconds(50)

  private init() {
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    done = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
  }

  /// The number of processors of this machine.
  public static let availableCores = max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)

  /// The number of them that the system, or what started the process, lets it run on.
  public static let usableCores: Int = {
    let cores = vm_usable_processors()
    return cores > 0 ? min(cores, availableCores) : availableCores
  }()

  /// How many threads loops run on within ``withThreads(_:_:)``; nil outside of it.
  @TaskLocal private static var scopedThreads: Int?

  /// The number of threads that loops run on here: all cores outside of ``withThreads(_:_:)``.
  public static var threads: Int { scopedThreads ?? availableCores }

  /// Runs `body`, and what it calls, with another number of threads for its loops. Results do not depend on it.
  ///
  /// The setting belongs to the calling task or thread; others keep theirs.
  ///
  /// - Parameters:
  ///   - threads: The number of threads, at least one; nil for the current number.
  ///   - body: What to run.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public static func withThreads<Result>(_ threads: Int?, _ body: () throws -> Result) rethrows -> Result {
    guard let threads else { return try body() }
    precondition(threads > 0, "a worker pool needs at least one thread, got \(threads)")
    return try $scopedThreads.withValue(threads) { try body() }
  }

  /// Calls `body` with every index below `count` and the number, below `threads`, of the worker that runs it.
  fileprivate func run(_ count: Int, threads: Int = threads, _ body: (Int, Int) -> Void) {
    let threads = min(threads, count)
    let mine =
      threads > 1
      && inUse.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    guard mine else {
      for index in 0..<count { body(index, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let current = Job(count: count, threads: threads, body: body)
      pthread_mutex_lock(mutex)
      // Where the system gives no more threads, the loop runs on those that there are.
      while started < threads, startWorker() {}
      job = current
      generation.add(1, ordering: .releasing)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)

      current.work(as: 0)

      Self.spin(threads: threads) { busyWorkers.load(ordering: .acquiring) == 0 }
      pthread_mutex_lock(mutex)
      job = nil
      while busyWorkers.load(ordering: .relaxed) > 0 { pthread_cond_wait(done, mutex) }
      pthread_mutex_unlock(mutex)
      current.body = nil
    }
    inUse.store(false, ordering: .releasing)
  }

  /// Starts one more thread; returns false if the system refuses it.
  private func startWorker() -> Bool {
    let worker = started
    let argument = Unmanaged.passRetained(Worker(pool: self, number: worker))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        let worker = Unmanaged<Worker>.fromOpaque(pointer).takeRetainedValue()
        worker.pool.serve(as: worker.number)
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      return false
    }
    started += 1
    pthread_detach(thread)
    return true
  }

  private func serve(as worker: Int) {
    var seen = 0
    pthread_mutex_lock(mutex)
    while true {
      let newest = generation.load(ordering: .relaxed)
      guard newest != seen, let current = job, worker < current.threads else {
        seen = newest
        pthread_cond_wait(wake, mutex)
        continue
      }
      seen = newest
      busyWorkers.add(1, ordering: .relaxed)
      pthread_mutex_unlock(mutex)
      Self.withThreads(current.threads) { current.work(as: worker) }
      pthread_mutex_lock(mutex)
      busyWorkers.subtract(1, ordering: .releasing)
      if busyWorkers.load(ordering: .relaxed) == 0 { pthread_cond_signal(done) }
      pthread_mutex_unlock(mutex)
      Self.spin(threads: current.threads) { generation.load(ordering: .acquiring) != seen }
      pthread_mutex_lock(mutex)
    }
  }

  /// Waits a little for a condition without sleeping, unless the loop has more threads than processors.
  private static func spin(threads: Int, until condition: () -> Bool) {
    guard threads <= usableCores, !condition() else { return }
    let end = ContinuousClock.now + patience
    while ContinuousClock.now < end {
      for _ in 0..<16 {
        if condition() { return }
        vm_pause()
      }
    }
  }

  private final class Worker {
    let pool: WorkerPool
    let number: Int
    init(pool: WorkerPool, number: Int) {
      self.pool = pool
      self.number = number
    }
  }
}
