import Foundation
import TestSupport
import Testing

@Suite("Configuration files", .enabled(if: Command.isBuilt, Command.absence))
struct ConfigurationFileTests {
  @Test("values come from the file, options win, and what comes of it is kept, resolved")
  func layers() throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      data: line.hdf5   # a comment
      modes: 4
      width: 6
      initial-steps: 4
      batch-size: 3
      epochs: 7
      ratio: 0.5
      schedule: cosine
      shuffle: false
      noise: 1e-3
      seed: 18446744073709551615
      """, to: "c.yaml")
    let outcome = try workspace.run(["train", "--config", "c.yaml", "--epochs", "1", "--output", "run"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = try workspace.configurationLines("run")
    for line in [
      "data: line.hdf5", "modes: [4]", "width: 6", "epochs: 1", "reduced-batch: 2", "schedule: cosine",
      "shuffle: false", "noise: 0.001", "seed: 18446744073709551615", "test-samples: 1",
      "normalize: standard",
      "learning-rate: 0.001", "optimizer: adam", "tempbalance: 'off'", "pdeop-version: 0.2.0",
    ] { #expect(lines.contains(line), "\(line)") }
  }

  @Test("the configuration of a run, fed back, makes the same run, bit by bit")
  func fedBack() throws {
    let workspace = try Workspace()
    try workspace.train(
      "first",
      [
        "--ratio", "0.4", "--noise", "0.01", "--tempbalance", "linear", "--tempbalance-min-eigenvalues", "1",
        "--learning-rate", "0.00123", "--schedule", "cosine", "--clip-gradients", "0.7", "--unroll", "6",
        "--validation-samples", "2", "--seed", "12345678901234567890", "--optimizer", "adamw",
      ])
    let again = try workspace.run(["train", "--config", "first/config.yaml", "--output", "second"])
    #expect(again.status == 0, "\(again.errors)")
    for file in [
      "config.yaml", "steps.jsonl", "layers.jsonl", "checkpoints/best.safetensors",
      "checkpoints/last.safetensors", "checkpoints/resume.safetensors",
    ] { #expect(try workspace.bytes("first/\(file)") == workspace.bytes("second/\(file)"), "\(file)") }
    #expect(try workspace.haveSameMetrics("first", "second"))
  }

  @Test(
    "file names that look like something else in YAML come back as they are",
    arguments: ["yes", "1e5", "null", "~", "a: b #c.hdf5", "x'y\"z", "é 🌊.hdf5"])
  func fileNames(name: String) throws {
    let workspace = try Workspace()
    try WaveFile().write(to: workspace.path(name))
    try workspace.train("first", data: name)
    let again = try workspace.run(["train", "--config", "first/config.yaml", "--output", "second"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try workspace.bytes("first/config.yaml") == workspace.bytes("second/config.yaml"))
    #expect(try workspace.bytes("first/steps.jsonl") == workspace.bytes("second/steps.jsonl"))
  }

  @Test(
    "--ratio r keeps every round(1/r)-th sample, --reduced-batch k every k-th, and the option beats the file")
  func thinning() throws {
    let workspace = try Workspace()
    try workspace.write("ratio: 0.1\n", to: "c.yaml")
    let cases: [(options: [String], samples: Int)] = [
      (["--ratio", "0.3"], 4), (["--reduced-batch", "3"], 4), (["--ratio", "0.4"], 4),
      (["--ratio", "1"], 11),
      (["--config", "c.yaml"], 2), (["--config", "c.yaml", "--reduced-batch", "5"], 3),
    ]
    for (index, (options, samples)) in cases.enumerated() {
      let outcome = try workspace.train("run\(index)", options)
      #expect(outcome.errors.contains("\(samples) training, 1 test"), "\(options): \(outcome.errors)")
    }
    #expect(try workspace.bytes("run0/steps.jsonl") == workspace.bytes("run1/steps.jsonl"))
  }

  @Test(
    "mistakes are named with the file, the key and what was expected",
    arguments: [
      (text: "learning-rte: 3", status: 64, words: ["'learning-rte'", "not an option", "learning-rate"]),
      (text: "epochs: many", status: 64, words: ["epochs", "'many'", "like 500"]),
      (text: "epochs: [1, 2]", status: 64, words: ["epochs", "'1,2'", "like 500"]),
      (text: "epochs: {a: 1}", status: 64, words: ["epochs", "a mapping", "like 500"]),
      (text: "epochs: 2.5", status: 64, words: ["epochs", "'2.5'", "like 500"]),
      (text: "threads: all", status: 64, words: ["threads", "'all'", "like 4"]),
      (text: "shuffle: maybe", status: 64, words: ["shuffle", "'maybe'", "true or false"]),
      (text: "optimizer: adagrad", status: 64, words: ["optimizer", "adam, adamw, sgd or adafactor"]),
      (text: "ratio: half", status: 64, words: ["ratio", "'half'", "above 0 and at most 1"]),
      (
        text: "ratio: 0.5\nreduced-batch: 2", status: 64,
        words: ["--ratio and --reduced-batch", "one of them"]
      ),
      (text: "epochs 3", status: 65, words: ["option: value"]),
      (text: "- epochs", status: 65, words: ["option: value"]),
      (text: "epochs: 1\nepochs: 2", status: 65, words: ["sets epochs twice", "keep one"]),
      (text: "seed: 1\nepochs: [1", status: 65, words: ["line 3", "']'", "correct"]),
    ])
  func mistakes(text: String, status: Int32, words: [String]) throws {
    let workspace = try Workspace()
    try workspace.write(text, to: "c.yaml")
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--config", "c.yaml", "--output", "run"], status: status,
      naming: ["c.yaml"] + words)
  }

  @Test("a file that is missing or no text is refused")
  func unreadable() throws {
    let workspace = try Workspace()
    for name in ["none.yaml", "line.hdf5"] {
      try workspace.expectRefusal(
        ["train", "--data", "line.hdf5", "--config", name, "--output", "run"], status: 65, naming: [name])
    }
  }

  @Test("data must be named somewhere", arguments: [[], ["--recipe", "paper"]])
  func missingData(options: [String]) throws {
    let workspace = try Workspace()
    try workspace.expectRefusal(
      ["train", "--output", "run"] + options, status: 64, naming: ["--data is missing"])
  }

  @Test("few samples are made the most of, unless a recipe or a file of settings is named")
  func usualRecipe() throws {
    let workspace = try Workspace()
    try "width: 6".write(toFile: workspace.path("c.yaml"), atomically: true, encoding: .utf8)
    let lowData = [
      "predict: increment", "history: 2", "residual-blocks: true", "schedule: one-cycle", "width: 6",
    ]
    let cases = [
      (["--width", "6"], true), (["--config", "c.yaml", "--recipe", "low-data"], true),
      (["--width", "6", "--recipe", "plain"], false), (["--config", "c.yaml"], false),
    ]
    for (index, (options, isLowData)) in cases.enumerated() {
      let outcome = try workspace.run(
        ["train", "--data", "line.hdf5", "--epochs", "1", "--initial-steps", "4", "--output", "run\(index)"]
          + options)
      try #require(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("predicts increments from 2 frames") == isLowData)
      let lines = try workspace.configurationLines("run\(index)")
      #expect(lines.isSuperset(of: lowData) == isLowData, "\(options)")
    }
  }

  @Test("the paper's settings are in config.yaml, under the options given beside them")
  func recipe() throws {
    let workspace = try Workspace()
    try WaveFile(shape: [24]).with { ($0.samples, $0.frames) = (30, 41) }.write(
      to: workspace.path("long.hdf5"))
    try WaveFile(shape: [24, 24]).with { ($0.samples, $0.frames) = (3, 12) }.write(
      to: workspace.path("plane.hdf5"))
    let common = ["modes: [12]", "width: 20", "initial-steps: 10", "normalize: none", "optimizer: adam"]
    let cases: [(options: [String], lines: [String])] = [
      (
        ["--data", "long.hdf5", "--ratio", "0.1"],
        [
          "learning-rate: 0.005", "weight-decay: 0.01", "batch-size: 25", "reduced-batch: 10",
          "reduced-resolution-t: 2",
        ]
      ),
      (
        ["--data", "long.hdf5", "--ratio", "0.04", "--width", "20"],
        ["learning-rate: 0.005", "weight-decay: 0.1", "batch-size: 10", "reduced-batch: 25"]
      ),
      (
        ["--data", "plane.hdf5", "--ratio", "0.5", "--tempbalance", "sigmoid"],
        ["learning-rate: 0.0025", "weight-decay: 0.0001", "batch-size: 20", "tempbalance-scale: 0.5"]
      ),
    ]
    for (index, (options, expected)) in cases.enumerated() {
      let run = ["train", "--recipe", "paper", "--epochs", "1", "--output", "run\(index)"] + options
      let outcome = try workspace.run(run)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = try workspace.configurationLines("run\(index)")
      for line in common + expected + ["epochs: 1"] { #expect(lines.contains(line), "\(options): \(line)") }
    }
  }
}
