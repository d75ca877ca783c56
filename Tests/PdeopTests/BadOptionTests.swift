import Foundation
import TestSupport
import Testing

/// Options that cannot be used, and what the message about them must name.
struct BadOptions: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let words: [String]

  init(_ arguments: String..., naming words: [String]) {
    self.arguments = arguments
    self.words = words
  }

  var testDescription: String { arguments.joined(separator: " ") }

  static let ofTraining = [
    BadOptions("--initial-steps", "14", naming: ["line.hdf5", "14 frames", "fewer initial frames"]),
    BadOptions("--initial-steps", "9223372036854775807", naming: ["--initial-steps", "at most"]),
    BadOptions("--modes", "19", naming: ["line.hdf5", "19 modes", "32 points", "at most 18", "--modes"]),
    BadOptions("--modes", "4,4", naming: ["2 numbers of modes", "1D"]),
    BadOptions("--modes", "few", naming: ["--modes", "like 12", "'few'"]),
    BadOptions("--modes", "0", naming: ["--modes", "positive", "'0'"]),
    BadOptions("--ratio", "0.01", naming: ["line.hdf5", "11 training samples", "every 100", "every 11"]),
    BadOptions("--ratio", "0", naming: ["--ratio", "above 0 and at most 1", "'0'"]),
    BadOptions("--ratio", "1.5", naming: ["--ratio", "above 0 and at most 1", "'1.5'"]),
    BadOptions(
      "--ratio", "0.5", "--reduced-batch", "2", naming: ["--ratio and --reduced-batch", "one of them"]),
    BadOptions(
      "--reduced-resolution", "32", naming: ["line.hdf5", "[32] points", "stride of 32", "smaller"]),
    BadOptions("--variables", "density,density", naming: ["--variables", "each once", "'density,density'"]),
    BadOptions("--targets", "Vx,Vx", naming: ["--targets", "each once", "'Vx,Vx'"]),
    BadOptions("--inputs", "eta,eta", naming: ["--inputs", "each once", "'eta,eta'"]),
    BadOptions("--data", "line.hdf5", naming: ["line.hdf5 is given twice", "give it once"]),
    BadOptions("--test-data", "line.hdf5", naming: ["line.hdf5 is given twice", "give it once"]),
    BadOptions("--validation-data", "line.hdf5", naming: ["line.hdf5 is given twice", "give it once"]),
    BadOptions("--reduced-resolution-t", "4", naming: ["line.hdf5", "4 are kept", "smaller stride"]),
    BadOptions("--test-samples", "12", naming: ["line.hdf5", "12 samples", "none is left", "fewer"]),
    BadOptions("--validation-samples", "11", naming: ["line.hdf5", "11 for validation", "none is left"]),
    BadOptions(
      "--batch-size", "9223372036854775807", naming: ["--batch-size", "at most", "9223372036854775807"]),
    BadOptions("--epochs", "0", naming: ["--epochs", "at least 1", "got 0"]),
    BadOptions("--epochs", "many", naming: ["'many'", "--epochs"]),
    BadOptions("--epochs", "-1", naming: ["--epochs", "at least 1", "got -1"]),
    BadOptions("--seed", "-1", naming: ["--seed", "a whole number", "'-1'"]),
    BadOptions("--modes", "-1", naming: ["--modes", "'-1'"]),
    BadOptions("--unroll", "-1", naming: ["--unroll", "-1"]),
    BadOptions("--time-limit", "-1", naming: ["--time-limit", "above 0", "got -1"]),
    BadOptions("--epochs", "--seed", "3", naming: ["Missing value for '--epochs <epochs>'"]),
    BadOptions("--epochs", "--no-shuffle", naming: ["Missing value for '--epochs <epochs>'"]),
    BadOptions("--time-limit", "--no-shuffle", naming: ["Missing value for '--time-limit <time-limit>'"]),
    BadOptions("--epochs", naming: ["Missing value for '--epochs <epochs>'"]),
    BadOptions("--width", "5000", naming: ["--width", "at most 4096", "5000"]),
    BadOptions("--threads", "0", naming: ["--threads", "at least 1"]),
    BadOptions("--threads", "100000", naming: ["--threads", "at most 1024"]),
    BadOptions("--learning-rate", "0", naming: ["--learning-rate", "above 0", "got 0"]),
    BadOptions("--learning-rate", "nan", naming: ["--learning-rate must be a number, got nan"]),
    BadOptions("--learning-rate", "1e300", naming: ["--learning-rate", "at most", "1e+300"]),
    BadOptions("--schedule-gamma", "0", naming: ["--schedule-gamma", "above 0"]),
    BadOptions("--optimizer", "sgd", "--momentum", "1.5", naming: ["--momentum", "at most", "1.5"]),
    BadOptions("--momentum", "0.5", naming: ["--momentum", "--optimizer sgd", "the optimizer is adam"]),
    BadOptions(
      "--schedule", "cosine", "--schedule-step", "5",
      naming: ["--schedule-step", "--schedule step", "the schedule is cosine"]),
    BadOptions("--loss", "mae", naming: ["--loss", "mse, relative-l2, nrmse or h1", "'mae'"]),
    BadOptions("--noise", "inf", naming: ["--noise", "inf"]),
    BadOptions("--sam-rho", "0", naming: ["--sam-rho", "above 0"]),
    BadOptions(
      "--optimizer", "adafactor", "--adafactor-epsilon1", "0", naming: ["--adafactor-epsilon1", "at least"]),
    BadOptions(
      "--optimizer", "adafactor", "--adafactor-clip-threshold=-1",
      naming: ["--adafactor-clip-threshold", "above 0"]),
    BadOptions("--tempbalance-scale", "1e9", naming: ["--tempbalance-scale", "at most 100"]),
    BadOptions("--tempbalance-scale-below=-1", naming: ["--tempbalance-scale-below", "at least 0"]),
    BadOptions(
      "--tempbalance-score", "beta", naming: ["--tempbalance-score", "alpha, D, stable-rank", "'beta'"]),
    BadOptions(
      "--tempbalance-fit", "mean", naming: ["--tempbalance-fit", "median, goodness-of-fit or peak"]),
    BadOptions("--tempbalance-xmin-pos", "1", naming: ["--tempbalance-xmin-pos", "above 1"]),
    BadOptions("--tempbalance-farms", "0.5", naming: ["--tempbalance-farms", "at least 1"]),
    BadOptions(
      "--tempbalance-relative-threshold", "1", naming: ["--tempbalance-relative-threshold", "at most"]),
    BadOptions(
      "--tempbalance-kinds", "linear,attention",
      naming: ["--tempbalance-kinds", "linear, convolution", "spectral", "'linear,attention'"]),
    BadOptions("--tempbalance-blocks", "", naming: ["--tempbalance-blocks", "layer.*"]),
    BadOptions("--tempbalance-leave-out", "all", naming: ["--tempbalance-leave-out", "first, last or both"]),
    BadOptions("--tempbalance-interval", "0", naming: ["--tempbalance-interval", "at least 1"]),
    BadOptions(
      "--tempbalance-interval-unit", "days", naming: ["--tempbalance-interval-unit", "epochs or steps"]),
    BadOptions(
      "--tempbalance-target", "width", naming: ["--tempbalance-target", "learning-rate or weight-decay"]),
    BadOptions(
      "--tempbalance", "sigmoid", "--tempbalance-target", "weight-decay", "--weight-decay", "0",
      naming: ["--tempbalance-target weight-decay", "--weight-decay 0", "give a weight decay"]),
    BadOptions(
      "--tempbalance", "linear", "--tempbalance-lowest", "0", "--tempbalance-scale", "0",
      naming: ["--tempbalance-scale and --tempbalance-lowest", "both 0"]),
    BadOptions("--model", "transformer", naming: ["--model", "fno", "transformer"]),
    BadOptions(
      "--optimizer", "adagrad", naming: ["--optimizer", "adam, adamw, sgd or adafactor", "'adagrad'"]),
    BadOptions("--second-moment", "both", naming: ["--second-moment", "shared or separate", "'both'"]),
    BadOptions(
      "--schedule", "random", naming: ["--schedule", "constant, step, cosine or one-cycle", "'random'"]),
    BadOptions("--tempbalance", "on", naming: ["--tempbalance", "off, sigmoid or linear", "'on'"]),
    BadOptions("--normalize", "minmax", naming: ["--normalize", "standard or none", "'minmax'"]),
    BadOptions("--recipe", "mine", naming: ["--recipe", "'mine'", "paper"]),
    BadOptions("--no-such-option", naming: ["--no-such-option"]),
    BadOptions("--resume", "elsewhere", naming: ["--output", "--resume"]),
  ]
}

@Suite(
  "Bad options are refused with a message that says what to do",
  .enabled(if: Command.isBuilt, Command.absence))
struct BadOptionTests {
  @Test(arguments: BadOptions.ofTraining)
  func training(options: BadOptions) throws {
    let workspace = try Workspace()
    // The option under test replaces the usual one of that name.
    let usual = stride(from: 0, to: Workspace.plain.count, by: 2).map { Workspace.plain[$0..<$0 + 2] }
      .filter { !options.arguments.contains($0[$0.startIndex]) }.joined()
    let train = ["train", "--data", "line.hdf5", "--output", "run"] + usual + options.arguments
    try workspace.expectRefusal(train, status: 64, naming: options.words)
  }

  @Test("a model that memory cannot hold is refused before it is made")
  func memory() throws {
    let workspace = try Workspace()
    try WaveFile(shape: [24, 24, 24]).with { ($0.samples, $0.frames) = (2, 2) }
      .write(to: workspace.path("box.hdf5"))
    try workspace.expectRefusal(
      [
        "train", "--data", "box.hdf5", "--output", "run", "--width", "4096", "--modes", "12",
        "--initial-steps", "1",
      ], status: 64, naming: ["parameters", "MB", "--width", "--modes"])
  }

  @Test(
    "an output folder must not hold a run, or files of one, or be a file",
    arguments: [
      (name: "run", words: ["run already holds a run", "--resume run", "another --output"]),
      (name: "run/", words: ["run already holds a run"]),
      (name: "remains", words: ["remains/steps.jsonl", "would overwrite", "another --output"]),
      (name: "line.hdf5", words: ["line.hdf5 is a file", "another --output"]),
    ])
  func output(name: String, words: [String]) throws {
    let workspace = try Workspace()
    try workspace.train("run")
    try workspace.train("remains")
    try FileManager.default.removeItem(atPath: workspace.path("remains/config.yaml"))
    let train = ["train", "--data", "line.hdf5", "--output", name] + Workspace.quick
    try workspace.expectRefusal(train, status: 64, naming: words)
  }

  @Test("an output folder without a name is refused")
  func emptyOutput() throws {
    let workspace = try Workspace()
    let train = ["train", "--data", "line.hdf5", "--output", ""] + Workspace.quick
    try workspace.expectRefusal(train, status: 64, naming: ["--output", "must not be empty"])
    try workspace.train("run")
    let predict = ["predict", "--checkpoint", "run/checkpoints/last.safetensors", "--data", "line.hdf5"]
    try workspace.expectRefusal(predict + ["--output", ""], status: 64, naming: ["--output", "name a file"])
    try workspace.expectRefusal(
      predict + ["--output", "line.hdf5"], status: 64, naming: ["line.hdf5 already exists", "another name"])
  }

  @Test("an empty folder is used for a run, and one with other files is refused and stays as it is")
  func existingFolder() throws {
    let workspace = try Workspace()
    try FileManager.default.createDirectory(
      atPath: workspace.path("mine"), withIntermediateDirectories: false)
    try workspace.train("mine")
    #expect(workspace.exists("mine/checkpoints/best.safetensors"))
    try FileManager.default.createDirectory(
      atPath: workspace.path("other"), withIntermediateDirectories: false)
    try workspace.write("why I did this", to: "other/notes.txt")
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "other"] + Workspace.plain, status: 64,
      naming: ["notes.txt", "empty folder"])
    #expect(try workspace.text("other/notes.txt") == "why I did this")
    #expect(!workspace.exists("other/checkpoints"))
  }

  @Test(
    "a run can be gone on with only where there is one, as it was begun",
    arguments: [
      BadOptions("--resume", "nowhere", naming: ["nowhere", "holds no run", "config.yaml"]),
      BadOptions("--resume", ".", naming: ["holds no run", "config.yaml"]),
      BadOptions("--resume", "run", "--learning-rate", "1", naming: ["--learning-rate", "new run"]),
      BadOptions("--resume", "run", "--no-shuffle", naming: ["--no-shuffle", "new run"]),
      BadOptions("--resume", "run", "--config", "c.yaml", naming: ["--config"]),
      BadOptions("--resume", "run", "--recipe", "paper", naming: ["--recipe"]),
      BadOptions("--resume", "run", "--output", "other", naming: ["--output", "--resume"]),
      BadOptions("--resume", "run", "--epochs", "1", naming: ["--epochs", "at least 2", "done", "got 1"]),
    ])
  func resuming(options: BadOptions) throws {
    let workspace = try Workspace()
    try workspace.train("run")
    try workspace.expectRefusal(["train"] + options.arguments, status: 64, naming: options.words)
  }

  @Test("other commands check their options as well")
  func others() throws {
    let workspace = try Workspace()
    try workspace.train("run")
    let checkpoint = ["--checkpoint", "run/checkpoints/last.safetensors", "--data", "line.hdf5"]
    let cases: [(arguments: [String], words: [String])] = [
      (["evaluate", "--data", "line.hdf5"], ["--checkpoint", "--prediction"]),
      (["evaluate", "--prediction", "line.hdf5"] + checkpoint, ["either"]),
      (["evaluate", "--initial-steps", "3"] + checkpoint, ["--initial-steps", "--prediction"]),
      (["evaluate", "--test-samples", "13"] + checkpoint, ["line.hdf5", "12 samples", "at most 12"]),
      (["evaluate", "--threads", "0"] + checkpoint, ["--threads", "1"]),
      (["evaluate", "--batch-size", "9223372036854775807"] + checkpoint, ["--batch-size"]),
      (["evaluate", "--reduced-resolution-t", "4"] + checkpoint, ["line.hdf5", "4 are kept", "smaller"]),
      (
        ["evaluate", "--prediction", "line.hdf5", "--data", "line.hdf5", "--all-samples"],
        ["--all-samples", "--checkpoint"]
      ),
      (["report"], ["run"]), (["report", "nowhere"], ["nowhere", "holds no run"]),
      (["predict"] + checkpoint, ["--output"]), (["trian"], ["trian"]),
      (["predict", "--output", "p.hdf5", "--from-frame", "-1"] + checkpoint, ["--from-frame", "got -1"]),
      (["predict", "--output", "p.hdf5", "--batch-size", "-1"] + checkpoint, ["--batch-size", "got -1"]),
      (
        ["evaluate", "--prediction", "line.hdf5", "--data", "line.hdf5", "--initial-steps", "-1"],
        ["--initial-steps", "at least 0", "got -1"]
      ),
      (
        ["predict"] + checkpoint + ["--batch-size", "--output", "p.hdf5"],
        ["Missing value for '--batch-size <batch-size>'"]
      ),
      (
        ["predict"] + checkpoint + ["--from-frame", "--output", "p.hdf5"],
        ["Missing value for '--from-frame <from-frame>'"]
      ),
      (
        ["benchmark", "ratios", "--data", "line.hdf5", "--output", "b", "--jobs", "-1"],
        ["--jobs", "from 1 to 1024", "got -1"]
      ),
      (["benchmark", "products", "--repeats", "-1"], ["--repeats", "got -1"]),
      (["benchmark", "products", "--repeats", "--json"], ["Missing value for '--repeats <repeats>'"]),
      (["analyze", "run", "--threads", "-1"], ["--threads", "from 1 to 1024", "got -1"]),
      (["generate", "cfd1d", "--samples", "1", "--seed", "-1"], ["'-1'", "--seed"]),
      (["report", "run", "--html", "line.hdf5"], ["line.hdf5", ".html or .htm"]),
      (["report", "run", "--html", "page"], ["page", ".html or .htm"]),
    ]
    for (arguments, words) in cases {
      try workspace.expectRefusal(arguments, status: 64, naming: words)
    }
  }
}
