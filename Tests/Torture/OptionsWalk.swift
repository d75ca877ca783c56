import ArgumentParser
import Foundation
import TensorCore
import TestSupport

/// Gives every option of every command values that it cannot want.
struct OptionsWalk: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "options",
    abstract: "Give every option of every command bad values.",
    discussion: """
      The options are those that the command itself tells (--experimental-dump-help). Each is given −1, 0, nan, inf, 2^31, \
      2^63 and more, on top of a command line that works. The command must end by itself or when it is asked to, with one \
      of its exit codes.
      """)

  @OptionGroup var tried: TriedOptions

  @Option(help: "Try every n-th combination.")
  var every = 1

  @Option(help: "Which of these: 0 to n - 1, so that n processes together try all.")
  var part = 0

  private static let values = [
    "-1", "0", "nan", "inf", "-inf", "2147483648", "9223372036854775807", "9223372036854775808", "1e300",
    "1e-320", "",
    "0,-1", "x",
  ]

  /// A command that can be run, and its options.
  private struct Leaf {
    let words: [String]
    let options: [String]
  }

  func run() throws {
    let folder = try WorkFolder("options")
    // What a value asks for in memory must be refused before it is asked of the system.
    let command = tried.command(in: folder, limits: ["ulimit -v 12000000"])
    try prepare(folder, tried.command(in: folder))
    let before = try Set(FileManager.default.contentsOfDirectory(atPath: folder.path))
    var verdict = Verdict("options")
    var place = 0
    for leaf in try leaves(command.path) {
      guard let base = Self.bases[leaf.words.joined(separator: " ")] else {
        verdict.note(false, "'\(leaf.words.joined(separator: " "))' has no command line here; add one")
        continue
      }
      for option in leaf.options {
        for value in Self.values {
          place += 1
          guard place % (tried.quick ? 23 : every) == part else { continue }
          let arguments = leaf.words + Self.leaving(option, outOf: base) + ["--\(option)=\(value)"]
          let outcome = try command.run(arguments, patience: 5)
          let holds = !outcome.isBroken && [0, 1, 64, 65, 130].contains(outcome.status)
          verdict.note(
            holds,
            "\(arguments.joined(separator: " ")): exit \(outcome.status)\(outcome.hangs ? ", hangs" : ""): "
              + outcome.errors.suffix(300))
          for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
          where !before.contains(name) {
            folder.remove(name)
          }
        }
      }
    }
    verdict.say()
    try [verdict].end()
  }

  /// A command line without an option and its value.
  private static func leaving(_ option: String, outOf base: [String]) -> [String] {
    guard let place = base.firstIndex(of: "--\(option)") else { return base }
    var result = base
    result.removeSubrange(place...place + 1)
    return result
  }

  private static let small = [
    "--modes", "4", "--width", "4", "--initial-steps", "4", "--epochs", "2", "--batch-size", "3",
  ]

  /// A command line that works, for every command that can be run.
  private static let bases: [String: [String]] = {
    let generation = ["--samples", "2", "--output", "new.hdf5"]
    let synthetic = [
      "--dimensions", "1", "--resolution", "32", "--modes", "4", "--width", "4", "--batch-size", "2",
      "--frames", "12", "--repeats", "1",
    ]
    var bases: [String: [String]] = [
      "inspect": ["line.hdf5"],
      "import": ["line.hdf5", "--output", "new.hdf5"],
      "export well": ["line.hdf5", "--output", "new"],
      "export merged": [
        "--adapter", "tuned/checkpoints/last.lora.safetensors", "--base", "run/checkpoints/last.safetensors",
        "--output", "new.safetensors",
      ],
      "convert": ["run/checkpoints/last.safetensors", "--to", "pytorch", "--output", "new.pt"],
      "config": [],
      "train": ["--data", "line.hdf5", "--output", "new"] + small,
      "find-rate": ["--data", "line.hdf5", "--steps", "4"] + small,
      "evaluate": ["--data", "line.hdf5", "--checkpoint", "run/checkpoints/last.safetensors"],
      "predict": [
        "--data", "line.hdf5", "--checkpoint", "run/checkpoints/last.safetensors", "--output", "new.hdf5",
      ],
      "analyze": ["run"],
      "report": ["run", "--html", "new.html", "--watch"],
      "export notebook": ["run", "--output", "new.ipynb"],
      "generate merge": ["part.hdf5", "--output", "new.hdf5"],
      "benchmark ratios": [
        "--data", "line.hdf5", "--output", "new", "--ratios", "1", "--seeds", "0", "--methods", "baseline",
        "--validation-samples", "2",
      ] + small,
      "benchmark table": ["ratios"],
      "benchmark spectra": ["--checkpoint", "run/checkpoints/last.safetensors", "--repeats", "1"],
      "benchmark speed": synthetic,
      "benchmark ranks": synthetic + ["--parts", "2"],
      "benchmark convolutions": [
        "--dimensions", "1", "--resolution", "32", "--init-features", "2", "--batch-size", "1", "--repeats",
        "1",
      ],
      "benchmark solver": [
        "--samples", "1", "--repeats", "1", "--line", "16", "--plane", "16", "--lines", "16", "--planes",
        "16",
      ],
      "benchmark agreement": ["part.hdf5"],
      "benchmark products": ["--rows", "8", "--columns", "8", "--inner", "8", "--repeats", "1"],
      "benchmark transforms": ["--extents", "16", "--modes", "4", "--dimensions", "1", "--repeats", "1"],
    ]
    for equation in [
      "cfd1d", "cfd2d", "cfd3d", "advection1d", "burgers1d", "darcy2d", "incompressible2d",
    ] { bases["generate \(equation)"] = ["--resolution", "16"] + generation }
    return bases
  }()

  private func prepare(_ folder: WorkFolder, _ command: TriedCommand) throws {
    try WaveFile().write(to: folder.file("line.hdf5"))
    for arguments in [
      ["train", "--data", "line.hdf5", "--output", "run"] + Self.small,
      [
        "train", "--data", "line.hdf5", "--output", "tuned", "--from", "run", "--lora-rank", "2", "--epochs",
        "1",
      ],
      ["generate", "cfd1d", "--samples", "2", "--resolution", "32", "--output", "part.hdf5"],
      [
        "benchmark", "ratios", "--data", "line.hdf5", "--output", "ratios", "--ratios", "1", "--seeds", "0",
        "--methods", "baseline", "--validation-samples", "2",
      ] + Self.small,
    ] {
      let outcome = try command.run(arguments)
      guard outcome.status == 0 else { throw ValidationError("\(arguments): \(outcome.errors)") }
    }
  }

  // MARK: What the command says about itself

  private struct Help: Decodable {
    struct Command: Decodable {
      let commandName: String
      let shouldDisplay: Bool?
      let subcommands: [Command]?
      let arguments: [Argument]?
    }
    struct Argument: Decodable {
      struct Name: Decodable {
        let kind: String
        let name: String
      }
      let kind: String
      let names: [Name]?
    }
    let command: Command
  }

  private func leaves(_ path: String) throws -> [Leaf] {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["--experimental-dump-help"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try leaves(of: JSONDecoder().decode(Help.self, from: data).command, [])
  }

  private func leaves(of command: Help.Command, _ words: [String]) -> [Leaf] {
    let children = (command.subcommands ?? []).filter {
      $0.commandName != "help" && $0.shouldDisplay != false
    }
    if !children.isEmpty { return children.flatMap { leaves(of: $0, words + [$0.commandName]) } }
    let options = (command.arguments ?? []).filter { $0.kind == "option" }.compactMap { argument in
      argument.names?.first { $0.kind == "long" }?.name
    }
    return [Leaf(words: words, options: options)]
  }
}
