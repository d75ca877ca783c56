import Foundation
import TestSupport
import Testing

@Suite(
  "Pictures of predictions", .enabled(if: Command.isBuilt, Command.absence),
  .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"))
struct PictureTests {
  /// A workspace with `flow.hdf5`, of two dimensions or three.
  private func flow(dimensions: Int = 2) throws -> Workspace {
    let workspace = try Workspace()
    try WaveFile(shape: Array(repeating: 12, count: dimensions)).with { $0.samples = 4 }
      .write(to: workspace.path("flow.hdf5"))
    try workspace.train("run", ["--modes", "3", "--epochs", "1"], data: "flow.hdf5")
    return workspace
  }

  private static let predict = [
    "predict", "--checkpoint", "run/checkpoints/best.safetensors", "--data", "flow.hdf5", "--output",
    "p.hdf5",
  ]

  @Test("a rollout's picture has every variable, as it is, as predicted and its error", arguments: [2, 3])
  func allVariables(dimensions: Int) throws {
    let workspace = try flow(dimensions: dimensions)
    let outcome = try workspace.run(
      Self.predict + ["--plot", "r.svg", "--sample", "2"], environment: workspace.recordingGnuplot())
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try workspace.text("r.svg").contains("</svg>"))
    let script = try workspace.text("script")
    let names = ["density", "pressure", "Vx", "Vy"] + (dimensions == 3 ? ["Vz"] : [])
    for name in names {
      for kind in ["true", "predicted", "error"] {
        #expect(script.contains("'\(name), \(kind)'"), "\(name)")
      }
    }
    let slice = dimensions == 3 ? ", z = 0.5" : ""
    #expect(script.contains("'sample 2\(slice), predicted from the first 4 frames'"))
    #expect(script.contains("(given)"))
    // Truth and prediction of a variable share their colors, and those of the error are around zero.
    let ranges = script.matches(of: /set cbrange \[(.*):(.*)\]/).map { ($0.output.1, $0.output.2) }
    let columns = ranges.count / (3 * names.count)
    #expect(columns == 5)
    for variable in names.indices {
      let own = ranges[3 * columns * variable..<3 * columns * (variable + 1)].map { "\($0.0):\($0.1)" }
      #expect(Set(own.prefix(2 * columns)).count == 1 && Set(own.suffix(columns)).count == 1)
      let error = ranges[3 * columns * (variable + 1) - 1]
      #expect(error.0 == "-\(error.1)")
    }
  }

  @Test("a rollout moves in a GIF, a frame an image")
  func moving() throws {
    for dimensions in [1, 2] {
      let workspace = try dimensions == 1 ? Workspace() : flow()
      if dimensions == 1 { try workspace.train("run", ["--epochs", "1"]) }
      let outcome = try workspace.run([
        "report", "run", "--animate", "r.gif",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let bytes = try workspace.bytes("r.gif")
      #expect(bytes.starts(with: Data("GIF89a".utf8)))
      // The blocks that give an image its time.
      let images = bytes.ranges(of: [0x21, 0xF9, 0x04]).count
      #expect((14...15).contains(images), "\(images)")
    }
  }

  @Test("without ffmpeg no film is made, and the way out is named before anything is written")
  func noFilm() throws {
    let workspace = try flow()
    let folder = workspace.path("bare")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let bare = try workspace.run(
      Self.predict + ["--plot", "r.mp4"], environment: ["PATH": folder])
    #expect(bare.status == 1)
    for word in ["r.mp4", "ffmpeg", "apt-get install", ".gif"] {
      #expect(bare.errors.contains(word), "\(word)")
    }
    #expect(!workspace.exists("p.hdf5") && !workspace.exists("r.mp4"))
  }

  @Test("a film is made by ffmpeg", .enabled(if: Workspace.has("ffmpeg"), "ffmpeg is not installed"))
  func film() throws {
    let workspace = try flow()
    let outcome = try workspace.run(Self.predict + ["--plot", "r.mp4"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try workspace.bytes("r.mp4").dropFirst(4).starts(with: Data("ftyp".utf8)))
  }

  @Test("pictures of other endings, and samples that are not there, are refused before anything is written")
  func refusals() throws {
    let workspace = try flow()
    try workspace.expectRefusal(Self.predict + ["--plot", "r.txt"], status: 64, naming: ["r.txt", ".svg"])
    try workspace.expectRefusal(
      Self.predict + ["--plot", "r.svg", "--sample", "4"], status: 64, naming: ["4 samples", "--sample"])
    try workspace.expectRefusal(Self.predict + ["--sample", "1"], status: 64, naming: ["--plot"])
    try workspace.expectRefusal(
      ["report", "run", "--animate", "r.png"], status: 64, naming: ["r.png", ".gif", ".mp4"])
    try workspace.expectRefusal(
      ["report", "run", "run", "--animate", "r.gif"], status: 64, naming: ["one run"])
    try workspace.expectRefusal(
      ["evaluate", "--data", "flow.hdf5", "--checkpoint", "run/checkpoints/best.safetensors", "--plot", "x"],
      status: 64, naming: [".svg"])
  }

  @Test("a forecast's picture goes on where there is no truth")
  func forecast() throws {
    let workspace = try flow()
    let outcome = try workspace.run(
      Self.predict + ["--plot", "r.svg", "--frames", "20"], environment: workspace.recordingGnuplot())
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try workspace.text("script").contains("'t = 0.95'"))
  }

  @Test("variables' names run nothing in a picture", arguments: HostileNameTests.names)
  func hostile(_ name: String) throws {
    let workspace = try Workspace()
    let name = name.replacing("/", with: "")
    try WaveFile().with { $0.variables = [name, "u"] }.write(to: workspace.path("named.hdf5"))
    let trained = try workspace.run(
      ["train", "--data", "named.hdf5", "--output", "run"] + Workspace.plain)
    try #require(trained.status == 0, "\(trained.errors)")
    let checkpoint = ["--checkpoint", "run/checkpoints/best.safetensors", "--data", "named.hdf5"]
    for arguments in [
      ["predict", "--output", "p.hdf5", "--plot", "r.svg"] + checkpoint,
      ["evaluate", "--plot", "e.svg"] + checkpoint,
      ["report", "run", "--html", "page.html", "--animate", "r.gif", "--figures", "figures"],
    ] {
      let outcome = try workspace.run(arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(!workspace.exists("pwned") && workspace.exists("r.gif"))
  }

  @Test("errors are drawn over time, beside persistence")
  func growth() throws {
    let workspace = try flow()
    let outcome = try workspace.run(
      [
        "evaluate", "--data", "flow.hdf5", "--checkpoint", "run/checkpoints/best.safetensors", "--plot",
        "e.svg", "--persistence",
      ], environment: workspace.recordingGnuplot())
    #expect(outcome.status == 0, "\(outcome.errors)")
    let script = try workspace.text("script")
    for word in ["'density'", "'Vy'", "'mean'", "'persistence (mean)'", "set xlabel 't'"] {
      #expect(script.contains(word), "\(word)")
    }
  }

  @Test("runs that differ in their seeds alone are one curve with a band")
  func seeds() throws {
    let workspace = try Workspace()
    for seed in ["1", "2"] { try workspace.train("run-\(seed)", ["--seed", seed]) }
    try workspace.train("wide", ["--width", "8"])
    let outcome = try workspace.run(
      ["report", "run-1", "run-2", "wide", "--figures", "figures"], environment: workspace.recordingGnuplot())
    #expect(outcome.status == 0, "\(outcome.errors)")
    // The last figure that is drawn.
    let script = try workspace.text("script")
    #expect(script.ranges(of: "with filledcurves").count == 1)
    #expect(script.contains("(2 seeds)'") && script.contains("'persistence'"))
    #expect(script.contains("'wide (one rate)'"))
    for name in ["training", "loss", "growth"] { #expect(workspace.exists("figures/\(name).png"), "\(name)") }
  }

  @Test("a run's figures hold its losses, and the energy of every variable")
  func runFigures() throws {
    let workspace = try flow()
    let outcome = try workspace.run(["report", "run", "--figures", "figures", "--html", "page.html"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try workspace.text("page.html")
    for word in ["training loss", "mean of the epoch", "periods across the domain", "persistence"] {
      #expect(page.contains(word), "\(word)")
    }
    #expect(!page.contains("http-equiv"))
    for name in ["training", "loss", "growth", "fields", "energy", "spectra"] {
      #expect(try workspace.text("figures/\(name).svg").contains("</svg>"), "\(name)")
    }
    let energy = try workspace.text("figures/energy.svg")
    for name in ["density", "pressure", "Vx", "Vy", "true", "predicted", "error"] {
      #expect(energy.contains(name), "\(name)")
    }
  }

  @Test("a problem with one answer has a page of its own, without growth over time")
  func answers() throws {
    let workspace = try Workspace()
    let made = try workspace.run([
      "generate", "darcy2d", "--samples", "4", "--resolution", "16", "--output", "darcy.hdf5",
    ])
    try #require(made.status == 0, "\(made.errors)")
    try workspace.train("run", ["--modes", "3", "--initial-steps", "1"], data: "darcy.hdf5")
    let outcome = try workspace.run(["report", "run", "--figures", "figures", "--html", "page.html"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!workspace.exists("figures/growth.svg"))
    let fields = try workspace.text("figures/fields.svg")
    for word in ["nu (given)", "tensor, true", "tensor, predicted", "tensor, error", "sample 0"] {
      #expect(fields.contains(word), "\(word)")
    }
    #expect(!fields.contains("t = "))
    let page = try workspace.text("page.html")
    #expect(page.contains("What is given counts as a frame of error 0") && !page.contains("Persistence"))
    let checkpoint = ["--checkpoint", "run/checkpoints/best.safetensors", "--data", "darcy.hdf5"]
    try workspace.expectRefusal(
      ["report", "run", "--animate", "r.gif"], status: 64, naming: ["no frames over time", ".svg"])
    try workspace.expectRefusal(
      ["predict", "--output", "p.hdf5", "--plot", "r.gif"] + checkpoint, status: 64,
      naming: ["no frames over time", ".svg"])
    #expect(
      try workspace.run(["predict", "--output", "p.hdf5", "--plot", "r.png"] + checkpoint).status == 0)
    #expect(try workspace.run(["inspect", "darcy.hdf5", "--plot", "i.svg"]).status == 0)
    #expect(try workspace.text("i.svg").contains("nu"))
  }

  @Test("one number of training samples is drawn as dots side by side, and a picture has one legend")
  func dots() throws {
    let workspace = try Workspace()
    let outcome = try workspace.run(
      ["benchmark", "ratios", "--data", "line.hdf5", "--output", "out", "--ratios", "1", "--seeds", "0,1"]
        + Workspace.quick + ["--validation-samples", "2", "--tempbalance-min-eigenvalues", "4"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(try workspace.run(["report", "out", "--figures", "figures", "--html", "page.html"]).status == 0)
    let ratios = try workspace.text("figures/ratios.svg")
    // Twelve, of which one is for the test and two are for validation.
    #expect(ratios.contains("9 samples"), "the samples are named")
    #expect(!ratios.contains("training samples kept"))
    for name in ["ratios", "alpha", "training", "loss", "growth"] {
      let picture = try workspace.text("figures/\(name).svg")
      #expect(picture.ranges(of: "<text>baseline</text>").count == 1, "\(name)")
      #expect(picture.ranges(of: "<text>tempbalance</text>").count == 1, "\(name)")
    }
    #expect(try workspace.text("page.html").contains("In all rows: data set line, model fno"))
  }
}
