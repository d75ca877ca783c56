import ArgumentParser
import Foundation
import Glibc
import TestSupport

/// Makes files that ask for what they must not get, and gives them to the command.
struct HostileFiles: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make files that ask for what they must not get, and give them to the command.",
    discussion: "Prints a line for each; exits with 1 unless every one ended as it must, soon enough.")

  @Option(help: "The command to try.")
  var command = ".build/release/pdeop"

  @Option(help: "The folder to make the files in (default: one that is removed).")
  var folder: String?

  func run() throws {
    let folder =
      self.folder.map { URL(filePath: $0).path }
      ?? FileManager.default.temporaryDirectory
      .appending(path: "torture-\(getpid())-hostile").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { if self.folder == nil { try? FileManager.default.removeItem(atPath: folder) } }
    let path = command.hasPrefix("/") ? command : FileManager.default.currentDirectoryPath + "/" + command
    let tried = TriedCommand(path: path, folder: folder)
    var isBroken = false
    func check(_ name: String, _ arguments: [String], expected: Int32) throws {
      let start = ContinuousClock.now
      let outcome = try tried.run(arguments, patience: 5)
      let took = ContinuousClock.now - start
      let holds = outcome.status == expected && !outcome.hangs
      isBroken = isBroken || !holds
      print(
        "\(holds ? "held" : "BROKE") \(name): exit \(outcome.status), \(took.formatted(.units(allowed: [.milliseconds])))"
      )
      if !holds { print("  \(outcome.errors.prefix(500))") }
      fflush(nil)
    }
    for data in HostileData.allCases {
      let path = "\(folder)/\(data.rawValue).hdf5"
      try data.write(to: path)
      try check(data.rawValue, ["inspect", path], expected: data == .manyObjects ? 0 : 65)
      if data == .virtualOfItself {
        try check("\(data.rawValue), allowed", ["inspect", path, "--allow-external"], expected: 65)
      }
    }
    for (name, make) in [
      ("pipe", { mkfifo($0, 0o600) }), ("device", { symlink("/dev/zero", $0) }),
    ] as [(String, (String) -> Int32)] {
      let path = "\(folder)/\(name)"
      guard make(path) == 0 else { throw ExitCode(2) }
      try check("\(name) as data", ["inspect", path], expected: 65)
      try check("\(name) as weights", ["analyze", "--checkpoint", path], expected: 65)
      try check(
        "\(name) as configuration", ["train", "--config", path, "--output", "\(folder)/run"], expected: 65)
      try check(
        "\(name) as plan", ["benchmark", "ratios", "--config", path, "--output", "\(folder)/b"], expected: 65)
    }
    let doubling =
      "a0: &a0 [x, x]\n" + (1..<60).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
    for (name, text) in [
      ("nested YAML", String(repeating: "[", count: 200_000)),
      ("YAML of aliases", doubling),
      ("YAML with an alias as key", doubling + "? *a59\n: x\n"),
    ] {
      let path = "\(folder)/\(name).yaml"
      try Data(text.utf8).write(to: URL(filePath: path))
      try check(name, ["train", "--config", path, "--output", "\(folder)/run"], expected: 65)
      try check(
        "\(name) as plan", ["benchmark", "ratios", "--config", path, "--output", "\(folder)/b"], expected: 65)
    }
    for (name, header) in [
      ("header of 90 MB", "{" + String(repeating: " ", count: 90_000_000) + "}"),
      (
        "header of a million tensors",
        "{"
          + (0..<1_000_000).map { "\"\($0)\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}" }
          .joined(separator: ",") + "}"
      ),
    ] {
      let path = "\(folder)/\(name).safetensors"
      var bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
      bytes += header.utf8
      try Data(bytes).write(to: URL(filePath: path))
      try check(name, ["evaluate", "--checkpoint", path, "--data", "x.hdf5"], expected: 65)
    }
    let program = PickleSeed.call(.global("posix", "system"), [.text("touch \(folder)/was-run")])
    for (name, bytes) in [
      ("PyTorch file that runs a command", TorchSeed.zip(.named(["state_dict": program]), [])),
      ("old PyTorch file that runs a command", TorchSeed.legacy(.named(["state_dict": program]), [])),
      (
        "PyTorch file of nested tuples",
        TorchSeed.zip(.code([0x4E] + [UInt8](repeating: 0x85, count: 1 << 20)), [])
      ),
      ("zip bomb", Self.bomb()),
    ] {
      let path = "\(folder)/\(name)"
      try Data(bytes).write(to: URL(filePath: path))
      try check(name, ["analyze", "--checkpoint", path], expected: 65)
      if FileManager.default.fileExists(atPath: "\(folder)/was-run") {
        print("BROKE \(name): its command was run")
        isBroken = true
      }
    }
    if isBroken { throw ExitCode(1) }
  }

  /// A PyTorch file whose storage is said to be of a thousand million million bytes.
  private static func bomb() -> [UInt8] {
    let storage = TorchSeed.Storage(
      "0", "FloatStorage", count: 1 << 48, [UInt8](repeating: 0, count: 1 << 20))
    var seed = TorchSeed.archive(storage.tensor([1 << 48], strides: [1]), [storage], isDeflated: true)
    seed.entries[2].count = 1 << 50
    return seed.bytes(isLarge: true)
  }
}
