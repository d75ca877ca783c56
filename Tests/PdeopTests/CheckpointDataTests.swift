import Foundation
import TestSupport
import Testing

@Suite("Data for a checkpoint at the command line", .enabled(if: Command.isBuilt, Command.absence))
struct CheckpointDataTests {
  private let workspace: Workspace
  private let best = "run/checkpoints/best.safetensors"

  init() throws {
    workspace = try Workspace()
    try workspace.train("run", ["--periodic", "yes"])
  }

  private func write(_ name: String, _ change: (inout WaveFile) -> Void) throws {
    try WaveFile().with(change).write(to: workspace.path(name))
  }

  private func run(_ arguments: [String]) throws -> Command.Outcome {
    let outcome = try workspace.run(arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }

  @Test("variables of other names are refused with both lists, and taken in the order that is given")
  func names() throws {
    try write("renamed.hdf5") { $0.variables = ["a", "b", "c"] }
    let data = ["--checkpoint", best, "--data", "renamed.hdf5"]
    for command in [["evaluate"], ["evaluate", "--allow-other-data"], ["predict", "--output", "p.hdf5"]] {
      try workspace.expectRefusal(
        command + data, status: 65,
        naming: [best, "renamed.hdf5", "density, pressure, Vx", "a, b, c", "--targets"])
    }
    _ = try run(["predict", "--output", "p.hdf5", "--targets", "a,b,c"] + data)
    _ = try run(["evaluate", "--allow-other-data", "--variables", "a,b,c"] + data)
  }

  @Test("an order of variables may name the inputs as well")
  func namesWithInputs() throws {
    try write("four.hdf5") { $0.variables = ["p", "q", "r", "k"] }
    try write("renamed.hdf5") { $0.variables = ["a", "b", "c", "k"] }
    try workspace.train("inputs", ["--inputs", "k"], data: "four.hdf5")
    let predict = [
      "predict", "--checkpoint", "inputs/checkpoints/best.safetensors", "--data", "renamed.hdf5",
      "--inputs", "k", "--output", "p.hdf5",
    ]
    try workspace.expectRefusal(predict, status: 65, naming: ["p, q, r", "a, b, c"])
    _ = try run(predict + ["--variables", "a,b,c,k"])
  }

  @Test("frames at another distance than in training are noted, those of the training are not")
  func timeSteps() throws {
    try write("slow.hdf5") { $0.time = { Double($0) / 10 } }
    let predict = ["predict", "--checkpoint", best, "--data"]
    let slow = try run(predict + ["slow.hdf5", "--output", "p.hdf5"])
    #expect(slow.errors.contains("Note: The frames of slow.hdf5 are 0.1 apart"), "\(slow.errors)")
    let evaluated = try run(["evaluate", "--checkpoint", best, "--data", "slow.hdf5", "--allow-other-data"])
    #expect(evaluated.errors.contains("each predicted frame is 0.05 later"), "\(evaluated.errors)")
    #expect(try !run(predict + ["line.hdf5", "--output", "q.hdf5"]).errors.contains("Note"))
  }

  @Test("a domain with ends is refused to a model of periodic fields, and to training from it")
  func ends() throws {
    try write("open.hdf5") { $0.isPeriodic = false }
    let data = ["--checkpoint", best, "--data", "open.hdf5"]
    for command in [["evaluate", "--allow-other-data"], ["predict", "--output", "p.hdf5"]] {
      try workspace.expectRefusal(
        command + data, status: 65, naming: [best, "open.hdf5", "relies on periodic", "along x"])
    }
    try workspace.expectRefusal(
      ["train", "--from", "run", "--data", "open.hdf5", "--output", "second"], status: 65,
      naming: [best, "open.hdf5", "relies on periodic", "trained with --periodic no,"])
  }

  @Test("too few frames to start from are refused with how many there must be")
  func fewFrames() throws {
    try write("brief.hdf5") { $0.frames = 2 }
    try workspace.expectRefusal(
      [
        "predict", "--checkpoint", best, "--data", "brief.hdf5", "--frames", "15", "--all-samples",
        "--output", "p.hdf5",
      ], status: 65, naming: ["brief.hdf5", "starts from 4 frames", "has 2"])
  }

  @Test("predictions are compared with frames of their times, of the data that they are of, or not at all")
  func predictions() throws {
    try write("other.hdf5") { $0.change = { $3 + 0.25 } }
    let predict = ["predict", "--checkpoint", best, "--data", "line.hdf5", "--from-frame", "2", "--frames"]
    _ = try run(predict + ["9", "--output", "p.hdf5"])
    _ = try run(predict + ["14", "--output", "long.hdf5"])
    _ = try run(["evaluate", "--prediction", "p.hdf5", "--data", "line.hdf5"])
    try workspace.expectRefusal(
      ["evaluate", "--prediction", "long.hdf5", "--data", "line.hdf5"], status: 65,
      naming: ["long.hdf5", "line.hdf5", "t = 0.7", "0 to 0.65"])
    let other = ["evaluate", "--prediction", "p.hdf5", "--data", "other.hdf5"]
    try workspace.expectRefusal(
      other, status: 65, naming: ["p.hdf5", "other.hdf5", "4 frames", "count as given", "--initial-steps"])
    _ = try run(other + ["--initial-steps", "0"])
  }

  @Test("a prediction in an array without coordinates is read as the data are")
  func arrays() throws {
    let values = (0..<(6 * 8 * 16)).map { Float(sin(Double($0))) }
    let array = Data(NumPySeed.array("<f4", "(6, 8, 16)", NumPySeed.floats(values)))
    for name in ["u.npy", "mine.npy"] { try array.write(to: URL(filePath: workspace.path(name))) }
    let outcome = try workspace.run([
      "evaluate", "--prediction", "mine.npy", "--data", "u.npy", "--axes", "n,t,x", "--initial-steps", "3",
      "--json",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try outcome.object()["nRMSE"] as? Double == 0)
  }

  @Test("a mixture's run is evaluated on its first set, and has a notebook and a page")
  func mixture() throws {
    try write("thick.hdf5") {
      $0.samples = 6
      $0.attributes = ["eta": 0.5]
    }
    let trained = try workspace.train(
      "mix", ["--data", "thick.hdf5", "--weights", "1,1", "--inputs", "eta"])
    #expect(trained.errors.contains("Best error over all sets"), "\(trained.errors)")
    _ = try run(["evaluate", "--checkpoint", "mix/checkpoints/best.safetensors", "--data", "line.hdf5"])
    _ = try run(["export", "notebook", "mix", "--output", "mix.ipynb"])
    #expect(workspace.exists("mix.hdf5"))
    if Workspace.hasGnuplot { _ = try run(["report", "mix", "--html", "mix.html"]) }
  }

  @Test("training from a checkpoint reads a file's axes as that was trained on them")
  func axes() throws {
    try TemporaryFolder.copy(
      Reference.own.path("formats/expected_u.npy"), to: workspace.path("expected_u.npy"))
    let train = ["train", "--recipe", "plain", "--data", "expected_u.npy", "--epochs", "1", "--output"]
    _ = try run(
      train + ["first", "--axes", "n,t,x,y", "--initial-steps", "4", "--modes", "4", "--width", "4"])
    _ = try run(train + ["second", "--from", "first"])
    #expect(try workspace.configurationLines("second").contains("axes: [n, t, x, y]"))
  }
}
