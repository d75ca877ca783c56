import Foundation
import TestSupport
import Testing

@Suite("Results", .enabled(if: Command.isBuilt, Command.absence))
struct ResultTests {
  private let keys: Set = [
    "RMSE", "nRMSE", "nRMSE_predicted", "CSV", "Max", "BD", "F", "samples", "fields", "zero_targets",
  ]

  @Test("--json prints one object with the promised keys, and nothing else on standard output")
  func json() throws {
    let workspace = try Workspace()
    let trained = try workspace.train("run", ["--json", "--tempbalance", "sigmoid"])
    let summary = try trained.object()
    #expect(summary["outcome"] as? String == "finished")
    #expect(summary["run"] as? String == "run")
    #expect(summary["epochs"] as? Int == 2)
    for key in ["loss", "seconds", "best_nRMSE"] { #expect(summary[key] is Double, "\(key)") }
    #expect(summary["best_epoch"] is Int)
    #expect(Set(try #require(summary["metrics"] as? [String: Any]).keys) == keys)

    let checkpoint = ["--checkpoint", "run/checkpoints/best.safetensors", "--data", "line.hdf5", "--json"]
    let metrics = try workspace.run(["evaluate"] + checkpoint).object()
    #expect(Set(metrics.keys) == keys)
    #expect((metrics["F"] as? [Double])?.count == 3)
    for key in keys.subtracting(["F", "samples", "fields", "zero_targets"]) {
      #expect(metrics[key] is Double, "\(key)")
    }

    let inspected = try workspace.run(["inspect", "line.hdf5", "--json"]).object()
    #expect(inspected["samples"] as? Int == 12)
    #expect(inspected["frames"] as? Int == 14)
    #expect(inspected["spatial_shape"] as? [Int] == [32])
    #expect(
      (inspected["variables"] as? [[String: Any]])?.map { $0["name"] as? String } == [
        "density", "pressure", "Vx",
      ])

    let report = try workspace.run(["report", "run", "run", "--json"]).object()
    let runs = try #require(report["runs"] as? [[String: Any]])
    #expect(runs.count == 2)
    #expect((runs[0]["epochs"] as? [[String: Any]])?.count == 2)
    #expect((runs[0]["layers"] as? [[String: Any]])?.isEmpty == false)
  }

  @Test("the run folder holds the files that it should, line by line")
  func runFolder() throws {
    let workspace = try Workspace()
    try workspace.train(
      "run", ["--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1", "--epochs", "3"])
    let steps = try workspace.lines("run/steps.jsonl")
    #expect(steps.map { $0["epoch"] as? Int } == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    #expect(steps.map { $0["step"] as? Int } == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
    let epochs = try workspace.lines("run/metrics.jsonl")
    #expect(epochs.map { $0["epoch"] as? Int } == [0, 1, 2])
    for (index, epoch) in epochs.enumerated() {
      #expect(Set(epoch.keys) == keys.union(["epoch", "loss", "learning_rate", "seconds"]))
      let losses = steps[index * 4..<(index + 1) * 4].compactMap { $0["loss"] as? Double }
      let mean = losses.reduce(0, +) / 4
      #expect(abs(mean / (epoch["loss"] as? Double ?? 0) - 1) < 1e-12)
    }
    let layers = try workspace.lines("run/layers.jsonl")
    #expect(
      Set(layers.flatMap(\.keys)) == [
        "epoch", "step", "layer", "kind", "balanced", "eigenvalues", "alpha", "D", "lambda_max",
        "squared_frobenius_norm", "stable_rank", "normalized_stable_rank", "eigenvalue_ratio", "alpha_hat",
        "learning_rate", "weight_decay",
      ])
    for epoch in 0..<3 {
      let names = layers.filter { $0["epoch"] as? Int == epoch }.compactMap { $0["layer"] as? String }
      #expect(Set(names).isSuperset(of: ["fc0", "w0", "w1", "w2", "w3", "fc1", "fc2"]))
      #expect(names.count == Set(names).count)
    }
    let rates = Set(layers.compactMap { $0["learning_rate"] as? Double })
    #expect(rates.count > 3, "layers train at rates of their own")
  }

  @Test("JSON has keys of one style everywhere")
  func keyStyle() throws {
    let workspace = try Workspace()
    try workspace.train("run", ["--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1"])
    let checkpoint = ["--checkpoint", "run/checkpoints/best.safetensors", "--data", "line.hdf5"]
    for arguments in [
      ["inspect", "line.hdf5"], ["analyze", "run"], ["report", "run"],
      ["evaluate", "--per-frame"] + checkpoint, ["predict", "--output", "p.hdf5"] + checkpoint,
    ] {
      let object = try workspace.run(arguments + ["--json"]).object()
      for key in Self.keys(of: object) {
        // Options keep their names, layers and attributes theirs; PDEBench's measures are what PDEBench calls them.
        let isSnake = key.wholeMatch(of: /[a-z0-9]+(_[a-z0-9]+)*/) != nil
        let isOption = key.contains("-"), isMeasure = key.contains("RMSE")
        let isName = ["CSV", "Max", "BD", "F", "D", "M"].contains(key)
        #expect(isSnake || isOption || isMeasure || isName, "\(arguments[0]): \(key)")
      }
    }
  }

  private static func keys(of value: Any) -> [String] {
    if let object = value as? [String: Any] { return object.keys + object.values.flatMap(keys) }
    return (value as? [Any])?.flatMap(keys) ?? []
  }

  @Test("TempBalance that can change nothing says so, and says what to do")
  func idleBalance() throws {
    let workspace = try Workspace()
    let idle = try workspace.train("idle", ["--tempbalance", "sigmoid"])
    #expect(idle.errors.contains("--tempbalance has no effect"), "\(idle.errors)")
    #expect(idle.errors.contains("12 eigenvalues") && idle.errors.contains("--tempbalance-min-eigenvalues"))
    let able = try workspace.train(
      "able", ["--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "4"])
    #expect(!able.errors.contains("has no effect"))
    #expect(!(try workspace.train("off").errors.contains("has no effect")))
  }

  @Test("a ratio whose inverse is no whole number is said to keep another part")
  func inexactRatio() throws {
    let workspace = try Workspace()
    for (ratio, words) in [("0.7", "keeps all training samples"), ("0.3", "one of every 3"), ("0.5", nil)]
      as [(String, String?)]
    {
      let errors = try workspace.train("run-\(ratio)", ["--ratio", ratio]).errors
      #expect(errors.contains(words ?? "training") && errors.contains("Note: --ratio") == (words != nil))
    }
  }

  @Test(
    "targets of zero leave nRMSE undefined: a word for people, null for programs, and why", arguments: [0, 2])
  func zeroTargets(validationSamples: Int) throws {
    let workspace = try Workspace()
    try WaveFile().with { $0.change = { _, _, _, _ in 0 } }.write(to: workspace.path("zero.hdf5"))
    let options = ["--validation-samples", "\(validationSamples)", "--normalize", "none"]
    let trained = try workspace.train("run", options, data: "zero.hdf5")
    #expect(trained.output.contains("undefined") && trained.output.contains("left out of nRMSE"))
    #expect(trained.errors.contains("No best checkpoint"))
    let data = ["--checkpoint", "run/checkpoints/last.safetensors", "--data", "zero.hdf5"]
    let evaluated = try workspace.run(["evaluate", "--per-frame"] + data)
    let report = try workspace.run(["report", "run"])
    let page = try workspace.run(["report", "run", "--html", "page.html"])
    #expect(page.status == 0 || !Workspace.hasGnuplot, "\(page.errors)")
    var texts = [trained.output, evaluated.output, report.output, try workspace.text("run/metrics.jsonl")]
    if Workspace.hasGnuplot { texts.append(try workspace.text("page.html")) }
    for text in texts { #expect(!text.contains(/(^|[\s>:,"−-])-?nan\b/.ignoresCase()), "\(text)") }
    let metrics = try workspace.run(["evaluate", "--json"] + data).object()
    #expect(metrics["nRMSE"] is NSNull && metrics["nRMSE_predicted"] is NSNull)
    #expect(try #require(metrics["RMSE"] as? Double) > 0)
    #expect(metrics["fields"] as? Int == 1 * 14 * 3 && metrics["zero_targets"] as? Int == 10 * 3)
    #expect((metrics["nRMSE_note"] as? String)?.contains("target is zero") == true)
  }

  @Test("a band without wavenumbers is a dash, and null in JSON")
  func emptyBand() throws {
    let workspace = try Workspace()
    let coarse = ["--reduced-resolution", "2"]
    let trained = try workspace.train("run", coarse)
    let line = trained.output.split(separator: "\n").first { $0.hasPrefix("F high") }
    #expect(line?.contains("–") == true && line?.contains("too few points") == true, "\(trained.output)")
    let data = ["--checkpoint", "run/checkpoints/best.safetensors", "--data", "line.hdf5", "--json"]
    let bands = try #require(try workspace.run(["evaluate"] + data).object()["F"] as? [Any])
    #expect(bands[0] is Double && bands[2] is NSNull)
  }

  @Test("a data set beyond the cache trains to the same bits as one in it, in 1D and 2D")
  func cache() throws {
    let workspace = try Workspace()
    try WaveFile(shape: [12, 10]).with { ($0.samples, $0.frames) = (7, 7) }
      .write(to: workspace.path("plane.hdf5"))
    for data in ["line", "plane"] {
      // Nothing is kept, and everything.
      for memory in ["0", "100"] {
        try workspace.train("\(data)-\(memory)", ["--cache-memory", memory], data: "\(data).hdf5")
      }
      for file in ["steps.jsonl", "checkpoints/last.safetensors", "checkpoints/best.safetensors"] {
        let isSame = try workspace.bytes("\(data)-0/\(file)") == workspace.bytes("\(data)-100/\(file)")
        #expect(isSame, "\(data), \(file)")
      }
    }
  }

  @Test("for people there are tables, and messages on the other output")
  func tables() throws {
    let workspace = try Workspace()
    let trained = try workspace.train("run", ["--tempbalance", "sigmoid"])
    #expect(trained.output.contains("nRMSE predicted"))
    #expect(trained.errors.contains("chosen on the test samples"))
    #expect(trained.errors.contains("epoch 2/2  loss "))
    #expect(!trained.errors.contains("\r"), "the progress line is for terminals")
    let report = try workspace.run(["report", "run"])
    #expect(report.output.contains("2 of 2") && report.output.contains("Layers of run in epoch 2"))
    let validated = try workspace.train("validated", ["--validation-samples", "2"])
    #expect(validated.errors.contains("chosen on the validation samples"))
  }

  @Test(
    "a run's layers and the comparison of runs are drawn as SVG and PNG",
    .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"))
  func pictures() throws {
    let workspace = try Workspace()
    try workspace.train("off")
    let balancing = ["--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1"]
    try workspace.train("epochs", balancing)
    try workspace.train("steps", balancing + ["--tempbalance-interval-unit", "steps"])
    for (runs, words) in [
      (["off"], ["nRMSE of the test samples", "off (one rate)"]),
      (
        ["steps"],
        ["α of each layer", "learning rate of each layer", "standard deviation of α", ">fc1<", ">w3<"]
      ),
      (["off", "epochs"], ["off (one rate)", "epochs (TempBalance, sigmoid)"]),
      (["epochs", "steps"], ["standard deviation of α across layers", "steps (TempBalance, sigmoid)"]),
    ] {
      for ending in ["svg", "png"] {
        let outcome = try workspace.run(["report"] + runs + ["--plot", "picture.\(ending)"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      }
      let picture = try workspace.text("picture.svg")
      for word in words { #expect(picture.contains(word), "\(word) in the picture of \(runs)") }
      #expect(try workspace.bytes("picture.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }
  }
}
