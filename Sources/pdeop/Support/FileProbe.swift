import Foundation
import Glibc
import HDF5
import Synchronization
import SystemFiles
import Training

/// Checks HDF5 files in separate processes before this one opens them, since the HDF5 library crashes on some.
///
/// The processes are this command, run as `pdeop probe-data`; that takes about 35 ms per file. Some files make HDF5 read or write
/// out of bounds, with consequences that depend on what stands there. So two processes look at a file at the same time: one with the
/// C library's heap checks, which end it where this one might have gone on, and one whose memory is laid out as this one's.
struct FileProbe: Sendable {
  /// The exit code of the process for a file whose groups or chunks are damaged.
  static let damaged: Int32 = 3
  /// How much memory the process may take: some times what the largest sample that it reads needs (512 MB).
  static let memory = 2 << 30
  /// How many seconds the process may compute, and how many it may wait for a busy machine or a slow disk, in silence.
  private static let patience: (computing: Double, waiting: Double) = (5, 60)
  /// The files that have been checked, as they were then.
  private static let seen = Mutex<Set<FileStamp>>([])

  /// Whether files may refer to other files.
  let allowsExternal: Bool

  /// Reading as this command does it.
  var access: HDF5Access {
    HDF5Access(allowsExternal: allowsExternal) { (path) throws(HDF5Error) in try check(path) }
  }

  /// Checks that HDF5 survives reading a file.
  private func check(_ path: String) throws(HDF5Error) {
    let stamp = FileStamp(path)
    if let stamp, Self.seen.withLock({ $0.contains(stamp) }) { return }
    switch try outcome(path) {
    case .survived:
      if let stamp { Self.seen.withLock { _ = $0.insert(stamp) } }
    case .hung(let seconds):
      throw .deadly(file: path, what: "did not answer for \(Int(seconds)) seconds")
    case .ended(let number) where [SIGINT, SIGTERM, SIGHUP].contains(number):
      throw .unreadable(file: path, reason: "the check was interrupted")
    case .ended(let number): throw .deadly(file: path, what: "crashed (signal \(number))")
    case .damaged: throw .deadly(file: path, what: "found a damaged group or chunk")
    }
  }

  /// What makes glibc check each block of memory when it is freed, and fill what is not in use. Other libraries take no notice.
  private static let heapChecks = [
    "LD_PRELOAD": "libc_malloc_debug.so.0", "MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "165",
  ]

  private enum Outcome {
    case survived
    case hung(seconds: Double)
    case ended(signal: Int32)
    case damaged
  }

  private func outcome(_ path: String) throws(HDF5Error) -> Outcome {
    let checked = try start(path, Self.heapChecks)
    let plain: (Process, Pipe)
    do { plain = try start(path, [:]) } catch {
      checked.0.terminate()
      throw error
    }
    let outcomes = [outcome(of: checked), outcome(of: plain)]
    if case .survived = outcomes[0] { return outcomes[1] }
    return outcomes[0]
  }

  /// Starts a process that looks at a file, and says on a pipe that it is alive.
  private func start(_ path: String, _ environment: [String: String]) throws(HDF5Error) -> (Process, Pipe) {
    let process = Process()
    let life = Pipe()
    process.executableURL = URL(filePath: Bundle.main.executablePath ?? CommandLine.arguments[0])
    process.arguments = ["probe-data"] + (allowsExternal ? ["--allow-external"] : []) + ["--", path]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { given, _ in given }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = life
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch {
      throw .unreadable(
        file: path,
        reason:
          "the process that checks it could not be started, \((error as NSError).localizedDescription)"
      )
    }
    return (process, life)
  }

  /// Waits for the end of a process, and ends it where it says nothing for too long.
  private func outcome(of started: (process: Process, life: Pipe)) -> Outcome {
    let (process, life) = started
    let silence = waitForEnd(life.fileHandleForReading.fileDescriptor, of: process.processIdentifier)
    if silence != nil { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    if let silence { return .hung(seconds: silence) }
    if process.terminationReason == .uncaughtSignal { return .ended(signal: process.terminationStatus) }
    return process.terminationStatus == Self.damaged ? .damaged : .survived
  }

  /// Waits until a process closes a pipe.
  ///
  /// - Returns: nil once it has; the seconds of silence after which it is given up.
  private func waitForEnd(_ descriptor: Int32, of process: pid_t) -> Double? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var sign = (time: ContinuousClock.now, computed: Self.processorSeconds(of: process) ?? 0)
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 500)
      if ready < 0 && errno == EINTR { continue }
      guard ready >= 0 else { return 0 }
      let computed = Self.processorSeconds(of: process)
      if ready == 0 {
        let silence = (ContinuousClock.now - sign.time).seconds
        // Where the time that it has computed is not known, all of it counts.
        let work = computed.map { $0 - sign.computed } ?? silence
        if work >= Self.patience.computing { return Self.patience.computing }
        if silence >= Self.patience.waiting { return Self.patience.waiting }
        continue
      }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return nil }
      sign = (.now, computed ?? 0)
    }
  }

  /// The processor time that a process has taken.
  private static func processorSeconds(of process: pid_t) -> Double? {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
