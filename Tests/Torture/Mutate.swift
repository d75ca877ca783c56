import ArgumentParser
import Foundation
import Glibc
import SystemFiles

/// Reads many damaged copies of good files, and counts what becomes of them.
///
/// The copies are a function of the seed and their number. They are read in processes of their own, some thousand each,
/// so that a crash or a hang ends that process alone; the file is then kept.
struct Mutate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read many damaged copies of good files.",
    discussion: """
        torture mutate --format safetensors --count 100000 --seed 1

      Prints a line for each format: how many were tried, refused with an error, accepted, ended by a signal, and silent \
      for too long. Where HDF5's own library crashes in the process that looks at a file first, or is silent there, the file \
      is refused. Exits with 1 on any other signal, and on any other hang.
      """)

  @Option(
    help: "The format: \(MutatedFormat.allCases.map(\.rawValue).joined(separator: ", ")) (default: all).")
  var format: MutatedFormat?

  @Option(help: "How many damaged copies to read of each format.")
  var count = 100_000

  @Flag(help: "Read 300 of each format, for continuous integration.")
  var quick = false

  @Option(help: "The seed: the same one damages in the same way.")
  var seed: UInt64 = 1

  @Option(help: "The number of the first copy.")
  var first = 0

  @Option(help: "Seconds after which a silent process hangs.")
  var patience = 5.0

  @Option(help: "The folder that files are kept in which ended a process.")
  var keep = "torture-findings"

  /// OpenBLAS's threads do not come along into a process that is forked, and it would wait for them forever; how many it
  /// has is decided before `main`, so this program starts itself again with one.
  ///
  /// The C library's checks of the heap are on, as in the process in which the command looks at a file first, and so here
  /// they are in what it reads by itself as well.
  private func startAnew() {
    let variables = [
      "OPENBLAS_NUM_THREADS": "1", "LD_PRELOAD": "libc_malloc_debug.so.0", "MALLOC_CHECK_": "3",
      "MALLOC_PERTURB_": "165", "SWIFT_BACKTRACE": "enable=no",
    ]
    let given = ProcessInfo.processInfo.environment
    guard variables.contains(where: { given[$0.key] == nil }) else { return }
    for (name, value) in variables { setenv(name, value, 0) }
    execv(Bundle.main.executablePath ?? CommandLine.arguments[0], CommandLine.unsafeArgv)
  }

  func run() throws {
    startAnew()
    print("format       tried  refused accepted signals hangs probe-signals")
    fflush(nil)
    var isBroken = false
    for format in self.format.map({ [$0] }) ?? MutatedFormat.allCases {
      let tally = try batch(format)
      print(
        "\(format.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)) \(tally.tried) \(tally.refused) "
          + "\(tally.accepted) \(tally.signals) \(tally.hangs) \(tally.probeSignals)")
      fflush(nil)
      isBroken = isBroken || tally.signals + tally.hangs > 0
    }
    if isBroken { throw ExitCode(1) }
  }

  struct Tally {
    var tried = 0
    var refused = 0
    var accepted = 0
    var signals = 0
    var hangs = 0
    var probeSignals = 0
  }

  /// How many copies one process reads.
  private static let batchSize = 2000

  private func batch(_ format: MutatedFormat) throws -> Tally {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "torture-\(getpid())-\(format.rawValue)"
    ).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // Making the good files starts threads, which a process that forks must not have.
    try inChild { try format.makeSeeds(in: folder) }
    let end = first + (quick ? 300 : count)
    var tally = Tally()
    var next = first
    while next < end {
      let last = min(next + Self.batchSize, end)
      let state = SharedState()
      state.next = next
      let child = fork()
      guard child >= 0 else { throw ExitCode(2) }
      if child == 0 { endAfterThread { readAll(format, folder, upTo: last, state) } }
      let ending = wait(for: child, state)
      tally.refused += state.refused
      tally.accepted += state.accepted
      tally.probeSignals += state.probeSignals
      let reached = state.next
      next = reached
      switch ending {
      case .done: break
      case .signal(let number):
        tally.signals += 1
        try report(format, folder, reached, "signal \(number)")
        next = reached + 1
      case .hang:
        tally.hangs += 1
        try report(format, folder, reached, "hang")
        next = reached + 1
      }
    }
    tally.tried = end - first
    return tally
  }

  private func readAll(_ format: MutatedFormat, _ folder: String, upTo end: Int, _ state: SharedState) {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    // As in the process in which the command looks at a file first. Here it holds for what reads the file afterwards, too,
    // as the checks of the heap do, which fill all memory that a file makes HDF5 ask for.
    SystemMemory.limitGrowth(to: 2 << 30)
    let reader = MutatedReader(format: format, folder: folder)
    while state.next < end {
      var generator = MutationGenerator(seed: seed, index: state.next)
      switch reader.read(&generator, survives: survives) {
      case .accepted: state.accepted += 1
      case .refused: state.refused += 1
      case .endedProbe:
        state.refused += 1
        state.probeSignals += 1
      }
      state.next += 1
    }
  }

  /// Does something in a new thread of a process that was forked, and ends the process.
  ///
  /// Swift's runtime remembers the number of a thread that has once asked for it, and the only thread of a forked process
  /// remembers that of its parent. Where two threads then need a lazy value at the same time, the lock is said to belong
  /// to a thread that the process does not have: the system refuses to give it back or to wait for it, and both threads
  /// try for ever. New threads ask anew. No other process of the package is forked without starting a program.
  private func endAfterThread(_ body: @escaping () -> Void) -> Never {
    // The calling thread does nothing any more.
    nonisolated(unsafe) let body = body
    let thread = Thread(block: {
      body()
      _exit(0)
    })
    // As much as a main thread has, so that what is nested ends in the same way.
    thread.stackSize = 8 << 20
    thread.start()
    while true { pause() }
  }

  /// Does what the command does in a process of its own.
  ///
  /// - Returns: Whether the process ended by itself, soon enough.
  private func survives(_ body: () -> Void) -> Bool {
    let child = fork()
    guard child >= 0 else { return false }
    if child == 0 {
      body()
      _exit(0)
    }
    let state = SharedState()
    if case .done = wait(for: child, state) { return true }
    return false
  }

  private enum Ending {
    case done
    case signal(Int32)
    case hang
  }

  private func wait(for child: pid_t, _ state: SharedState) -> Ending {
    var status: Int32 = 0
    var seen = (next: -1, since: ContinuousClock.now, computed: 0.0)
    while waitpid(child, &status, WNOHANG) == 0 {
      usleep(500)
      if state.next != seen.next {
        seen = (state.next, .now, computed(child))
      } else if computed(child) - seen.computed > patience
        || ContinuousClock.now - seen.since > .seconds(120 * patience)
      {
        kill(child, SIGKILL)
        waitpid(child, &status, 0)
        return .hang
      }
    }
    return status & 0x7F == 0 ? .done : .signal(status & 0x7F)
  }

  /// The CPU seconds of a process, which show a hang even on a busy machine.
  private func computed(_ child: pid_t) -> Double {
    var clock: clockid_t = 0
    var time = timespec()
    guard clock_getcpuclockid(child, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private func report(_ format: MutatedFormat, _ folder: String, _ index: Int, _ what: String) throws {
    let kept = "\(keep)/\(format.rawValue)-\(seed)-\(index)"
    try FileManager.default.createDirectory(atPath: keep, withIntermediateDirectories: true)
    try? FileManager.default.removeItem(atPath: kept)
    try? FileManager.default.copyItem(atPath: format.mutatedFile(in: folder, index: index), toPath: kept)
    print("\(format.rawValue) \(index): \(what), kept as \(kept)")
    fflush(nil)
  }

  private func inChild(_ body: @escaping () throws -> Void) throws {
    let child = fork()
    if child == 0 {
      endAfterThread {
        do {
          try body()
        } catch {
          FileHandle.standardError.write(Data("\(error)\n".utf8))
          _exit(1)
        }
      }
    }
    var status: Int32 = 0
    guard child > 0, waitpid(child, &status, 0) == child, status == 0 else {
      throw ValidationError("the good files could not be made")
    }
  }
}

/// Numbers that a process and its child share.
final class SharedState {
  private let numbers: UnsafeMutablePointer<Int>

  init() {
    let memory = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { preconditionFailure("no memory can be shared") }
    numbers = memory.bindMemory(to: Int.self, capacity: 4)
  }

  deinit { munmap(numbers, 4096) }

  var next: Int {
    get { numbers[0] }
    set { numbers[0] = newValue }
  }
  var refused: Int {
    get { numbers[1] }
    set { numbers[1] = newValue }
  }
  var accepted: Int {
    get { numbers[2] }
    set { numbers[2] = newValue }
  }
  /// How many files ended the process that looks at a file first.
  var probeSignals: Int {
    get { numbers[3] }
    set { numbers[3] = newValue }
  }
}
