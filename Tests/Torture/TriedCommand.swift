import ArgumentParser
import Foundation
import Glibc

/// The command under torture, run as a process of its own.
struct TriedCommand {
  /// Where the command is.
  let path: String
  /// The working folder.
  let folder: String
  /// Limits that the shell sets before it starts the command, as in `ulimit -v 8000000`.
  var limits: [String] = []

  /// What became of a process.
  struct Outcome {
    /// Its exit code, or 128 and the signal's number.
    let status: Int32
    let isSignal: Bool
    /// Whether it was silent for too long.
    let hangs: Bool
    /// What it wrote on standard error.
    let errors: String

    /// Whether it was ended by a signal that no one sent, or hung.
    var isBroken: Bool { isSignal || hangs }
  }

  /// A process that has been started.
  final class Running {
    let process = Process()
    let errorFile: String

    init(_ command: TriedCommand, _ arguments: [String]) throws {
      errorFile = "\(command.folder)/.errors-\(UUID().uuidString)"
      guard FileManager.default.createFile(atPath: errorFile, contents: nil),
        let errors = FileHandle(forWritingAtPath: errorFile)
      else { throw POSIXError(.EIO) }
      let limits = command.limits + ["ulimit -c 0"]
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments =
        ["-c", limits.joined(separator: "; ") + "; exec \"$0\" \"$@\"", command.path] + arguments
      process.currentDirectoryURL = URL(filePath: command.folder)
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = errors
      try process.run()
      try errors.close()
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for the end.
    func outcome(hangs: Bool = false) -> Outcome {
      process.waitUntilExit()
      let text = FileManager.default.contents(atPath: errorFile) ?? Data()
      unlink(errorFile)
      let isSignal = process.terminationReason != .exit
      return Outcome(
        status: isSignal ? 128 + process.terminationStatus : process.terminationStatus, isSignal: isSignal,
        hangs: hangs, errors: String(decoding: text, as: UTF8.self))
    }
  }

  func start(_ arguments: [String]) throws -> Running { try Running(self, arguments) }

  /// Runs the command to its end.
  func run(_ arguments: [String]) throws -> Outcome { try start(arguments).outcome() }

  /// Runs the command; one that is still at work after some seconds is asked to end, as by Ctrl-C.
  ///
  /// - Parameters:
  ///   - arguments: The arguments.
  ///   - seconds: How long it may work, and how long it may take to end then. Counted is the time that it had a
  ///     processor or waited for no one, so that a busy machine does not look like a hang.
  /// - Returns: What became of it; it hangs if it had to be killed.
  /// - Throws: If it cannot be started.
  func run(_ arguments: [String], patience seconds: Double) throws -> Outcome {
    let running = try start(arguments)
    if wait(for: running, seconds) { return running.outcome() }
    running.send(SIGINT)
    if wait(for: running, seconds) {
      let outcome = running.outcome()
      // Before a command takes Ctrl-C as a request, it ends it: that was asked for.
      let wasAsked = outcome.isSignal && outcome.status == 128 + SIGINT
      return Outcome(
        status: outcome.status, isSignal: outcome.isSignal && !wasAsked, hangs: false, errors: outcome.errors)
    }
    running.send(SIGKILL)
    return running.outcome(hangs: true)
  }

  private func wait(for running: Running, _ seconds: Double) -> Bool {
    let start = ContinuousClock.now
    let before = Self.processorSeconds(of: running.process.processIdentifier) ?? 0
    while running.process.isRunning {
      usleep(5000)
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      guard elapsed > seconds else { continue }
      let used = (Self.processorSeconds(of: running.process.processIdentifier) ?? .infinity) - before
      if used > seconds || elapsed > 120 * seconds { return false }
    }
    return true
  }

  /// The processor time that a process has had; nil where that is not known.
  private static func processorSeconds(of process: Int32) -> Double? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      return nil
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}

/// A folder that is removed with its owner.
final class WorkFolder {
  let path: String

  init(_ name: String) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "torture-\(getpid())-\(name)").path
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: file(name)) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: file(name)) }
}

/// Where and how the command is tried: the options that all of these subcommands have.
struct TriedOptions: ParsableArguments {
  @Option(help: "The command to try.")
  var command = ".build/release/pdeop"

  @Option(help: "The seed of what is done by chance.")
  var seed: UInt64 = 1

  @Flag(help: "Do so little that it suits continuous integration.")
  var quick = false

  /// The command in a folder.
  func command(in folder: WorkFolder, limits: [String] = []) -> TriedCommand {
    let path = command.hasPrefix("/") ? command : FileManager.default.currentDirectoryPath + "/" + command
    return TriedCommand(path: path, folder: folder.path, limits: limits)
  }
}

/// Counts what held and what did not.
struct Verdict {
  let name: String
  var tried = 0
  var broken: [String] = []

  init(_ name: String) { self.name = name }

  /// Notes one trial.
  mutating func note(_ holds: Bool, _ what: @autoclosure () -> String) {
    tried += 1
    guard !holds else { return }
    broken.append(what())
    print("BROKE \(name): \(what())")
    fflush(nil)
  }

  /// Prints the sum.
  func say() {
    print("\(name): \(tried) tried, \(broken.count) broken")
    fflush(nil)
  }
}

extension [Verdict] {
  /// Exits with 1 where something did not hold.
  func end() throws {
    if contains(where: { !$0.broken.isEmpty }) { throw ExitCode(1) }
  }
}
