public import Foundation
import SystemFiles
public import Training

/// Trains the runs of a benchmark in parallel, each in its own process.
///
/// Finished runs are skipped, interrupted ones continue. When all runs of a cell that its grid's point is chosen
/// by are done, the point is chosen and the cell's other runs follow.
public final class BenchmarkRunner {
  /// What became of the runs.
  public struct Summary: Sendable, Encodable {
    /// Runs that are done, those of earlier sessions included.
    public internal(set) var finished = 0
    /// Those of them that diverged.
    public internal(set) var diverged = 0
    /// Runs whose process failed: the run's name and what it said last.
    public internal(set) var failed: [String: String] = [:]
    /// Runs that are not done.
    public internal(set) var left = 0
  }

  /// How far a benchmark is.
  public struct Progress: Sendable {
    /// Runs that are done.
    public let finished: Int
    /// Runs in the end.
    public let total: Int
    /// The part of the work that is done, from 0 to 1.
    public let fraction: Double
    /// The names of the runs that are being trained.
    public let active: [String]
    /// Seconds to the end, from the pace of this session; nil before there is one.
    public let secondsLeft: Double?
  }

  /// The name of the file in a run's folder that takes what its process says.
  static let logName = "train.log"

  private static func log(in folder: RunFolder) -> String { "\(folder.path)/\(logName)" }

  private let folder: String
  private let jobs: Int
  private let threads: Int
  private let command: URL
  private let arguments: (_ folder: String, _ threads: Int) -> [String]
  private var cells: [Cell]
  private var queue: [(cell: Int, run: PlannedRun)] = []
  private var active: [(cell: Int, run: PlannedRun, process: Process)] = []
  private var summary = Summary()
  private var isStopping = false
  private var total: Int
  private let cost: Double

  /// A cell and what is left of it.
  private struct Cell {
    let plan: BenchmarkPlan.Cell
    /// Of the first runs, or of those that follow.
    var pending: Int
    var hasChosen: Bool
  }

  /// Prepares: finds out what is left to do, and labels finished runs with their place in this plan.
  ///
  /// - Parameters:
  ///   - cells: What is to be trained.
  ///   - plan: All cells of the plan, where `cells` are those of a shard: the runs of all are labeled, since they stand in one
  ///     table.
  ///   - folder: The benchmark's folder.
  ///   - jobs: The number of runs at a time.
  ///   - threads: The number of threads of each.
  ///   - command: The program that trains a run.
  ///   - arguments: The arguments that have it train the run of a folder with some threads, see ``PlannedTraining``.
  /// - Throws: ``BenchmarkError/otherRuns(_:)`` if there are runs with values other than planned or of other data,
  ///   ``BenchmarkError/otherTests(folders:options:)`` if runs that the plan no longer has were tested on something else, a
  ///   `FileError`, or what the broken files of a run that is done lead to.
  public init(
    _ cells: [BenchmarkPlan.Cell], of plan: [BenchmarkPlan.Cell]? = nil, in folder: String, jobs: Int,
    threads: Int, command: URL, arguments: @escaping (_ folder: String, _ threads: Int) -> [String]
  ) throws {
    self.folder = folder
    self.jobs = jobs
    self.threads = threads
    self.command = command
    self.arguments = arguments
    var data = CurrentData()
    try Self.requireSameRuns(cells, in: folder, &data)
    try Self.requireSameTests(plan ?? cells, in: folder, &data)
    try Self.renewLabels(of: plan ?? cells, in: folder)
    self.cells = cells.map { Cell(plan: $0, pending: $0.first.count, hasChosen: !$0.isTuned) }
    total = cells.reduce(0) { $0 + $1.count }
    cost = cells.reduce(0) { $0 + $1.cost }
    for (index, cell) in cells.enumerated() { try enqueue(cell.first, of: index) }
  }

  private static func requireSameRuns(
    _ cells: [BenchmarkPlan.Cell], in folder: String, _ data: inout CurrentData
  ) throws {
    var others: [OtherRun] = []
    for run in cells.flatMap({ $0.runs.joined() }) {
      if let other = try run.otherRun(in: folder, &data) { others.append(other) }
    }
    if !others.isEmpty { throw BenchmarkError.otherRuns(others) }
  }

  /// Trains until all runs are done, or until asked to stop; then every run saves its state first.
  ///
  /// - Parameters:
  ///   - shouldStop: Is asked several times a second.
  ///   - progress: Called several times a second.
  ///   - runDone: Is given the name of every run whose process has ended, and whether the run is done.
  /// - Returns: What became of the runs.
  /// - Throws: If a folder or file cannot be written, or a process cannot be started; the other runs save their state.
  public func run(
    shouldStop: () -> Bool, progress: (Progress) -> Void,
    runDone: (_ name: String, _ folder: RunFolder) -> Void
  ) throws -> Summary {
    let start = ContinuousClock.now
    var fractionAtStart: Double?
    defer { stop() }
    while !shouldStop() {
      try fill()
      if active.isEmpty { break }
      let fraction = fraction()
      let first = fractionAtStart ?? fraction
      fractionAtStart = first
      let elapsed = (ContinuousClock.now - start).seconds
      progress(
        Progress(
          finished: summary.finished, total: total, fraction: fraction, active: active.map(\.run.name),
          secondsLeft: fraction > first ? elapsed / (fraction - first) * (1 - fraction) : nil))
      Thread.sleep(forTimeInterval: 0.1)
      try reap(runDone)
    }
    stop()
    try reap(runDone)
    summary.left = total - summary.finished
    return summary
  }

  /// Puts runs of a cell into the queue; those that are done already only count, from now on.
  ///
  /// - Parameters:
  ///   - runs: The runs.
  ///   - cell: The place of their cell.
  ///   - ahead: Whether they go before all others.
  /// - Throws: If files of the runs that are done are broken.
  private func enqueue(_ runs: [PlannedRun], of cell: Int, ahead: Bool = false) throws {
    let isDone = runs.map { $0.state(in: folder).isDone }
    let waiting = zip(runs, isDone).filter { !$0.1 }.map { (cell, $0.0) }
    queue.insert(contentsOf: waiting, at: ahead ? 0 : queue.count)
    for (run, isDone) in zip(runs, isDone) where isDone { try finish(cell, run) }
  }

  /// Starts runs while there are runs to start and jobs to give them to.
  private func fill() throws {
    while active.count < jobs, !queue.isEmpty {
      let (cell, run) = queue.removeFirst()
      active.append((cell, run, try start(run)))
    }
  }

  private func start(_ run: PlannedRun) throws -> Process {
    let folder = run.folder(in: folder)
    try Folder.make(folder.path)
    // A folder counts as a benchmark's from its label on, and then there must be a plan.
    try AtomicFile.replace(folder.plan, with: run.configuration.yaml())
    try run.label.write(to: folder)
    let log = Self.log(in: folder)
    guard FileManager.default.createFile(atPath: log, contents: nil),
      let output = FileHandle(forWritingAtPath: log)
    else { throw FileError(.create, log, code: errno) }
    let process = Process()
    process.executableURL = command
    process.arguments = arguments(folder.path, threads)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    try output.close()
    return process
  }

  /// Takes note of the processes that have ended.
  private func reap(_ runDone: (_ name: String, _ folder: RunFolder) -> Void) throws {
    for (cell, run, process) in active where !process.isRunning {
      active.removeAll { $0.process === process }
      let folder = run.folder(in: folder)
      if run.state(in: self.folder).isDone {
        try finish(cell, run)
      } else if !wasStopped(process),
        process.terminationReason != .exit
          || ![0, Self.interrupted].contains(process.terminationStatus)
      {
        let log = (try? String(contentsOfFile: Self.log(in: folder), encoding: .utf8)) ?? ""
        summary.failed[run.name] =
          log.split(separator: "\n").last.map(String.init) ?? "ended by signal \(process.terminationStatus)"
      }
      runDone(run.name, folder)
    }
  }

  /// Whether a process was ended by the signal that asked it to stop, before it could watch for it.
  private func wasStopped(_ process: Process) -> Bool {
    isStopping && process.terminationReason == .uncaughtSignal
      && [SIGINT, SIGTERM, SIGHUP].contains(process.terminationStatus)
  }

  /// What a process says that was asked to stop.
  public static let interrupted: Int32 = 130

  private func finish(_ cell: Int, _ run: PlannedRun) throws {
    summary.finished += 1
    if run.state(in: folder) == .diverged { summary.diverged += 1 }
    cells[cell].pending -= 1
    guard cells[cell].pending == 0, !cells[cell].hasChosen else { return }
    cells[cell].hasChosen = true
    guard let point = try cells[cell].plan.bestPoint(in: folder) else {
      // Every point has diverged: nothing follows.
      total -= cells[cell].plan.rest(of: 0).count
      return
    }
    let rest = cells[cell].plan.rest(of: point)
    cells[cell].pending = rest.count
    // What is begun is finished before other cells are.
    try enqueue(rest, of: cell, ahead: true)
  }

  /// The part of the work that is done.
  private func fraction() -> Double {
    let waiting = queue.reduce(0) { $0 + $1.run.cost }
    let following = cells.reduce(0) { sum, cell in
      cell.hasChosen ? sum : sum + cell.plan.rest(of: 0).reduce(0) { $0 + $1.cost }
    }
    let running = active.reduce(0) { sum, entry in
      let done = Double(RunState.epochsDone(in: entry.run.folder(in: folder)))
      return sum + entry.run.cost * max(1 - done / Double(entry.run.configuration.schedule.epochs), 0)
    }
    return cost > 0 ? 1 - (waiting + following + running) / cost : 1
  }

  /// Asks all processes to save and end, and waits for that.
  private func stop() {
    isStopping = true
    for entry in active where entry.process.isRunning { entry.process.terminate() }
    for entry in active { entry.process.waitUntilExit() }
  }
}
