import Foundation
import Safetensors
import TensorCore
import TestSupport
import Testing

@Suite("Checkpoints and predictions", .enabled(if: Command.isBuilt, Command.absence))
struct CheckpointTests {
  private let workspace: Workspace

  /// A workspace with a trained run.
  init() throws {
    workspace = try Workspace()
    try workspace.train("run", ["--reduced-resolution", "2", "--test-samples", "3"])
  }

  private let best = "run/checkpoints/best.safetensors"

  private func metrics(_ arguments: [String]) throws -> [String: Any] {
    let outcome = try workspace.run(["evaluate", "--data", "line.hdf5", "--json"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.object()
  }

  /// Writes the best checkpoint's tensors again, changed.
  private func rewrite(
    to name: String, _ change: (inout [(name: String, tensor: Tensor)], inout [String: String]) -> Void
  ) throws {
    let file = try SafetensorsFile(reading: workspace.path(best))
    var tensors = try file.names.map { (name: $0, tensor: try file.tensor(named: $0)) }
    var metadata = file.metadata
    change(&tensors, &metadata)
    try SafetensorsFile.write(tensors, metadata: metadata, to: workspace.path(name))
  }

  @Test("evaluating gives what training said of the best epoch")
  func evaluate() throws {
    let found = try metrics(["--checkpoint", best, "--test-samples", "3"])
    let epochs = try workspace.lines("run/metrics.jsonl")
    let lowest = try #require(epochs.compactMap { $0["nRMSE"] as? Double }.min())
    #expect(found["nRMSE"] as? Double == lowest)
    #expect(found["samples"] as? Int == 3)
    // The checkpoint knows which samples it was not trained on.
    #expect(try metrics(["--checkpoint", best]) as NSDictionary == found as NSDictionary)
    #expect(try metrics(["--checkpoint", best, "--test-samples", "2"])["samples"] as? Int == 2)
  }

  @Test("a prediction's metrics are the checkpoint's, and its initial frames are the data")
  func predict() throws {
    for (name, options) in [("some.hdf5", ["--test-samples", "3"]), ("all.hdf5", ["--all-samples"])] {
      let outcome = try workspace.run(
        ["predict", "--checkpoint", best, "--data", "line.hdf5", "--output", name, "--json"] + options)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let object = try outcome.object()
      #expect(object["output"] as? String == name)
      #expect(object["samples"] as? Int == (name == "all.hdf5" ? 12 : 3))
      #expect(object["frames"] as? Int == 14)
      #expect(object["initial_steps"] as? Int == 4)

      let ofCheckpoint = try metrics(["--checkpoint", best, "--per-frame"] + options)
      let ofPrediction = try metrics(["--prediction", name, "--per-frame"])
      #expect(ofCheckpoint as NSDictionary == ofPrediction as NSDictionary)
    }
    let flow = WaveFile()
    let prediction = try PDEBenchFileContent(workspace.path("all.hdf5"))
    for sample in 0..<12 {
      let (expected, found) = (flow.sample(sample), try prediction.sample(sample))
      var isSame = true
      for frame in 0..<4 {
        for variable in 0..<3 {
          for point in 0..<16 {
            isSame = isSame && found[frame, variable, point] == expected[frame, variable, 2 * point]
          }
        }
      }
      #expect(isSame, "initial frames of sample \(sample)")
    }
    let inspection = try workspace.run(["inspect", "all.hdf5"])
    #expect(inspection.status == 0)
    #expect(inspection.output.contains("12 samples × 14 frames × 16 points"))
    #expect(inspection.output.contains("eta = 0.01, initial_steps = 4, reduced_resolution = 2"))
  }

  @Test(
    "weights without metadata are known by their shapes; those of metadata that contradict them are refused")
  func metadata() throws {
    try rewrite(to: "bare.safetensors") { $1 = [:] }
    // Without metadata there is no scaling either, so only the kind of model is told, not the same numbers.
    let options = ["--reduced-resolution", "2", "--test-samples", "3"]
    let bare = try metrics(["--checkpoint", "bare.safetensors"] + options)
    #expect(bare["samples"] as? Int == 3)

    try rewrite(to: "same.safetensors") { $1["model"] = "fno" }
    let same = try metrics(["--checkpoint", "same.safetensors", "--test-samples", "3"])
    #expect(
      same as NSDictionary == (try metrics(["--checkpoint", best, "--test-samples", "3"])) as NSDictionary)

    for (key, value) in [
      ("width", "7"), ("modes", "5"), ("model", "unet1d"), ("initial_steps", "3"), ("channels", "2"),
    ] {
      try rewrite(to: "\(key).safetensors") { $1[key] = value }
      try workspace.expectRefusal(
        ["evaluate", "--data", "line.hdf5", "--checkpoint", "\(key).safetensors"], status: 65,
        naming: ["\(key).safetensors", "\(key) = \(value)", "write it again"])
    }
  }

  @Test("a checkpoint of another model is refused, as weights to start from, too")
  func otherModel() throws {
    try WaveFile(shape: [16, 16]).with { $0.samples = 2 }.write(to: workspace.path("plane.hdf5"))
    try WaveFile().with { $0.variables = ["tensor"] }.write(to: workspace.path("single.hdf5"))
    for (data, words) in [("plane.hdf5", ["1D", "2D"]), ("single.hdf5", ["3 variables", "1 (tensor)"])] {
      for command in [["evaluate"], ["predict", "--output", "p.hdf5"]] {
        try workspace.expectRefusal(
          command + ["--data", data, "--checkpoint", best, "--reduced-resolution", "1"], status: 65,
          naming: [best, data, "does not fit"] + words)
      }
    }
    let train = ["train", "--data", "line.hdf5", "--output", "other"] + Workspace.plain
    try workspace.expectRefusal(
      train + ["--initial-weights", best, "--width", "7"], status: 65,
      naming: [best, "'fc0.weight'", "[6, 13]", "[7, 13]", "another model"])
    for command in [["train", "--output", "other"], ["find-rate"]] {
      try workspace.expectRefusal(
        command + ["--data", "line.hdf5", "--initial-weights", best] + Workspace.quick, status: 65,
        naming: [best, "another model", "--recipe low-data", "--recipe plain"])
    }
    try workspace.train("other", ["--initial-weights", best])
  }

  @Test("broken weights are refused")
  func broken() throws {
    let whole = try workspace.bytes(best)
    let cases: [(name: String, bytes: Data, words: [String])] = [
      ("empty", Data(), ["0 bytes", "truncated"]),
      ("cut", whole.prefix(100), ["100 bytes", "truncated", "copy it again"]),
      ("short", whole.dropLast(5), ["truncated", "copy it again"]),
      ("noise", Data(repeating: 0x41, count: 4096), ["header length", "neither a safetensors file"]),
      (
        "syntax", whole.prefix(9) + Data("oops".utf8) + whole.dropFirst(13),
        ["broken safetensors header", "again"]
      ),
    ]
    for (name, bytes, words) in cases {
      try bytes.write(to: URL(filePath: workspace.path(name)))
      try workspace.expectRefusal(
        ["evaluate", "--data", "line.hdf5", "--checkpoint", name], status: 65, naming: [name] + words)
    }
    try rewrite(to: "lacking") { tensors, _ in tensors.removeAll { $0.name == "w2.bias" } }
    try rewrite(to: "nan") { tensors, _ in
      tensors[0].tensor = tensors[0].tensor.map { _ in .nan }
    }
    try rewrite(to: "strange") { tensors, _ in tensors = [("weight", Tensor.zeros([3]))] }
    // A lifting that claims more channels than the spectral weights have.
    try rewrite(to: "wide") { tensors, metadata in
      metadata = [:]
      tensors = tensors.map { $0.name == "fc0.weight" ? ($0.name, Tensor.zeros([100_000, 13])) : $0 }
    }
    for (name, words) in [
      ("lacking", ["'w2.bias'", "another model"]), ("nan", ["NaN", "earlier checkpoint"]),
      ("strange", ["no known model", "PDEBench's names"]), ("wide", ["no known model"]),
      ("none", ["none", "check its name"]),
    ] {
      try workspace.expectRefusal(
        ["evaluate", "--data", "line.hdf5", "--checkpoint", name], status: 65, naming: [name] + words)
    }
  }

  @Test("predictions of other data are refused")
  func otherData() throws {
    try WaveFile(shape: [16, 16]).with { $0.samples = 2 }.write(to: workspace.path("plane.hdf5"))
    try WaveFile(shape: [16]).write(to: workspace.path("coarse.hdf5"))
    try WaveFile().with { $0.frames = 4 }.write(to: workspace.path("brief.hdf5"))
    for (name, words) in [
      ("plane.hdf5", ["Vy", "cannot be compared"]),
      ("coarse.hdf5", ["[12, 14, 3, 16]", "[12, 14, 3, 32]", "--reduced-resolution"]),
    ] {
      try workspace.expectRefusal(
        ["evaluate", "--prediction", name, "--data", "line.hdf5"], status: 65,
        naming: [name, "line.hdf5"] + words)
    }
    try workspace.expectRefusal(
      ["evaluate", "--prediction", "brief.hdf5", "--data", "brief.hdf5"], status: 65,
      naming: ["brief.hdf5", "4 frames", "--initial-steps"])
  }

  @Test("--per-frame gives every variable and frame, in words and in JSON")
  func perFrame() throws {
    let arguments = ["--checkpoint", best, "--test-samples", "3", "--per-frame"]
    let object = try metrics(arguments)
    let frames = try #require(object["per_frame"] as? [String: Any])
    let errors = try #require(frames["nRMSE"] as? [[Double]])
    #expect(errors.count == 3 && errors.allSatisfy { $0.count == 14 })
    #expect(errors.allSatisfy { $0[..<4].allSatisfy { $0 == 0 } && $0[4...].allSatisfy { $0 > 0 } })
    let mean = errors.joined().reduce(0, +) / Double(3 * 14)
    #expect(abs(mean / (object["nRMSE"] as? Double ?? 0) - 1) < 1e-12)
    let predicted = object["nRMSE_predicted"] as? Double ?? 0
    #expect(abs(mean * 14 / 10 / predicted - 1) < 1e-12)
    let table = try workspace.run(["evaluate", "--data", "line.hdf5"] + arguments).output
    #expect(table.contains("nRMSE density") && table.contains("3 (given)") && !table.contains("4 (given)"))
  }
}
