import Foundation
import TestSupport
import Testing

/// A folder to run commands in, with small data sets.
struct Workspace {
  let folder: TemporaryFolder

  /// A folder with `line.hdf5`: 12 samples, 14 frames, 32 points, 1D.
  init() throws {
    folder = try TemporaryFolder()
    try WaveFile().write(to: folder.file("line.hdf5"))
  }

  /// Options of a training that takes milliseconds an epoch.
  static let quick = [
    "--modes", "4", "--width", "6", "--initial-steps", "4", "--batch-size", "3", "--epochs", "2",
  ]

  /// The same of `pdeop train`, without the recipe for few samples.
  static let plain = ["--recipe", "plain"] + quick

  /// Whether pictures can be drawn.
  static let hasGnuplot = has("gnuplot")

  /// Whether a program is installed.
  static func has(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  /// A search path whose gnuplot keeps the script that it is given, beside the pictures of the true one: the last one as
  /// `script`, and all of them as `scripts`.
  func recordingGnuplot() throws -> [String: String] {
    let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let gnuplot = try #require(
      search.split(separator: ":").map { "\($0)/gnuplot" }
        .first { FileManager.default.isExecutableFile(atPath: $0) })
    let programs = path("programs")
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    try write(
      "#!/bin/sh\ntee -a '\(path("scripts"))' | tee '\(path("script"))' | '\(gnuplot)' \"$@\"\n",
      to: "programs/gnuplot")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: "\(programs)/gnuplot")
    return ["PATH": "\(programs):\(search)"]
  }

  func path(_ name: String) -> String { folder.file(name) }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

  func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  /// The lines of a run's configuration, without the indentation of their parts.
  func configurationLines(_ run: String) throws -> Set<String> {
    let lines = try text("\(run)/config.yaml").split(separator: "\n")
    return Set(lines.map { $0.trimmingCharacters(in: .whitespaces) })
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path(name)))
  }

  /// Runs the command with the workspace as its working folder.
  func run(
    _ arguments: [String], fileBlocks: Int? = nil, environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    try Command.run(arguments, in: folder.path, fileBlocks: fileBlocks, environment: environment)
  }

  /// Runs a command and sends it a signal when it is half-way.
  ///
  /// On a busy machine a command can be past that before anybody looks, and end by itself. Then the folder is made as it
  /// was before, and the command is run again, up to 20 times in all. `isLate` says of a command that the signal ended
  /// whether it came too late all the same.
  func stop(
    _ arguments: [String], by signal: Int32, when isHalfWay: () -> Bool, unless isLate: () -> Bool = { false }
  ) throws -> Command.Outcome {
    func once() throws -> Command.Outcome {
      let command = try Command(arguments, in: folder.path)
      while command.isRunning {
        if isHalfWay() {
          command.send(signal)
          break
        }
        usleep(500)
      }
      return try command.outcome()
    }

    let before = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: folder.path, toPath: before.file("copy"))
    for _ in 1..<20 {
      let outcome = try once()
      if outcome.status != 0, !isLate() { return outcome }
      try FileManager.default.removeItem(atPath: folder.path)
      try FileManager.default.copyItem(atPath: before.file("copy"), toPath: folder.path)
    }
    return try once()
  }

  /// Trains quickly on `line.hdf5`, with some options more.
  @discardableResult
  func train(
    _ output: String, _ options: [String] = [], data: String = "line.hdf5",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Command.Outcome {
    let outcome = try run(["train", "--data", data, "--output", output] + Self.plain + options)
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome
  }

  /// The lines of a run's file as JSON objects, without the keys whose values differ from one run to the next.
  func lines(_ name: String, without keys: [String] = []) throws -> [[String: Any]] {
    try text(name).split(separator: "\n").map { line in
      let object = try JSON.object(Data(line.utf8))
      var members = try #require(object as? [String: Any])
      for key in keys { members[key] = nil }
      return members
    }
  }

  /// Whether two runs have the same metrics in every epoch; their seconds may differ.
  func haveSameMetrics(_ first: String, _ second: String) throws -> Bool {
    let metrics = try [first, second].map {
      try lines("\($0)/metrics.jsonl", without: ["seconds"]) as NSArray
    }
    return metrics[0] == metrics[1]
  }

  /// Everything in the folder, by name: the bytes of files, nothing for folders.
  func content() throws -> [String: Data] {
    var content: [String: Data] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path(name), isDirectory: &isFolder)
      content[name] = isFolder.boolValue ? Data() : try bytes(name)
    }
    return content
  }

  /// Checks that a command is refused: with the right exit code, one line on standard error that says all that it should,
  /// nothing on standard output, and nothing written or lost.
  func expectRefusal(
    _ arguments: [String], status: Int32, naming words: [String], fileBlocks: Int? = nil,
    environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try content()
    let outcome = try run(arguments, fileBlocks: fileBlocks, environment: environment)
    #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    let message = outcome.errors.split(separator: "\n").first ?? ""
    for word in words {
      #expect(message.contains(word), "'\(word)' in: \(message)", sourceLocation: sourceLocation)
    }
    // What the parser of the arguments refuses is followed by the usage; what we refuse takes one line.
    if message.hasPrefix("pdeop: ") {
      #expect(outcome.errors == message + "\n", sourceLocation: sourceLocation)
      #expect(
        message.hasSuffix(".") || message.hasSuffix("?"), "a sentence ends: \(message)",
        sourceLocation: sourceLocation)
    } else {
      #expect(message.hasPrefix("Error: "), "\(outcome.errors)", sourceLocation: sourceLocation)
      #expect(outcome.errors.contains("--help"), sourceLocation: sourceLocation)
    }
    #expect(try content() == before, "nothing written, nothing lost", sourceLocation: sourceLocation)
  }
}
