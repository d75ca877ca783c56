import ArgumentParser
import Foundation
import NeuralOperators
import TestSupport
import Training

/// Trains again and again in one process, and watches its memory and its open files.
struct Soak: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train again and again in one process, and watch its memory and open files.",
    discussion: """
      Each round trains a model to its end, goes on with it for an epoch, and evaluates it. After the first tenth the \
      memory in use may grow by no more than 5 %, and the number of open files not at all.
      """)

  @OptionGroup var tried: TriedOptions

  @Option(help: "How long.")
  var minutes = 60.0

  func run() throws {
    let folder = try WorkFolder("soak")
    let seconds = tried.quick ? 10 : minutes * 60
    let start = ContinuousClock.now
    var first: (memory: Int, files: Int)?
    var last = (memory: 0, files: 0)
    var most = (memory: 0, files: 0)
    var rounds = 0
    try WaveFile().write(to: folder.file("line.hdf5"))
    while (ContinuousClock.now - start) / .seconds(1) < seconds || rounds < 20 {
      try train(folder, rounds)
      rounds += 1
      last = (Self.residentBytes, Self.openFiles)
      if first == nil, rounds >= 10, (ContinuousClock.now - start) / .seconds(1) > seconds / 10 {
        first = last
      }
      if first != nil { most = (max(most.memory, last.memory), max(most.files, last.files)) }
    }
    let base = first ?? last
    print(
      "soak: \(rounds) rounds in \(Int((ContinuousClock.now - start) / .seconds(1))) s; memory \(base.memory >> 20) MB after the "
        + "first tenth, at most \(most.memory >> 20) MB, \(last.memory >> 20) MB at the end; open files \(base.files), at most "
        + "\(most.files)")
    if Double(most.memory) > 1.05 * Double(base.memory) + 4_000_000 || most.files > base.files {
      throw ExitCode(1)
    }
  }

  private func train(_ folder: WorkFolder, _ round: Int) throws {
    var configuration = TrainingConfiguration()
    configuration.data.path = folder.file("line.hdf5")
    configuration.model.description =
      round % 2 == 0 ? FNO.Description(modes: [4], width: 6) : UNet.Description(initialFeatures: 2)
    configuration.model.initialSteps = 4
    configuration.data.batchSize = 3
    configuration.schedule.epochs = 2
    configuration.tempbalance.method = .sigmoid
    configuration.run.seed = UInt64(round)
    let run = RunFolder(folder.file("run"))
    _ = try TrainingRun(configuration, in: run).train()
    _ = try TrainingRun(resuming: run, changing: { $0.schedule.epochs = 3 }).train()
    _ = try Checkpoint(reading: run.best)
    folder.remove("run")
  }

  /// The memory that this process has in use.
  private static var residentBytes: Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  private static var openFiles: Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count
  }
}
