import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Hostile names and files", .enabled(if: Command.isBuilt, Command.absence)) struct HostileNameTests {
  /// A name that would run a command in gnuplot if it ended its text or its line.
  static let names = [
    "x\nsystem(\"touch pwned\")\n#", "x'.system('touch pwned').'", "x'\u{301}\nsystem \"touch pwned\"\n",
    "x\"`touch pwned`\\", "x\u{2028}@pwned\r!touch pwned\r",
  ]

  private static let hasGnuplot = Workspace.hasGnuplot
  private static let absence: Comment = "gnuplot is not installed"

  @Test("a data file's name runs nothing in a picture", .enabled(if: hasGnuplot, absence), arguments: names)
  func dataFile(_ name: String) throws {
    let workspace = try Workspace()
    try WaveFile().write(to: workspace.path("\(name).hdf5"))
    let outcome = try workspace.run(["inspect", "\(name).hdf5", "--plot", "p.svg"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(workspace.exists("p.svg"))
    #expect(!workspace.exists("pwned"))
  }

  @Test("a layer's name runs nothing in a picture", .enabled(if: hasGnuplot, absence), arguments: names)
  func layer(_ name: String) throws {
    let workspace = try Workspace()
    try WeightFile("\(name).weight", shape: [12, 12], values: WeightFile.values(144))
      .write(to: workspace.path("w.safetensors"))
    let outcome = try workspace.run(["analyze", "--checkpoint", "w.safetensors", "--plot", "p.svg"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(workspace.exists("p.svg"))
    #expect(!workspace.exists("pwned"))
    #expect(!outcome.output.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
  }

  @Test("a run's folder runs nothing in a picture, a page or a notebook", .enabled(if: hasGnuplot, absence))
  func runFolder() throws {
    let workspace = try Workspace()
    let name = "run\rsystem(\"touch pwned\")\nsystem(\"touch pwned\")"
    try workspace.train(name)
    for options in [
      ["report", name, "--plot", "p.png", "--html", "p.html"],
      ["export", "notebook", name, "--output", "n.ipynb"],
    ] {
      let outcome = try workspace.run(options)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(!workspace.exists("pwned"))
    let notebook = try JSONSerialization.jsonObject(with: workspace.bytes("n.ipynb"))
    let cells = try #require((notebook as? [String: Any])?["cells"] as? [[String: Any]])
    let sources = cells.flatMap { $0["source"] as? [String] ?? [] }
    #expect(sources.allSatisfy { line in !line.unicodeScalars.contains("\r") })
    #expect(sources.contains { $0.contains("\\U0000000d") })
  }

  @Test("a picture's name with a line's end is refused")
  func output() throws {
    try Workspace().expectRefusal(
      ["inspect", "line.hdf5", "--plot", "a\nsystem(\"touch pwned\")\n.svg"], status: 64,
      naming: ["control characters"])
  }

  @Test("a terminal is shown what a name would make it do")
  func escapes() throws {
    let workspace = try Workspace()
    try workspace.expectRefusal(
      ["inspect", "\u{1B}[2J\u{9B}31m.hdf5"], status: 65, naming: ["\\u{1B}[2J\\u{9B}31m"])
    try WaveFile().write(to: workspace.path("\u{1B}]0;x\u{7}.hdf5"))
    let outcome = try workspace.run(["inspect", "\u{1B}]0;x\u{7}.hdf5"])
    #expect(outcome.status == 0)
    #expect(!outcome.output.unicodeScalars.contains("\u{1B}"))
    #expect(outcome.output.contains("\\u{1B}]0;x"))
  }

  @Test(
    "files that ask for other files are refused with the option that allows it",
    arguments: [HostileData.externalLink, .externalStorage, .virtual, .filter])
  func external(_ data: HostileData) throws {
    let workspace = try Workspace()
    try data.write(to: workspace.path("bad.hdf5"), secret: workspace.path("line.hdf5"))
    for command in [
      ["inspect", "bad.hdf5"], ["train", "--data", "bad.hdf5", "--output", "run"],
      ["generate", "merge", "bad.hdf5", "--output", "all.hdf5"],
    ] {
      try workspace.expectRefusal(command, status: 65, naming: ["density", "--allow-external"])
    }
  }

  @Test("commands that read data take --allow-external, and those that make them refuse it")
  func allowExternal() throws {
    let workspace = try Workspace()
    try HostileData.externalLink.write(to: workspace.path("bad.hdf5"), secret: workspace.path("line.hdf5"))
    try workspace.write(
      """
      training: {initial-steps: 4, modes: 4, width: 4, batch-size: 3, epochs: 1}
      data: {bad: bad.hdf5}
      models: {fno: }
      ratios: [1]
      methods: {baseline: }
      seeds: [0]
      """, to: "plan.yaml")
    let study = ["benchmark", "ratios", "--config", "plan.yaml", "--output", "out"]
    try workspace.expectRefusal(study, status: 65, naming: ["density", "external link", "h5repack"])
    // Where the link leads, there is no complete file either.
    let outcome = try workspace.run(study + ["--allow-external"])
    #expect(!outcome.errors.contains("--allow-external"), "\(outcome.errors)")
    for command in [
      ["generate", "advection1d", "--samples", "1", "--output", "a.hdf5"], ["benchmark", "table", "out"],
    ] {
      try workspace.expectRefusal(
        command + ["--allow-external"], status: 64, naming: ["--allow-external"])
    }
  }

  @Test("a virtual data set that maps itself ends in a message, even where it is allowed")
  func virtualOfItself() throws {
    let workspace = try Workspace()
    try HostileData.virtualOfItself.write(to: workspace.path("bad.hdf5"))
    try workspace.expectRefusal(
      ["inspect", "bad.hdf5", "--allow-external"], status: 65, naming: ["bad.hdf5", "it maps itself"])
  }

  @Test("a pipe in the place of a file is refused, and nothing waits for it")
  func pipe() throws {
    let workspace = try Workspace()
    try #require(mkfifo(workspace.path("pipe"), 0o600) == 0)
    for command in [
      ["inspect", "pipe"], ["analyze", "--checkpoint", "pipe"],
      ["train", "--config", "pipe", "--output", "run"],
      ["benchmark", "ratios", "--config", "pipe", "--output", "b"],
    ] {
      let outcome = try workspace.run(command)
      #expect(outcome.status == 65, "\(command): \(outcome.errors)")
      #expect(outcome.errors.contains("it is a pipe, a socket or a device"))
    }
  }

  @Test("predictions that say impossible things of their given frames are refused")
  func initialSteps() throws {
    let workspace = try Workspace()
    let file = try HDF5File(creating: workspace.path("p.hdf5"))
    for name in ["density", "pressure", "Vx"] {
      try file.createDataSet(name, shape: [1, 14, 32]).write([Double](repeating: 1, count: 14 * 32))
    }
    try file.writeAttribute("initial_steps", .number(-1))
    try file.close()
    try workspace.expectRefusal(
      ["evaluate", "--prediction", "p.hdf5", "--data", "line.hdf5"], status: 65,
      naming: ["-1 count as given", "expected 0 to 13"])
  }
}
