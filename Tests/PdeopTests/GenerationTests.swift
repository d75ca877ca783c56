import Foundation
import PDEData
import TestSupport
import Testing

@Suite("Data sets that are made", .enabled(if: Command.isBuilt, Command.absence), .serialized)
struct GenerationTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private static let plane = [
    "generate", "cfd2d", "--samples", "6", "--resolution", "48", "--mach", "0.1", "--seed", "2", "--output",
  ]

  /// Makes `flow.hdf5` until the file in the making has a finished sample, then sends a signal.
  private func stop(by signal: Int32) throws -> Command.Outcome {
    let copies = try TemporaryFolder()
    let copy = copies.file("copy")
    return try workspace.stop(Self.plane + ["flow.hdf5", "--threads", "1"], by: signal) {
      try? FileManager.default.removeItem(atPath: copy)
      try? FileManager.default.copyItem(atPath: workspace.path(".flow.hdf5.partial"), toPath: copy)
      return (try? PDEBenchFile(path: copy)) != nil
    } unless: {
      signal == SIGKILL && workspace.exists("flow.hdf5")
    }
  }

  @Test("go on to the same bytes after a kill, with all samples that were finished")
  func killed() throws {
    let whole = try workspace.run(Self.plane + ["whole.hdf5"])
    #expect(whole.status == 0, "\(whole.errors)")
    let killed = try stop(by: SIGKILL)
    #expect(killed.status == -SIGKILL)
    #expect(!workspace.exists("flow.hdf5") && workspace.exists(".flow.hdf5.partial"))
    try workspace.expectRefusal(
      Self.plane + ["flow.hdf5", "--eta", "0.02"], status: 64,
      naming: [".flow.hdf5.partial", "eta", "0.02", "0.01", "--overwrite"])

    let resumed = try workspace.run(Self.plane + ["flow.hdf5", "--json"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    let report = try resumed.object()
    #expect(try #require(report["new_samples"] as? Int) < 6)
    #expect(report["samples"] as? Int == 6)
    #expect(try workspace.bytes("flow.hdf5") == workspace.bytes("whole.hdf5"))
    #expect(!workspace.exists(".flow.hdf5.partial"))
  }

  @Test("are a valid file after an interrupt, and go on from it")
  func interrupted() throws {
    let interrupted = try stop(by: SIGINT)
    #expect(interrupted.status == 130, "\(interrupted.errors)")
    #expect(interrupted.output.contains("run the same command again to continue"))
    let samples = try PDEBenchFile(path: workspace.path("flow.hdf5")).samples
    #expect((1..<6).contains(samples))
    #expect(!workspace.exists(".flow.hdf5.partial"))
    let resumed = try workspace.run(Self.plane + ["flow.hdf5"])
    #expect(resumed.output.contains("\(6 - samples) new"))
    let again = try workspace.run(Self.plane + ["flow.hdf5"])
    #expect(again.output == "flow.hdf5 already holds these 6 samples.\n")
    let fewer = try workspace.run(Self.plane.map { $0 == "6" ? "2" : $0 } + ["flow.hdf5"])
    #expect(fewer.status == 0)
    #expect(
      fewer.output == "flow.hdf5 already holds 6 samples, more than the 2 asked for; it is left as it is.\n")
  }

  @Test("of a Newtonian fluid say so, and their report says where the pressure floor added energy")
  func newtonian() throws {
    func make(_ name: String, _ options: String...) throws -> [String: Any] {
      let made = try workspace.run(
        ["generate", "cfd2d", "--samples", "2", "--resolution", "16", "--output", name, "--json"] + options)
      #expect(made.status == 0, "\(made.errors)")
      return try made.object()
    }
    let gentle = try make("gentle.hdf5", "--stress", "newtonian")
    #expect((gentle["parameters"] as? [String: Any])?["stress"] as? String == "newtonian")
    #expect(gentle["floored_cells"] as? Int == 0 && gentle["floored_samples"] as? Int == 0)
    let standard = try make("default.hdf5")
    #expect((standard["parameters"] as? [String: Any])?["stress"] as? String == "pdebench")
    #expect(try workspace.bytes("gentle.hdf5") != workspace.bytes("default.hdf5"))
    try workspace.expectRefusal(
      ["generate", "cfd2d", "--samples", "2", "--resolution", "16", "--output", "gentle.hdf5"], status: 64,
      naming: ["gentle.hdf5", "ghost_update", "--overwrite"])

    let wild = [
      "generate", "cfd2d", "--samples", "2", "--resolution", "16", "--mach", "20", "--eta", "0", "--zeta",
      "0",
      "--final-time", "0.05", "--output", "wild.hdf5",
    ]
    let made = try workspace.run(wild)
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.contains("Pressures were raised to the floor"))
    let report = try workspace.run(wild + ["--json"]).object()
    #expect(try #require(report["floored_cells"] as? Int) > 0)
    #expect(report["floored_samples"] as? Int == 2 && report["new_samples"] as? Int == 0)
  }

  @Test(
    "of every equation can be trained on",
    arguments: [
      (["advection1d", "--beta", "0.4", "--save-interval", "0.5"], ["tensor"], "1"),
      (["burgers1d", "--init", "waves-paper", "--save-interval", "0.5"], ["tensor"], "2"),
      (["darcy2d"], ["nu", "tensor"], "1"),
      (["incompressible2d", "--final-time", "1"], ["Vx", "Vy", "particles"], "2"),
    ])
  func equations(command: [String], titles: [String], initialSteps: String) throws {
    let made = try workspace.run(
      ["generate"] + command + ["--samples", "6", "--resolution", "16", "--output", "made.h5", "--json"])
    #expect(made.status == 0, "\(made.errors)")
    #expect(try made.object()["samples"] as? Int == 6)

    // A part of it that is made alone is the same.
    let part = try workspace.run(
      ["generate"] + command + [
        "--samples", "2", "--first-sample", "3", "--resolution", "16", "--output", "part.h5", "--threads",
        "1",
      ])
    #expect(part.status == 0, "\(part.errors)")
    let whole = try BatchLoader(PDEBenchFile(path: workspace.path("made.h5"))).batch([3, 4])
    #expect(
      try BatchLoader(PDEBenchFile(path: workspace.path("part.h5"))).batch([0, 1]).frames
        == whole.frames)

    let trained = try workspace.run([
      "train", "--data", "made.h5", "--output", "run", "--modes", "4", "--width", "4", "--epochs", "1",
      "--initial-steps", initialSteps, "--test-samples", "2",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    let predicted = try workspace.run([
      "predict", "--checkpoint", "run/checkpoints/best.safetensors", "--data", "made.h5", "--output",
      "rollout.h5",
    ])
    #expect(predicted.status == 0, "\(predicted.errors)")
    #expect(try PDEBenchFile(path: workspace.path("rollout.h5")).samples == 2)
  }

  @Test("are drawn, sample by sample", .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"))
  func pictures() throws {
    let made = try workspace.run(Self.plane + ["flow.hdf5"])
    #expect(made.status == 0, "\(made.errors)")
    for (name, start) in [("flow.png", Data([0x89, 0x50, 0x4E, 0x47])), ("flow.svg", Data("<?xml".utf8))] {
      for data in ["flow.hdf5", "line.hdf5"] {
        let drawn = try workspace.run(["inspect", data, "--plot", name, "--sample", "5"])
        #expect(drawn.status == 0, "\(drawn.errors)")
        #expect(drawn.output.contains("samples"))
        #expect(try workspace.bytes(name).starts(with: start))
      }
    }
    // Other samples and variables give other pictures, the same one the same.
    func picture(_ options: String...) throws -> Data {
      let drawn = try workspace.run(["inspect", "flow.hdf5", "--plot", "one.png"] + options)
      #expect(drawn.status == 0, "\(drawn.errors)")
      return try workspace.bytes("one.png")
    }
    let first = try picture()
    #expect(try picture("--sample", "0") == first)
    #expect(try picture("--sample", "1") != first)
    #expect(try picture("--variable", "Vy") != first)
    try workspace.expectRefusal(
      ["inspect", "flow.hdf5", "--plot", "x.png", "--sample", "6"], status: 64, naming: ["flow.hdf5", "6"])
    try workspace.expectRefusal(
      ["inspect", "flow.hdf5", "--plot", "x.png", "--variable", "Vz"], status: 64, naming: ["Vz", "Vx, Vy"])
    try workspace.expectRefusal(
      ["inspect", "flow.hdf5", "--plot", "x.jpg"], status: 64, naming: ["x.jpg", ".png"])
    try workspace.expectRefusal(["inspect", "flow.hdf5", "--sample", "1"], status: 64, naming: ["--plot"])
  }

  @Test("are timed and compared")
  func benchmarks() throws {
    let made = try workspace.run(Self.plane + ["flow.hdf5"])
    #expect(made.status == 0, "\(made.errors)")
    let agreement = try workspace.run(["benchmark", "agreement", "flow.hdf5", "--json"])
    let files = try #require(try agreement.object()["files"] as? [[String: Any]])
    let errors = try #require(files.first?["relative_error"] as? [Double])
    #expect(errors.count == 4 && errors.allSatisfy { $0 < 1e-3 })
    let speed = try workspace.run([
      "benchmark", "solver", "--samples", "1", "--repeats", "1", "--line", "16", "--plane", "8", "--lines",
      "8", "16",
      "--planes", "8", "--threads", "1", "--json",
    ])
    #expect(speed.status == 0, "\(speed.errors)")
    let report = try speed.object()
    #expect(
      (report["whole"] as? [[String: Any]])?.count == 2 && (report["growth"] as? [[String: Any]])?.count == 3)
    try workspace.expectRefusal(
      ["benchmark", "agreement", "line.hdf5", "--early-frames", "0"], status: 64, naming: ["--early-frames"])
    try workspace.expectRefusal(["benchmark", "solver", "--lines", "4"], status: 64, naming: ["8 cells"])
  }

  @Test(
    "are refused where they cannot work",
    arguments: [
      (["cfd1d", "--eta=-1"], ["eta", "-1"]), (["cfd2d", "--resolution", "4"], ["8 cells"]),
      (["cfd1d", "--save-interval", "0.3"], ["0.3", "divide"]), (["cfd1d", "--gamma", "1"], ["gamma"]),
      (["advection1d", "--resolution", "7"], ["8 cells"]), (["burgers1d", "--nu=-0.1"], ["nu", "-0.1"]),
      (["burgers1d", "--final-time", "1", "--save-interval", "0.3"], ["0.3", "divide"]),
      (["darcy2d", "--beta", "0"], ["beta"]), (["incompressible2d", "--nu", "0"], ["nu", "positive"]),
      (["darcy2d", "--compression", "10"], ["--compression", "10"]),
      (["cfd2d", "--stress", "full"], ["--stress", "full", "pdebench", "newtonian"]),
      (["burgers1d", "--init", "rand"], ["--init", "rand", "waves-released", "waves-paper"]),
      (["cfd1d", "--init", "rand-equal"], ["rand-equal", "1D"]),
    ])
  func refusals(command: [String], words: [String]) throws {
    try workspace.expectRefusal(
      ["generate"] + command + ["--samples", "1", "--output", "no.hdf5"], status: 64, naming: words)
  }
}
