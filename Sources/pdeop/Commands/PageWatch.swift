import Foundation
import Reporting
import Studies
import SystemFiles
import TensorCore
import Training

/// Rewrites a page of runs or of a benchmark as long as these are trained.
struct PageWatch {
  let runs: [String]
  let isBenchmark: Bool
  let besidePaper: Bool
  /// The HTML file.
  let page: String
  /// Seconds from one page to the next.
  let interval: Double

  /// Between two runs of a benchmark that a cluster's jobs share there may be no process for a while.
  private static let pause = 10.0
  /// Of the time that passes a page takes at most this part.
  private static let share = 0.2

  /// The heading of a benchmark's page.
  static func title(ofBenchmark folders: [String]) -> String {
    "Benchmark \(folders.joined(separator: ", "))"
  }

  /// Rewrites the page until no process trains the runs any more.
  ///
  /// - Throws: The exit code of an interrupted process after a Ctrl-C or a hang-up, or what the page cannot be made for.
  func run() throws {
    Interruption.watch()
    let cache = PictureCache()
    let clock = ContinuousClock()
    var lastTrained = clock.now
    var hasSaid = false
    var failures = 0
    while true {
      // Before the page is made: what is written while it is made is in the next one.
      let isTrained = isTrained
      if isTrained { lastTrained = clock.now }
      let isPause = isBenchmark && (clock.now - lastTrained).seconds < Self.pause
      let mayGoOn = try isTrained || (isPause && !isDone)
      let began = clock.now
      do {
        try WorkerPool.withThreads(1) { try write(isFinal: !mayGoOn, cache) }
        failures = 0
      } catch {
        if Interruption.isRequested { throw try ended(cache) }
        // A file may be read while it is made; what is wrong for longer is reported.
        failures += 1
        if failures > 3 || !mayGoOn { throw error }
      }
      guard mayGoOn else {
        let what = runs.count == 1 ? runs[0] : "these runs"
        Console.say("\(page) is written; no process trains \(what) any more.")
        return
      }
      if !hasSaid {
        Console.say("\(page) is written, and again as training goes on; Ctrl-C ends this.")
        hasSaid = true
      }
      let cost = (clock.now - began).seconds
      let next = began + .seconds(max(interval, cost / Self.share))
      while clock.now < next {
        if Interruption.isRequested { throw try ended(cache) }
        Thread.sleep(forTimeInterval: 0.1)
        // The end of a run shows at once.
        guard self.isTrained else { break }
        lastTrained = clock.now
      }
      if !self.isTrained, isBenchmark { Thread.sleep(forTimeInterval: 0.5) }
    }
  }

  /// Leaves a page behind that is not read again, after a Ctrl-C, which may have ended gnuplot as well.
  private func ended(_ cache: PictureCache) throws -> any Error {
    try write(isFinal: true, cache)
    return Interruption.exitCode
  }

  private func write(isFinal: Bool, _ cache: PictureCache) throws {
    var content =
      isBenchmark
      ? try HTMLPage(
        BenchmarkResults(collecting: runs), title: Self.title(ofBenchmark: runs), besidePaper: besidePaper,
        cache: cache)
      : try HTMLPage(runs: runs.map { RunFolder($0) }, cache: cache)
    if !isFinal { content.refresh(every: Int(interval.rounded(.up)), writtenAt: Date()) }
    try AtomicFile.replace(page, with: content.text)
  }

  /// Whether some process has one of the runs' folders, or a benchmark's: it holds its lock.
  private var isTrained: Bool {
    func isLocked(_ folder: String, toSharers: Bool) -> Bool {
      FileManager.default.fileExists(atPath: folder) && FileLock(folder, isShared: toSharers) == nil
    }
    return folders.contains { isLocked($0, toSharers: true) }
      || isBenchmark && runs.contains { isLocked($0, toSharers: false) }
  }

  private var folders: [String] {
    guard isBenchmark else { return runs.map { RunFolder($0).path } }
    return runs.flatMap { benchmark in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(benchmark)/runs")) ?? []
      return names.sorted().map { "\(benchmark)/runs/\($0)" }
    }
  }

  /// Whether all runs of the benchmark that have begun are done.
  private var isDone: Bool {
    get throws { try BenchmarkResults(collecting: runs).rows.allSatisfy { $0.status != .unfinished } }
  }
}
