import ArgumentParser
import Foundation
import Glibc
import TestSupport

/// Fills the disk at every size, makes room, resumes, and compares bytes.
struct FullDisks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disk",
    abstract: "Fill the disk at every size, make room, resume, and compare bytes.",
    discussion: """
      As root on Linux the disk is a small file system in memory; elsewhere the size that a file may have is limited. Each \
      command must end with exit code 1 and say what could not be written, leave nothing half written, and make the same \
      bytes in the end. A generation is refused where there is too little room for its file, so the file system is also \
      filled up while one is at work.
      """)

  @OptionGroup var tried: TriedOptions

  func run() throws {
    let folder = try WorkFolder("disk")
    try WaveFile().write(to: folder.file("line.hdf5"))
    let train = [
      "train", "--data", "line.hdf5", "--modes", "4", "--width", "6", "--initial-steps", "4", "--batch-size",
      "3",
      "--epochs", "40", "--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1", "--output",
    ]
    let generate = ["generate", "advection1d", "--samples", "60", "--resolution", "64", "--output"]
    let flow = [
      "generate", "cfd1d", "--samples", "300", "--resolution", "64", "--save-interval", "0.05", "--output",
    ]
    let unlimited = tried.command(in: folder)
    for arguments in [train + ["whole"], generate + ["whole.hdf5"], flow + ["flow.hdf5"]] {
      let outcome = try unlimited.run(arguments)
      guard outcome.status == 0 else { throw ValidationError(outcome.errors) }
    }
    let predict = [
      "predict", "--data", "line.hdf5", "--checkpoint", "whole/checkpoints/last.safetensors", "--all-samples",
      "--output",
    ]
    guard try unlimited.run(predict + ["prediction.hdf5"]).status == 0 else { throw ExitCode(2) }
    let disk = try SmallDisk(at: folder.file("disk"))
    var verdicts = [
      Verdict("train on a full \(disk.kind)"), Verdict("generate on a full \(disk.kind)"),
      Verdict("predict to a full \(disk.kind)"), Verdict("generate on a \(disk.kind) that fills up"),
    ]
    var filled = 0
    let step = tried.quick ? 64 : 4
    for kilobytes in stride(from: 4, through: 512, by: step) {
      try disk.resize(kilobytes)
      let limited = tried.command(in: folder, limits: disk.limits(kilobytes))
      let first = try limited.run(train + ["disk/run"])
      try disk.resize(64 << 10)
      let next =
        folder.exists("disk/run/config.yaml") ? ["train", "--resume", "disk/run"] : train + ["disk/run"]
      let last = try unlimited.run(next)
      verdicts[0].note(
        Self.isExpected(first) && last.status == 0 && Self.isSame(folder, "disk/run", "whole"),
        "\(kilobytes) kB: exit \(first.status) \(first.errors.suffix(200)), then \(last.status) \(last.errors.suffix(200))"
      )
      folder.remove("disk/run")

      for (place, arguments, whole) in [(1, generate, "whole.hdf5"), (2, predict, "prediction.hdf5")] {
        try disk.resize(kilobytes)
        let first = try limited.run(arguments + ["disk/new.hdf5"])
        let isAbsent = first.status == 0 || !folder.exists("disk/new.hdf5")
        try disk.resize(64 << 10)
        let last = first.status == 0 ? first : try unlimited.run(arguments + ["disk/new.hdf5"])
        verdicts[place].note(
          Self.isExpected(first) && isAbsent && last.status == 0
            && folder.bytes("disk/new.hdf5") == folder.bytes(whole),
          "\(kilobytes) kB: exit \(first.status) \(first.errors.suffix(200)), then \(last.status) \(last.errors.suffix(200))"
        )
        folder.remove("disk/new.hdf5")
        folder.remove("disk/.new.hdf5.partial")
      }

      try disk.resize(64 << 10)
      let running = try unlimited.start(flow + ["disk/new.hdf5"])
      while running.process.isRunning, !folder.exists("disk/.new.hdf5.partial") { usleep(500) }
      try disk.leave(kilobytes)
      let outcome = running.outcome()
      try disk.resize(64 << 10)
      let end = outcome.status == 0 ? outcome : try unlimited.run(flow + ["disk/new.hdf5"])
      verdicts[3].note(
        Self.isExpected(outcome) && end.status == 0
          && folder.bytes("disk/new.hdf5") == folder.bytes("flow.hdf5"),
        "\(kilobytes) kB more: exit \(outcome.status) \(outcome.errors.suffix(200)), then \(end.status) \(end.errors.suffix(200))"
      )
      if outcome.status != 0 { filled += 1 }
      folder.remove("disk/new.hdf5")
      folder.remove("disk/.new.hdf5.partial")
    }
    verdicts.forEach { $0.say() }
    print("of those that the file system filled up under, \(filled) were stopped by it")
    try verdicts.end()
  }

  private static func isExpected(_ outcome: TriedCommand.Outcome) -> Bool {
    outcome.status == 0 || (outcome.status == 1 && outcome.errors.contains("pdeop: "))
  }

  private static func isSame(_ folder: WorkFolder, _ first: String, _ second: String) -> Bool {
    ["steps.jsonl", "layers.jsonl", "checkpoints/best.safetensors", "checkpoints/resume.safetensors"]
      .allSatisfy {
        folder.bytes("\(first)/\($0)") == folder.bytes("\(second)/\($0)")
      }
  }
}

/// A folder whose room can be changed.
private final class SmallDisk {
  private let path: String
  private let isMounted: Bool

  /// What it is.
  var kind: String { isMounted ? "file system" : "quota" }

  init(at path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    isMounted = Self.mount(["-t", "tmpfs", "-o", "size=64m", "tmpfs", path])
  }

  deinit {
    if isMounted { Self.run("umount", [path]) }
  }

  /// Gives it so much room in all.
  func resize(_ kilobytes: Int) throws {
    guard isMounted else { return }
    guard Self.mount(["-o", "remount,size=\(kilobytes)k", path]) else { throw POSIXError(.EIO) }
  }

  /// Gives it only a little more room than is taken, while a command may be taking more.
  func leave(_ kilobytes: Int) throws {
    // The system refuses a size that a command has outgrown meanwhile.
    for _ in 0..<1000 where (try? resize(usedKilobytes + kilobytes)) != nil { return }
    throw POSIXError(.EIO)
  }

  /// How much of its room is taken.
  private var usedKilobytes: Int {
    var status = statvfs()
    guard isMounted, statvfs(path, &status) == 0 else { return 0 }
    return Int(status.f_blocks - status.f_bfree) * Int(status.f_frsize) >> 10
  }

  /// The limits of a shell that stand for it where it is no file system.
  func limits(_ kilobytes: Int) -> [String] { isMounted ? [] : ["ulimit -f \(2 * kilobytes)"] }

  private static func mount(_ arguments: [String]) -> Bool { run("mount", arguments) }

  @discardableResult
  private static func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
