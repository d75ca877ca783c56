import Foundation
import Testing

/// The command as a person at the terminal meets it.
struct Command {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    func json() throws -> [String: Any] {
      try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(errors)")
    }
  }

  static let path: String = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
    let folder = bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
    return folder.appending(path: "text-fine-tuning").path
  }()

  private let process = Process()
  private let folder: String

  init(_ arguments: [String], executable: String = Command.path) throws {
    folder = try temporaryFolder()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    for file in ["out", "err"] { try Data().write(to: URL(filePath: "\(folder)/\(file)")) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "\(folder)/out"))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: "\(folder)/err"))
    // Threads that run tests may block signals, and a process inherits that.
    var (none, usual) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &usual)
    defer { pthread_sigmask(SIG_SETMASK, &usual, nil) }
    try process.run()
  }

  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  func outcome() throws -> Outcome {
    process.waitUntilExit()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func text(_ file: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(file)")), as: UTF8.self)
    }
    return Outcome(status: process.terminationStatus, output: try text("out"), errors: try text("err"))
  }

  static func run(_ arguments: String...) throws -> Outcome { try Command(arguments).outcome() }
  static func run(_ arguments: [String]) throws -> Outcome { try Command(arguments).outcome() }
}
