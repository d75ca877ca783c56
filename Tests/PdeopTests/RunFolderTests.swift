import Foundation
import TestSupport
import Testing

@Suite("A run's folder is one run's alone", .enabled(if: Command.isBuilt, Command.absence))
struct RunFolderTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test("of several trainings that begin at once in a new folder one has it, and its files are its own")
  func races() throws {
    for round in 0..<3 {
      let output = "race/\(round)"
      let commands = try [1, 2, 3].map { seed in
        try Command(
          ["train", "--data", "line.hdf5", "--output", output, "--seed", "\(seed)"] + Workspace.plain,
          in: workspace.folder.path)
      }
      let outcomes = try commands.map { try $0.outcome() }
      let winners = outcomes.indices.filter { outcomes[$0].status == 0 }
      #expect(winners.count == 1, "\(outcomes.map(\.errors))")
      for outcome in outcomes where outcome.status != 0 {
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(
          outcome.errors.contains("being trained by another process")
            || outcome.errors.contains("already holds a run"))
      }
      let seed = (winners.first ?? 0) + 1
      #expect(try workspace.text("\(output)/config.yaml").contains("seed: \(seed)\n"))
      try workspace.train("alone-\(round)", ["--seed", "\(seed)"])
      #expect(
        try workspace.bytes("\(output)/checkpoints/last.safetensors")
          == workspace.bytes("alone-\(round)/checkpoints/last.safetensors"))
    }
  }

  @Test("its name may be a single letter, relative to any folder")
  func shortNames() throws {
    try workspace.train("r")
    #expect(workspace.exists("r/config.yaml"))
    #expect(try workspace.run(["report", "r"]).status == 0)
    try workspace.train("a/b")
    #expect(workspace.exists("a/b/config.yaml"))
  }

  @Test("a run is not resumed on other data, be they too few for what it sets aside")
  func tooFewSamples() throws {
    try workspace.train("large", ["--test-samples", "6"])
    try WaveFile().with { $0.samples = 5 }.write(to: workspace.path("small.hdf5"))
    try workspace.expectRefusal(
      ["train", "--resume", "large", "--data", "small.hdf5"], status: 65,
      naming: ["small.hdf5 is not the data set", "large", "--allow-other-data"])
  }

  @Test("it is refused where the run would mix with other files")
  func foreign() throws {
    let train = ["train", "--data", "line.hdf5"] + Workspace.plain
    try workspace.expectRefusal(
      train + ["--output", "."], status: 64, naming: ["\"line.hdf5\"", "other files", "empty folder"])
    try workspace.expectRefusal(
      train + ["--output", "/"], status: 64, naming: ["other files", "empty folder"])
    try FileManager.default.createDirectory(
      atPath: workspace.path("empty"), withIntermediateDirectories: true)
    try workspace.train("empty")
  }

  @Test("a kill before the run began leaves a folder in which it can begin")
  func neverBegun() throws {
    try workspace.train("whole")
    try FileManager.default.createDirectory(
      atPath: workspace.path("run/checkpoints"), withIntermediateDirectories: true)
    try workspace.write("", to: "run/.making")
    try workspace.write("half a file", to: "run/checkpoints/last.safetensors")
    try workspace.expectRefusal(
      ["train", "--resume", "run"], status: 64, naming: ["before its first step", "start it again"])
    try workspace.train("run")
    #expect(!workspace.exists("run/.making"))
    #expect(
      try workspace.bytes("run/checkpoints/last.safetensors")
        == workspace.bytes("whole/checkpoints/last.safetensors"))
    // Without the mark the same files may be what somebody keeps of an old run.
    try FileManager.default.createDirectory(
      atPath: workspace.path("old/checkpoints"), withIntermediateDirectories: true)
    try workspace.write("weights", to: "old/checkpoints/last.safetensors")
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "old"] + Workspace.plain, status: 64,
      naming: ["last.safetensors", "overwrite"])
  }

  @Test("a run is resumed from another folder, and with its data elsewhere")
  func elsewhere() throws {
    try workspace.train("whole", ["--epochs", "4"])
    try workspace.train("run")
    let inside = workspace.path("run/checkpoints")
    let resumed = try Command.run(["train", "--resume", "..", "--epochs", "3"], in: inside)
    #expect(resumed.status == 0, "\(resumed.errors)")
    try FileManager.default.moveItem(
      atPath: workspace.path("line.hdf5"), toPath: workspace.path("moved.hdf5"))
    try workspace.expectRefusal(
      ["train", "--resume", "run", "--epochs", "4"], status: 65, naming: ["line.hdf5", "does not exist"])
    let moved = try workspace.run(["train", "--resume", "run", "--epochs", "4", "--data", "moved.hdf5"])
    #expect(moved.status == 0, "\(moved.errors)")
    #expect(
      try workspace.bytes("run/checkpoints/last.safetensors")
        == workspace.bytes("whole/checkpoints/last.safetensors"))
  }

  @Test("other data are refused in a resume and an evaluation, unless they are meant")
  func otherData() throws {
    try workspace.train("run")
    try WaveFile().with { $0.change = { $3 + ($0 == 11 && $1 == 13 ? 0.25 : 0) } }
      .write(to: workspace.path("other.hdf5"))
    let resume = ["train", "--resume", "run", "--epochs", "3", "--data", "other.hdf5"]
    try workspace.expectRefusal(
      resume, status: 65, naming: ["other.hdf5", "other values", "--allow-other-data"])
    let evaluate = [
      "evaluate", "--checkpoint", "run/checkpoints/last.safetensors", "--data", "other.hdf5",
    ]
    try workspace.expectRefusal(
      evaluate, status: 65, naming: ["other.hdf5", "other values", "--allow-other-data"])
    let evaluated = try workspace.run(evaluate + ["--allow-other-data"])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let resumed = try workspace.run(resume + ["--allow-other-data"])
    #expect(resumed.status == 0 && resumed.errors.contains("stay scaled as they were"), "\(resumed.errors)")
  }

  @Test("a damaged line is named, and the others count")
  func damagedLines() throws {
    try workspace.train("run", ["--epochs", "3"])
    let lines = try workspace.text("run/metrics.jsonl").split(separator: "\n").map(String.init)
    let broken = lines[1].replacing("\"nRMSE\":", with: "\"nRMSE\":\"")
    try workspace.write("\(lines[0])\n\(broken)\n\(lines[2])\n", to: "run/metrics.jsonl")
    let report = try workspace.run(["report", "run"])
    #expect(report.status == 0, "\(report.errors)")
    #expect(report.errors.contains("line 2 of run/metrics.jsonl is damaged"))
    #expect(report.output.contains("3 of 3"))
    let resumed = try workspace.run(["train", "--resume", "run", "--epochs", "4"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("line 2 of run/metrics.jsonl is damaged"))
    let after = try workspace.text("run/metrics.jsonl").split(separator: "\n").map(String.init)
    #expect(Array(after.prefix(3)) == [lines[0], broken, lines[2]])
    #expect(after.count == 4)
  }

  @Test("records that end before the point of a resume are named, cut short or not")
  func missingLines() throws {
    let workspace = workspace
    try workspace.train("run", ["--epochs", "2", "--tempbalance", "sigmoid"])
    func resume() throws -> String {
      let outcome = try workspace.run(["train", "--resume", "run", "--epochs", "2"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.errors
    }
    #expect(!(try resume()).contains("missing"))
    for name in ["steps", "metrics", "layers"] {
      let file = "run/\(name).jsonl"
      let text = try workspace.text(file)
      let lines = text.split(separator: "\n").map(String.init)
      // What a kill leaves behind the last line is no damage.
      try workspace.write(text + "{\"epoch", to: file)
      #expect(!(try resume()).contains("missing"))
      #expect(try workspace.text(file) == text)
      try workspace.write(String(lines[0].dropLast(5)), to: file)
      #expect(try resume().contains("line 1 of \(file) is cut short, and those after it are missing"))
      try workspace.write("", to: file)
      #expect(try resume().contains("\(file) has no line 1"))
      try workspace.write(lines[0] + "\n", to: file)
      #expect(try resume().contains("\(file) has no line 2"))
      try workspace.write(text, to: file)
    }
  }

  @Test(
    "epochs that cannot be, bytes that are no text, and metrics of another form are damage as well",
    arguments: [
      "{\"epoch\":-1,\"loss\":1,\"learning_rate\":1,\"seconds\":1}",
      "{\"epoch\":9223372036854775807,\"loss\":1,\"learning_rate\":1,\"seconds\":1}",
      "{\"epoch\":1e300,\"loss\":1,\"learning_rate\":1,\"seconds\":1}", "{}", "\u{0}\u{0}", "[[[[",
      "\u{FFFD}",
    ])
  func strangeLines(_ line: String) throws {
    try workspace.train("run")
    let text = try workspace.text("run/metrics.jsonl")
    // U+FFFD stands for a byte that is no UTF-8.
    var bytes = Data(line.utf8)
    if line == "\u{FFFD}" { bytes = Data([0xFF]) }
    try (bytes + Data("\n\(text)".utf8)).write(to: URL(filePath: workspace.path("run/metrics.jsonl")))
    for arguments in [["report", "run"], ["train", "--resume", "run", "--epochs", "3"]] {
      let outcome = try workspace.run(arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("line 1 of run/metrics.jsonl is damaged"), "\(outcome.errors)")
    }
  }

  @Test("records that cannot be read at all are an error")
  func unreadable() throws {
    try workspace.train("run")
    let path = workspace.path("run/metrics.jsonl")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for arguments in [["report", "run"], ["train", "--resume", "run", "--epochs", "3"]] {
      let outcome = try workspace.run(arguments)
      #expect(outcome.status == 65, "\(outcome.errors)")
      #expect(outcome.errors.contains("run/metrics.jsonl could not be opened"))
    }
  }

  @Test(
    "a checkpoint or state in which a bit has changed is refused",
    arguments: ["last.safetensors", "resume.safetensors"])
  func damagedCheckpoint(_ file: String) throws {
    try workspace.train("run")
    let name = "run/checkpoints/\(file)"
    var bytes = try workspace.bytes(name)
    bytes[bytes.count - 5] ^= 1
    try bytes.write(to: URL(filePath: workspace.path(name)))
    let arguments =
      file == "resume.safetensors"
      ? ["train", "--resume", "run", "--epochs", "3"]
      : ["evaluate", "--checkpoint", name, "--data", "line.hdf5"]
    try workspace.expectRefusal(arguments, status: 65, naming: [file, "is damaged", "checksum"])
  }

  @Test("a run without a configuration, as a program makes one, is reported")
  func programsRun() throws {
    try workspace.train("run", ["--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1"])
    let before = try workspace.run(["report", "run"]).output
    try FileManager.default.removeItem(atPath: workspace.path("run/config.yaml"))
    let report = try workspace.run(["report", "run", "--html", "run.html"])
    #expect(report.status == 0, "\(report.errors)")
    #expect(report.output.contains("Layers of run"))
    let words = [before, report.output].map { $0.split { $0.isWhitespace } }
    #expect(
      Set(words[1]).isSubset(of: words[0] + ["–"]),
      "the same numbers, but for what only a configuration tells")
    let object = try workspace.run(["report", "run", "--json"]).object()
    let runs = try #require(object["runs"] as? [[String: Any]])
    #expect(runs[0]["configuration"] == nil && (runs[0]["epochs"] as? [Any])?.isEmpty == false)
    try workspace.expectRefusal(["report", "."], status: 64, naming: ["holds no run"])
  }
}
