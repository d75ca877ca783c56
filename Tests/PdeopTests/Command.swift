import Foundation
import TestSupport
import Testing

/// The command `pdeop` as a person at the terminal meets it: arguments, two outputs and an exit code.
struct Command {
  /// What became of a command.
  struct Outcome {
    let status: Int32
    /// What it wrote on standard output.
    let output: String
    /// What it wrote on standard error.
    let errors: String

    /// Standard output as one JSON object.
    func object(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
      let lines = output.split(separator: "\n")
      try #require(lines.count == 1, "one line of JSON, not \(output)", sourceLocation: sourceLocation)
      let object = try JSON.object(Data(output.utf8))
      return try #require(object as? [String: Any], sourceLocation: sourceLocation)
    }
  }

  /// Where the build put the command: beside the tests.
  static let path: String = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
    let folder = bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
    return folder.appending(path: "pdeop").path
  }()

  static let isBuilt = FileManager.default.isExecutableFile(atPath: path)
  static let absence: Comment = "there is no \(path); build it with `swift build`"

  /// Whether the command is built with a sanitizer, which needs memory without limits and ends the process itself at what it finds.
  static let isSanitized = ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains {
    ProcessInfo.processInfo.environment[$0] != nil
  }
  static let sanitizer: Comment =
    "the sanitizer takes memory and files beyond limits, and ends the process at what libhdf5 does"

  private let process = Process()
  private let files: (output: URL, errors: URL)

  /// Starts the command.
  ///
  /// - Parameters:
  ///   - arguments: The arguments.
  ///   - folder: The working folder.
  ///   - fileBlocks: The size that a file may have, in blocks of 512 bytes (some shells count 1024).
  ///   - environment: Variables that are set beside those of this process.
  /// - Throws: If it cannot be started.
  init(
    _ arguments: [String], in folder: String, fileBlocks: Int? = nil, environment: [String: String] = [:]
  ) throws {
    let temporary = FileManager.default.temporaryDirectory
    let name = "pdeop-\(UUID().uuidString)"
    files = (temporary.appending(path: "\(name).out"), temporary.appending(path: "\(name).err"))
    for file in [files.output, files.errors] { try Data().write(to: file) }
    if let fileBlocks {
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", "ulimit -f \(fileBlocks) && exec \"$0\" \"$@\"", Self.path] + arguments
    } else {
      process.executableURL = URL(filePath: Self.path)
      process.arguments = arguments
    }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = URL(filePath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files.output)
    process.standardError = try FileHandle(forWritingTo: files.errors)
    // Threads that run tests may block signals, and a process inherits that; this one is to get its Ctrl-C.
    var (none, usual) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &usual)
    defer { pthread_sigmask(SIG_SETMASK, &usual, nil) }
    try process.run()
  }

  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) {
    kill(process.processIdentifier, signal)
  }

  /// Waits for the end.
  func outcome() throws -> Outcome {
    process.waitUntilExit()
    defer { for file in [files.output, files.errors] { try? FileManager.default.removeItem(at: file) } }
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Outcome(
      status: status, output: try String(contentsOf: files.output, encoding: .utf8),
      errors: try String(contentsOf: files.errors, encoding: .utf8))
  }

  /// Runs the command to its end.
  static func run(
    _ arguments: [String], in folder: String, fileBlocks: Int? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    try Command(arguments, in: folder, fileBlocks: fileBlocks, environment: environment).outcome()
  }
}
