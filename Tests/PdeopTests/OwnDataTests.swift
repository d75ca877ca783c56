import Foundation
import HDF5
import PDEData
import TestSupport
import Testing

@Suite("Data of any layout at the command line", .enabled(if: Command.isBuilt, Command.absence))
struct OwnDataTests {
  /// A workspace with the reference files of `formats`.
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    let source = Reference.own.path("formats")
    for name in try FileManager.default.contentsOfDirectory(atPath: source) {
      try TemporaryFolder.copy("\(source)/\(name)", to: workspace.path(name))
    }
    return workspace
  }

  private static let tiny = ["--modes", "4", "--width", "4", "--epochs", "1"]

  @Test("a training says in three lines what it takes, and warns of what may not be meant")
  func summary() throws {
    let workspace = try workspace()
    let file = try HDF5File(creating: workspace.path("wide.h5"))
    try file.createDataSet("tensor", shape: [6, 8, 16, 8]).write(
      (0..<(6 * 8 * 16 * 8)).map { sin(Double($0)) })
    try file.createDataSet("x-coordinate", shape: [16]).write((0..<16).map(Double.init))
    try file.createDataSet("left", shape: [3]).write([1, 2, 3])
    try file.close()
    let train = ["train", "--initial-steps", "4", "--output", "run"] + Self.tiny
    let outcome = try workspace.run(train + ["--data", "wide.h5"])
    #expect(outcome.status == 0)
    for words in [
      "5 training, 1 test", "Axes: x 0.0 to 15.0 (16), not said whether periodic", "Predicted: tensor",
      "looks like one of variables", "--axes n,t,x,v", "'left'",
    ] { #expect(outcome.errors.contains(words), "\(words) in \(outcome.errors)") }

    let well = try workspace.run(
      ["train", "--data", "well/data", "--output", "well-run", "--initial-steps", "4"] + Self.tiny)
    #expect(well.status == 0)
    for words in [
      "The Well, 2 training, 2 test, 2 validation", "x 0.0 to 0.9375 (16), periodic",
      "seen: depth, viscosity",
      "viscosity is the same",
    ] { #expect(well.errors.contains(words), "\(words) in \(well.errors)") }
  }

  @Test("a second --data is added, and files that differ are refused")
  func severalFiles() throws {
    let workspace = try workspace()
    try WaveFile().with { $0.samples = 3 }.write(to: workspace.path("more.hdf5"))
    try WaveFile(shape: [16]).write(to: workspace.path("short.hdf5"))
    let outcome = try workspace.train("run", ["--data", "more.hdf5"])
    #expect(outcome.errors.contains("14 training, 1 test"), "\(outcome.errors)")
    #expect(try workspace.configurationLines("run").contains("data: [line.hdf5, more.hdf5]"))
    let resumed = try workspace.run(["train", "--resume", "run", "--epochs", "3"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--data", "short.hdf5", "--output", "other"] + Workspace.plain,
      status: 65,
      naming: ["short.hdf5", "[16] points instead of [32]", "line.hdf5"])
  }

  @Test("files with other ends are not joined, and every third of 32 periodic points is not periodic")
  func ends() throws {
    let workspace = try workspace()
    for (name, isPeriodic) in [("flows.hdf5", true), ("open.hdf5", false)] {
      try WaveFile().with { $0.isPeriodic = isPeriodic }.write(to: workspace.path(name))
    }
    let words = ["flows.hdf5", "open.hdf5", "ends along x", "periodic x"]
    try workspace.expectRefusal(
      ["train", "--data", "flows.hdf5", "--data", "open.hdf5", "--output", "run"] + Workspace.plain,
      status: 65, naming: words)
    try workspace.expectRefusal(
      ["import", "flows.hdf5", "open.hdf5", "--output", "all.hdf5"], status: 65, naming: words)

    let trained = try workspace.train("run", ["--reduced-resolution", "3"], data: "flows.hdf5")
    #expect(trained.errors.contains("(11), not periodic at this stride"), "\(trained.errors)")
    let predicted = try workspace.run([
      "predict", "--checkpoint", "run/checkpoints/last.safetensors", "--data", "flows.hdf5", "--all-samples",
      "--output", "p.hdf5",
    ])
    #expect(predicted.status == 0, "\(predicted.errors)")
    #expect(try DataFile.open(workspace.path("p.hdf5")).axes.map(\.isPeriodic) == [false])
  }

  @Test("a forecast goes on beyond the file, from any frame, and from initial frames alone")
  func forecast() throws {
    let workspace = try workspace()
    try workspace.train("run")
    let predict = ["predict", "--checkpoint", "run/checkpoints/last.safetensors", "--all-samples", "--json"]
    let outcome = try workspace.run(
      predict + ["--data", "line.hdf5", "--frames", "30", "--from-frame", "2", "--output", "long.hdf5"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try outcome.object()
    #expect(result["frames"] as? Int == 30 && result["from_frame"] as? Int == 2)
    #expect(result["out_of_range"] is [Any])
    let long = try PDEBenchFile(path: workspace.path("long.hdf5"))
    #expect(long.frames == 30 && long.kind == .compressibleFlow)
    for (time, frame) in zip(long.times, 0...) { #expect(abs(time - Double(frame + 2) / 20) < 1e-6) }

    // The rollout of initial frames alone is that of the whole file.
    try WaveFile().with { $0.frames = 4 }.write(to: workspace.path("start.hdf5"))
    for (data, name) in [("line.hdf5", "whole.hdf5"), ("start.hdf5", "alone.hdf5")] {
      let outcome = try workspace.run(predict + ["--data", data, "--frames", "20", "--output", name])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let (whole, alone) = (
      try BatchLoader(PDEBenchFile(path: workspace.path("whole.hdf5"))).batch([0, 11]),
      try BatchLoader(PDEBenchFile(path: workspace.path("alone.hdf5"))).batch([0, 11])
    )
    #expect(whole.frames == alone.frames)
    try workspace.expectRefusal(
      predict + ["--data", "line.hdf5", "--frames", "20", "--from-frame", "11", "--output", "p.hdf5"],
      status: 64,
      naming: ["14 frames", "--from-frame 11", "at most 10"])
    try workspace.expectRefusal(
      predict + ["--data", "line.hdf5", "--from-frame", "\(Int.max)", "--output", "p.hdf5"], status: 64,
      naming: ["14 frames", "at most 9"])
    try workspace.expectRefusal(
      predict + ["--data", "line.hdf5", "--from-frame", "10", "--output", "p.hdf5"], status: 64,
      naming: ["--from-frame 10", "at most 9", "one more with --frames"])
    try workspace.expectRefusal(
      predict + ["--data", "start.hdf5", "--output", "p.hdf5"], status: 64,
      naming: ["start.hdf5", "4 frames"])
  }

  @Test(
    "a forecast is written in the data's own layout, its times continued, and compared with its own samples")
  func ownLayout() throws {
    let workspace = try workspace()
    for (data, own, run) in [
      ("well/data", "t1_fields/velocity", "well-run"), ("2D_diff-react_NA_NA.h5", "0000/data", "group-run"),
    ] {
      let given = ["--data", data]
      let trained = try workspace.run(
        ["train", "--initial-steps", "4", "--output", run] + given + Self.tiny)
      try #require(trained.status == 0, "\(trained.errors)")
      let checkpoint = ["--checkpoint", "\(run)/checkpoints/last.safetensors"] + given
      for (output, more) in [("p.h5", []), ("long.h5", ["--frames", "20"])] {
        let outcome = try workspace.run(["predict", "--output", output] + checkpoint + more)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      #expect(try HDF5File(reading: workspace.path("long.h5")).dataSet(at: own).shape.contains(20))
      let long = try DataFile.open(workspace.path("long.h5"))
      let source = try DataFiles([workspace.path(data)]).open()
      #expect(long.layout == source.layout && long.variableNames == source.variableNames)
      let step = (source.times.last ?? 0) / Double(source.frames - 1)
      #expect(long.frames == 20 && abs((long.times.last ?? 0) - 19 * step) < 1e-4, "\(long.times)")

      // The samples for the test of a set that divides them are not its first ones.
      let evaluated = try workspace.run(["evaluate", "--json"] + checkpoint).object()
      let compared = try workspace.run(["evaluate", "--prediction", "p.h5", "--json"] + given).object()
      let errors = try [evaluated, compared].map { try #require($0["nRMSE"] as? Double) }
      #expect(abs(errors[0] - errors[1]) < 1e-5 * errors[0], "\(data): \(errors)")
      for name in ["p.h5", "long.h5"] { try FileManager.default.removeItem(atPath: workspace.path(name)) }
    }
  }

  @Test("what a file leaves open is told in one line with the option that settles it")
  func questions() throws {
    let workspace = try workspace()
    for command in [["inspect"], ["train", "--output", "run", "--data"], ["import", "--output", "i.hdf5"]] {
      try workspace.expectRefusal(
        command + ["expected_u.npy"], status: 65,
        naming: ["expected_u.npy", "[6, 14, 16, 12]", "--axes n,t,x,y"])
    }
    try workspace.expectRefusal(
      ["inspect", "hostile.pt"], status: 65, naming: ["hostile.pt", "nothing was run"])
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--axes", "n,q", "--output", "run"], status: 64,
      naming: ["--axes", "'n,q'"])
  }
}
