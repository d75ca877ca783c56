import Foundation
import TestSupport
import Testing

@Suite("Fine-tuning from the command line", .enabled(if: Command.isBuilt, Command.absence))
struct FineTuningTests {
  private let workspace: Workspace

  /// A workspace with a trained run.
  init() throws {
    workspace = try Workspace()
    try workspace.train("first")
  }

  private func tune(_ output: String, _ options: [String], data: String = "line.hdf5") throws
    -> Command.Outcome
  {
    try workspace.run(
      ["train", "--from", "first", "--data", data, "--output", output, "--epochs", "2", "--batch-size", "3"]
        + options)
  }

  @Test("a run folder stands for its best checkpoint, with its model and initial steps")
  func run() throws {
    let outcome = try tune("second", ["--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = try workspace.configurationLines("second")
    #expect(lines.isSuperset(of: ["from: first", "modes: [4]", "width: 6", "initial-steps: 4"]))
    let evaluations = try ["second", "second/checkpoints/best.safetensors"].map {
      try workspace.run([
        "evaluate", "--checkpoint", $0, "--data", "line.hdf5", "--allow-other-data", "--json",
      ])
    }
    #expect(evaluations[0].status == 0 && evaluations[0].output == evaluations[1].output)
    #expect(outcome.errors.contains("The model as it is: nRMSE "), "\(outcome.errors)")
    let again = try workspace.run(["train", "--resume", "second", "--epochs", "3"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(!again.errors.contains("as it is"))
  }

  @Test("a time limit that is over ends the measurement of the checkpoint, and the run is saved")
  func timeLimit() throws {
    let outcome = try tune("second", ["--test-samples", "6", "--time-limit", "1e-9"])
    #expect(outcome.status == 130, "\(outcome.errors)")
    #expect(outcome.errors.contains("Stopped and saved"), "\(outcome.errors)")
    #expect(!outcome.errors.contains("The model as it is"), "\(outcome.errors)")
  }

  @Test("the recipe counts with the frames that the checkpoint is given, so that shorter data will do")
  func shorterData() throws {
    try WaveFile().with { $0.frames = 8 }.write(to: workspace.path("short.hdf5"))
    let outcome = try workspace.run([
      "train", "--from", "first", "--data", "short.hdf5", "--epochs", "1", "--output", "short",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("windows of 4 frames"), "\(outcome.errors)")
  }

  @Test("a mixture's checkpoint is evaluated on a set that lacks variables, and predicts it")
  func lackedVariables() throws {
    try WaveFile().with { $0.variables = ["density", "temperature"] }.write(to: workspace.path("other.hdf5"))
    try workspace.train("mixed", ["--data", "other.hdf5", "--weights", "1,1"])
    let evaluated = try workspace.run([
      "evaluate", "--checkpoint", "mixed", "--data", "line.hdf5", "--per-frame", "--persistence",
    ])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    #expect(evaluated.output.contains("pressure") && !evaluated.output.contains("temperature"))
    #expect(evaluated.errors.contains("line.hdf5 has no temperature"), "\(evaluated.errors)")
    let predicted = try workspace.run([
      "predict", "--checkpoint", "mixed", "--data", "other.hdf5", "--output", "p.hdf5",
    ])
    #expect(predicted.status == 0, "\(predicted.errors)")
    let compared = try workspace.run(["evaluate", "--prediction", "p.hdf5", "--data", "other.hdf5"])
    #expect(compared.status == 0, "\(compared.errors)")
  }

  @Test(
    "the models in the repository predict flows of a viscosity that they have not seen",
    arguments: ["fno-1d-cfd-less-viscous", "fno-1d-cfd", "dpot-1d-cfd"])
  func repositoryModels(name: String) throws {
    let made = try workspace.run([
      "generate", "cfd1d", "--samples", "20", "--resolution", "128", "--save-interval", "0.05", "--seed", "9",
      "--output", "flows.hdf5",
    ])
    #expect(made.status == 0, "\(made.errors)")
    let (error, persistence) = try errors(of: name, on: "flows.hdf5", samples: 20)
    #expect(error < 0.1 && persistence > 0.3, "\(error), \(persistence)")
  }

  @Test("the model of plane flows in the repository predicts those of a viscosity that it has not seen")
  func repositoryPlaneModel() throws {
    let flows = Repository.path("pde-data/2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_nx32.hdf5")
    let (error, persistence) = try errors(of: "fno-2d-cfd-less-viscous", on: flows, samples: 4)
    #expect(error < 0.15 && persistence > 0.5, "\(error), \(persistence)")
  }

  @Test("the FNO in the repository predicts flows of a resolution that it has not seen")
  func repositoryFNO() throws {
    let flows = Repository.path("pde-data/1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx32.hdf5")
    let (error, persistence) = try errors(of: "fno-1d-cfd", on: flows, samples: 60)
    #expect(error < 0.06 && persistence > 0.4, "\(error), \(persistence)")
  }

  /// The error of a model in the repository over the predicted frames, and that of repeating the last frame.
  private func errors(of model: String, on data: String, samples: Int) throws -> (Double, Double) {
    let outcome = try workspace.run([
      "evaluate", "--checkpoint", Repository.path("pde-data/models/\(model).safetensors"), "--data", data,
      "--test-samples", "\(samples)", "--allow-other-data", "--persistence", "--json",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try outcome.object()
    let persistence = try #require(result["persistence"] as? [String: Any])
    return (
      try #require(result["nRMSE_predicted"] as? Double),
      try #require(persistence["nRMSE_predicted"] as? Double)
    )
  }

  @Test("corrections alone and the base make the checkpoint; without it they are refused")
  func corrections() throws {
    let outcome = try tune(
      "second", ["--lora-rank", "2", "--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "2"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let adapter = "second/checkpoints/last.lora.safetensors"
    let base = "first/checkpoints/best.safetensors"
    let merged = try workspace.run([
      "export", "merged", "--adapter", adapter, "--base", base, "--output", "merged.safetensors",
    ])
    #expect(merged.status == 0, "\(merged.errors)")
    #expect(
      try workspace.bytes("merged.safetensors") == workspace.bytes("second/checkpoints/last.safetensors"))
    try workspace.expectRefusal(
      ["evaluate", "--checkpoint", adapter, "--data", "line.hdf5"], status: 65,
      naming: ["corrections", "export merged"])
    try workspace.expectRefusal(
      [
        "export", "merged", "--adapter", adapter, "--base", "second/checkpoints/last.safetensors", "--output",
        "x.safetensors",
      ],
      status: 65, naming: ["weights other than"])
  }

  @Test("what does not fit is refused with what there is, and nothing is written")
  func refusals() throws {
    try WaveFile(shape: [16, 16]).write(to: workspace.path("plane.hdf5"))
    let cases: [([String], String, Int32, [String])] = [
      (["--width", "8"], "line.hdf5", 64, ["--width 8", "6"]),
      (["--lora-rank", "500"], "line.hdf5", 64, ["--lora-rank 500", "smaller side"]),
      (["--lora-rank", "6", "--lora-layers", "w0"], "line.hdf5", 64, ["w0", "--lora-layers"]),
      (["--freeze", "convs"], "line.hdf5", 64, ["--freeze convs", "conv0"]),
      (["--freeze", "*"], "line.hdf5", 64, ["no parameter to train"]),
      (["--targets", "density"], "line.hdf5", 65, ["density, pressure, Vx", "--reset fc0,fc2"]),
      ([], "plane.hdf5", 65, ["1D", "2D"]),
      (["--model", "unet"], "line.hdf5", 64, ["--model unet contradicts", "first", "fno", "leave it out"]),
      (
        ["--recipe", "plain", "--reduced-resolution", "16"], "line.hdf5", 65,
        ["no fields of 2 points, but of 4", "--reduced-resolution"]
      ),
    ]
    for (options, data, status, words) in cases {
      try workspace.expectRefusal(
        ["train", "--from", "first", "--data", data, "--output", "second"] + options, status: status,
        naming: words)
    }
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "second", "--lora-rank", "2"], status: 64,
      naming: ["--from"])
  }

  @Test("layers that take variables by their places are not said to start from new weights")
  func places() throws {
    try workspace.train("single", ["--targets", "density"])
    let outcome = try workspace.run([
      "train", "--from", "single", "--data", "line.hdf5", "--targets", "pressure", "--reset", "none",
      "--recipe", "plain", "--initial-steps", "4", "--epochs", "1", "--output", "second",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("by their places, and the variables are scaled anew."), "\(outcome.errors)")
    #expect(!outcome.errors.contains("new weights"))
  }

  @Test("inspecting a checkpoint shows what fine-tuning goes on with")
  func inspect() throws {
    let outcome = try workspace.run(["inspect", "first/checkpoints/best.safetensors"])
    #expect(outcome.status == 0)
    for word in ["fno1d", "density, pressure, Vx", "4 given"] {
      #expect(outcome.output.contains(word), "\(word)")
    }
  }

  @Test("a mixture trains, and is resumed")
  func mixture() throws {
    try WaveFile(shape: [16]).with { $0.attributes = ["eta": 0.5] }.write(to: workspace.path("other.hdf5"))
    try workspace.train("mixed", ["--data", "other.hdf5", "--weights", "1,2", "--inputs", "eta"])
    let again = try workspace.run(["train", "--resume", "mixed", "--epochs", "3"])
    #expect(again.status == 0, "\(again.errors)")
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "x", "--weights", "1,2"], status: 64,
      naming: ["--weights", "--data"])
  }
}
