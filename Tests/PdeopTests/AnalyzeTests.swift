import Foundation
import HDF5
import TestSupport
import Testing

@Suite("analyze", .enabled(if: Command.isBuilt, Command.absence))
struct AnalyzeTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func analyze(
    _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (layers: [[String: Any]], whole: [String: Any]) {
    let outcome = try workspace.run(["analyze"] + arguments + ["--json"])
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    let whole = try outcome.object(sourceLocation: sourceLocation)
    return (try #require(whole["layers"] as? [[String: Any]]), whole)
  }

  private func names(_ layers: [[String: Any]]) -> [String?] { layers.map { $0["name"] as? String } }

  private func alphas(_ layers: [[String: Any]]) -> [Double?] { layers.map { $0["alpha"] as? Double } }

  @Test(
    "weights of any precision give the same numbers",
    arguments: [WeightFile.ElementType.half, .brain, .double])
  func precision(type: WeightFile.ElementType) throws {
    let file = WeightFile(["a.weight": [12, 20], "b.weight": [6, 5, 3], "b.bias": [6]])
    try file.write(to: workspace.path("single.safetensors"))
    try file.write(to: workspace.path("other.safetensors"), as: type)
    let single = try analyze("--checkpoint", "single.safetensors")
    let other = try analyze("--checkpoint", "other.safetensors")
    #expect(names(single.layers) == ["a", "b"])
    #expect(single.layers as NSArray == other.layers as NSArray)
    #expect(single.whole["alpha_std"] is Double)
  }

  @Test("weights that are stored as integers are passed over")
  func quantized() throws {
    var file = WeightFile(["a.weight": [4, 5]])
    file.tensors[0].values = file.tensors[0].values.map { $0.rounded() }
    try file.write(to: workspace.path("quantized.safetensors"), as: .integer)
    try workspace.expectRefusal(
      ["analyze", "--checkpoint", "quantized.safetensors"], status: 65,
      naming: ["quantized.safetensors", "no layer", "floating point", "matrices", "spectral weights"])
  }

  @Test("a transformer's layers come in the order of their numbers, its tables on request")
  func transformer() throws {
    // As PyTorch's files are: sorted by name.
    let shapes: KeyValuePairs = [
      "lm_head.weight": [30, 8], "model.embed_tokens.weight": [30, 8],
      "model.layers.0.mlp.up_proj.weight": [16, 8],
      "model.layers.10.mlp.up_proj.weight": [16, 8], "model.layers.2.mlp.up_proj.weight": [16, 8],
      "model.norm.weight": [8],
    ]
    try WeightFile(shapes).write(to: workspace.path("llama.safetensors"))
    let layers = try analyze("--checkpoint", "llama.safetensors").layers
    #expect(names(layers) == [0, 2, 10].map { "model.layers.\($0).mlp.up_proj" } + ["lm_head"])
    let all = try analyze("--checkpoint", "llama.safetensors", "--include", "embedding").layers
    #expect(all.first?["kind"] as? String == "embedding")
    #expect(all.count == 5)
    let some = try analyze("--checkpoint", "llama.safetensors", "--layers", "*.2.*", "--layers", "*.10.*")
      .layers
    #expect(names(some) == [2, 10].map { "model.layers.\($0).mlp.up_proj" })
    let table = try workspace.run(["analyze", "--checkpoint", "llama.safetensors"]).output
    #expect(table.contains("Left out: 1 embedding (--include embedding)"))
    #expect(table.contains("16×8") && table.contains("lower learning rate"))
  }

  @Test("matrices under other names are named, and taken on request")
  func matrices() throws {
    let shapes: KeyValuePairs = [
      "head.weight": [8, 8], "lstm.weight_hh_l0": [16, 4], "lstm.weight_ih_l0": [16, 8],
      "lstm.bias_ih_l0": [16],
      "attention.in_proj_weight": [24, 8],
    ]
    try WeightFile(shapes).write(to: workspace.path("w.safetensors"))
    let table = try workspace.run(["analyze", "--checkpoint", "w.safetensors"]).output
    #expect(table.contains("Left out: 3 matrix: "))
    for name in ["lstm.weight_hh_l0", "lstm.weight_ih_l0", "attention.in_proj_weight", "--include matrix"] {
      #expect(table.contains(name), "\(name)")
    }
    let (layers, whole) = try analyze("--checkpoint", "w.safetensors")
    #expect(names(layers) == ["head"])
    #expect((whole["left_out"] as? [String: [String]])?["matrix"]?.count == 3)
    let all = try analyze("--checkpoint", "w.safetensors", "--include", "matrix").layers
    let lstm = try #require(all.first { $0["name"] as? String == "lstm.weight_ih_l0" })
    #expect(all.count == 4 && lstm["shape"] as? [Int] == [16, 8] && lstm["kind"] as? String == "matrix")
    #expect(try eigenvalues(lstm).count == 8)
  }

  @Test("the table names λmax and shows how many eigenvalues are fitted")
  func columns() throws {
    try diagonal([1, 2, 4, 16, 25]).write(to: workspace.path("w.safetensors"))
    let lines = try workspace.run(["analyze", "--checkpoint", "w.safetensors"]).output.split(separator: "\n")
    let head = lines[0].split(separator: /\s\s+/), row = lines[1].split(separator: /\s\s+/)
    #expect(!lines[0].contains("norm"))
    let columns = Dictionary(uniqueKeysWithValues: zip(head, row))
    #expect(columns["λmax"] == "25" && columns["tail"] == "3" && columns["of"] == "5")
    let layer = try analyze("--checkpoint", "w.safetensors").layers[0]
    #expect(layer["tail_count"] as? Int == 3)
  }

  @Test("a 1D convolution can be read as the released code does")
  func lineConvolution() throws {
    try WeightFile(["w0.weight": [6, 4, 1]]).write(to: workspace.path("w.safetensors"))
    let ours = try analyze("--checkpoint", "w.safetensors").layers[0]
    let released = try analyze("--checkpoint", "w.safetensors", "--conv1d", "released").layers[0]
    #expect(try eigenvalues(ours).count == 4 && eigenvalues(released).count == 6)
  }

  @Test("a model in several files is read by its index")
  func shards() throws {
    let (first, second) = (WeightFile(["a.weight": [7, 9]]), WeightFile(["b.weight": [8, 8]]))
    try first.write(to: workspace.path("model-1.safetensors"))
    try second.write(to: workspace.path("model-2.safetensors"))
    try workspace.write(
      #"{"weight_map": {"a.weight": "model-1.safetensors", "b.weight": "model-2.safetensors"}}"#,
      to: "model.safetensors.index.json")
    let layers = try analyze("--checkpoint", "model.safetensors.index.json").layers
    let single = try ["model-1.safetensors", "model-2.safetensors"].flatMap {
      try analyze("--checkpoint", $0).layers
    }
    #expect(layers as NSArray == single as NSArray)
    try workspace.write("{}", to: "empty.json")
    try workspace.expectRefusal(
      ["analyze", "--checkpoint", "empty.json"], status: 65, naming: ["empty.json", "weight_map"])
  }

  /// A base W, a pair A, B and the sum W + s·B·A.
  private func writeLowRank(scale: Double) throws {
    let (a, b) = (WeightFile.values(2 * 10, seed: 2), WeightFile.values(12 * 2, seed: 3))
    let base = WeightFile.values(12 * 10, seed: 4)
    let product = (0..<120).map { index -> Double in
      let (row, column) = (index / 10, index % 10)
      return scale * (b[row * 2] * a[column] + b[row * 2 + 1] * a[10 + column])
    }
    let pair = "base_model.model.enc.layer.0.query"
    var adapter = WeightFile("\(pair).lora_A.weight", shape: [2, 10], values: a)
    adapter.tensors.append(("\(pair).lora_B.weight", [12, 2], b))
    try adapter.write(to: workspace.path("adapter.safetensors"))
    adapter.tensors.append(("\(pair).base_layer.weight", [12, 10], base))
    try adapter.write(to: workspace.path("both.safetensors"))
    try WeightFile("enc.layer.0.query.weight", shape: [12, 10], values: base)
      .write(to: workspace.path("base.safetensors"))
    try WeightFile(shape: [12, 10], values: zip(base, product).map { $0 + $1 })
      .write(to: workspace.path("sum.safetensors"))
    try WeightFile(shape: [12, 10], values: product).write(to: workspace.path("product.safetensors"))
  }

  private func eigenvalues(_ layer: [String: Any]?) throws -> [Double] {
    try #require(layer?["eigenvalues"] as? [Double])
  }

  private func agree(_ found: [Double], _ expected: [Double]) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * (expected.last ?? 0) }
  }

  @Test("LoRA's pairs are shown as their products, and added to their weights on request")
  func lowRank() throws {
    try writeLowRank(scale: 4)
    try workspace.write(#"{"lora_alpha": 8, "r": 2}"#, to: "adapter_config.json")
    let product = try analyze("--checkpoint", "adapter.safetensors").layers
    #expect(product[0]["shape"] as? [Int] == [12, 10])
    let expected = try eigenvalues(analyze("--checkpoint", "product.safetensors").layers[0])
    #expect(try agree(eigenvalues(product[0]), Array(expected.suffix(2))))

    let sum = try eigenvalues(analyze("--checkpoint", "sum.safetensors").layers[0])
    for arguments in [
      ["adapter.safetensors", "--base", "base.safetensors"], ["both.safetensors", "--merge-lora"],
    ] {
      let merged = try analyze("--checkpoint", arguments[0], arguments[1], arguments.last ?? "")
      #expect(merged.layers.count == 1)
      #expect(merged.layers[0]["kind"] as? String == "linear")
      let found = try eigenvalues(merged.layers[0])
      #expect(agree(found, sum) && found.count == 10)
    }
    // Beside each other, unmerged.
    let both = try analyze("--checkpoint", "both.safetensors").layers
    #expect(Set(both.compactMap { $0["kind"] as? String }) == ["linear", "low-rank"])
    let plain = try analyze("--checkpoint", "adapter.safetensors", "--lora-scale", "1").layers
    #expect(try agree(eigenvalues(plain[0]).map { 16 * $0 }, Array(expected.suffix(2))))
  }

  @Test("a pair without weights to add it to, or with others, is refused")
  func wrongBase() throws {
    try writeLowRank(scale: 1)
    try WeightFile(shape: [3, 3], values: WeightFile.values(9)).write(to: workspace.path("other.safetensors"))
    try WeightFile("query.weight", shape: [10, 12], values: WeightFile.values(120))
      .write(to: workspace.path("turned.safetensors"))
    for (base, words) in [
      ("other.safetensors", ["other.safetensors", "query", "--base"]),
      ("turned.safetensors", ["query", "[10, 12]", "[12, 2]"]),
    ] {
      try workspace.expectRefusal(
        ["analyze", "--checkpoint", "adapter.safetensors", "--base", base], status: 65, naming: words)
    }
    try workspace.expectRefusal(
      ["analyze", "--checkpoint", "sum.safetensors", "--merge-lora"], status: 64, naming: ["no LoRA pairs"])
  }

  /// A diagonal matrix of the roots of eigenvalues.
  private func diagonal(_ eigenvalues: [Double]) -> WeightFile {
    let size = eigenvalues.count
    var values = [Double](repeating: 0, count: size * size)
    for (index, value) in eigenvalues.enumerated() { values[index * (size + 1)] = value.squareRoot() }
    return WeightFile(shape: [size, size], values: values)
  }

  @Test(
    "spectra without a power law have none, and say so",
    arguments: [
      ("all zero", [0, 0, 0, 0]), ("equal", [2, 2, 2, 2]), ("a single one", [3]), ("rank one", [0, 0, 0, 5]),
    ])
  func noPowerLaw(name: String, eigenvalues: [Double]) throws {
    try diagonal(eigenvalues).write(to: workspace.path("w.safetensors"))
    for fit in ["median", "goodness-of-fit", "peak"] {
      let (layers, whole) = try analyze("--checkpoint", "w.safetensors", "--fit", fit)
      #expect(layers[0]["alpha"] is NSNull && layers[0]["D"] is NSNull)
      #expect(whole["alpha_mean"] is NSNull && whole["alpha_std"] is NSNull)
      #expect(abs(try #require(layers[0]["lambda_max"] as? Double) - (eigenvalues.max() ?? 0)) < 1e-6)
    }
    let table = try workspace.run(["analyze", "--checkpoint", "w.safetensors"]).output
    #expect(table.contains("no layer has one"))
  }

  @Test("weights below the threshold throughout keep all eigenvalues; one layer alone has no spread")
  func belowThreshold() throws {
    try diagonal([1e-9, 2e-9, 4e-9, 1.6e-8]).write(to: workspace.path("w.safetensors"))
    let (layers, whole) = try analyze("--checkpoint", "w.safetensors")
    #expect(layers[0]["eigenvalue_count"] as? Int == 4)
    #expect(abs(try #require(layers[0]["alpha"] as? Double) - (1 + 2 / log(4))) < 1e-5)
    #expect(whole["alpha_std"] as? Double == 0)
    #expect(layers[0]["above_threshold_count"] as? Int == 0)
    let table = try workspace.run(["analyze", "--checkpoint", "w.safetensors"]).output
    #expect(table.contains("No eigenvalue is above the threshold in fc:"))
    let relative = try analyze("--checkpoint", "w.safetensors", "--relative-threshold", "0.2").layers
    #expect(relative[0]["eigenvalue_count"] as? Int == 2)
  }

  @Test("a threshold above all eigenvalues leaves none, and no α")
  func highThreshold() throws {
    try diagonal([1, 2, 4, 16]).write(to: workspace.path("w.safetensors"))
    let layer = try analyze("--checkpoint", "w.safetensors", "--threshold", "20").layers[0]
    #expect(layer["eigenvalue_count"] as? Int == 0 && layer["alpha"] is NSNull)
  }

  @Test("a weight that is not finite is an error that names the layer", arguments: [Double.nan, .infinity])
  func nonFinite(value: Double) throws {
    var file = WeightFile(["fc0.weight": [4, 4], "fc1.weight": [4, 4]])
    file.tensors[1].values[3] = value
    try file.write(to: workspace.path("w.safetensors"))
    try workspace.expectRefusal(
      ["analyze", "--checkpoint", "w.safetensors"], status: 65, naming: ["'fc1'", "\(Float(value))"])
  }

  @Test("a run stands for its best checkpoint, in the model's order; spectral weights take part on request")
  func run() throws {
    try workspace.train("run")
    let run = try analyze("run")
    let file = try analyze("--checkpoint", "run/checkpoints/best.safetensors")
    #expect(run.layers as NSArray == file.layers as NSArray)
    #expect(names(run.layers) == ["fc0", "w0", "w1", "w2", "w3", "fc1", "fc2"])
    let spectral = try analyze("run", "--include", "spectral").layers
    #expect(names(spectral).prefix(3) == ["fc0", "conv0", "conv1"])
    #expect(spectral[1]["shape"] as? [Int] == [6, 6, 4, 2])
    try workspace.expectRefusal(["analyze", "line.hdf5"], status: 64, naming: ["line.hdf5", "is a file"])
  }

  @Test(
    "folders of other programs are read: a run with its last checkpoint alone, a model in one file or in several"
  )
  func folders() throws {
    let (first, second) = (WeightFile(["a.weight": [7, 9]]), WeightFile(["b.weight": [8, 8]]))
    try FileManager.default.createDirectory(
      atPath: workspace.path("other/checkpoints"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: workspace.path("model"), withIntermediateDirectories: true)
    try workspace.expectRefusal(
      ["analyze", "other"], status: 64, naming: ["other", "checkpoints", "model.safetensors"])
    try first.write(to: workspace.path("other/checkpoints/last.safetensors"))
    #expect(try names(analyze("other").layers) == ["a"])
    try first.write(to: workspace.path("model/model.safetensors"))
    #expect(try names(analyze("model/").layers) == ["a"])
    try second.write(to: workspace.path("model/model-2.safetensors"))
    try workspace.write(
      #"{"weight_map": {"a.weight": "model.safetensors", "b.weight": "model-2.safetensors"}}"#,
      to: "model/model.safetensors.index.json")
    #expect(try names(analyze("model").layers) == ["a", "b"])
  }

  @Test("what cannot be used is refused")
  func options() throws {
    try WeightFile(["fc0.weight": [4, 4]]).write(to: workspace.path("w.safetensors"))
    try WeightFile(["model.embedding.weight": [4, 4]]).write(to: workspace.path("table.safetensors"))
    let weights = ["analyze", "--checkpoint", "w.safetensors"]
    for (arguments, status, words) in [
      (["analyze"], 64, ["--checkpoint"]),
      (weights + ["--xmin-pos", "1"], 64, ["--xmin-pos", "above 1"]),
      (weights + ["--fit", "peak", "--xmin-pos", "1.5"], 64, ["--fit median", "peak"]),
      (weights + ["--farms", "0.5"], 64, ["--farms", "at least 1"]),
      (weights + ["--relative-threshold", "1"], 64, ["--relative-threshold", "below 1"]),
      (weights + ["--include", "bias"], 64, ["'bias'", "--include"]),
      (weights + ["--layers", "fc9"], 64, ["w.safetensors", "'fc0'", "--layers"]),
      (["analyze", "--checkpoint", "table.safetensors", "--layers", "nope"], 64, ["'*.embedding'"]),
      (weights + ["--plot", "w.pdf"], 64, ["w.pdf", ".svg or .png"]),
      (["analyze", "--checkpoint", "table.safetensors"], 65, ["table.safetensors", "--include"]),
      (["analyze", "--checkpoint", "line.hdf5"], 65, ["line.hdf5", "safetensors"]),
    ] as [([String], Int32, [String])] {
      try workspace.expectRefusal(arguments, status: status, naming: words)
    }
  }

  @Test("sub-matrices of one ratio make α independent of the shape that a matrix was cut to")
  func farms() throws {
    let square = WeightFile.values(16 * 16)
    var tall = WeightFile(shape: [32, 16], values: square + square)
    tall.tensors.append(("square.weight", [16, 16], square))
    try tall.write(to: workspace.path("w.safetensors"))
    let layers = try analyze("--checkpoint", "w.safetensors", "--farms", "1", "--fit", "goodness-of-fit")
      .layers
    #expect(try eigenvalues(layers[0]).count == 32)
    let norms = try layers.map { try #require($0["lambda_max"] as? Double) }
    #expect(abs(norms[0] / norms[1] - 1) < 1e-9)
  }

  @Test(
    "the pictures hold every layer, on as many pages as it takes",
    .enabled(if: Gnuplot.isInstalled, Gnuplot.absence))
  func pictures() throws {
    var file = WeightFile(["it's\n`date` 'a'.weight": [9, 9], "zero.weight": [4, 4]])
    file.tensors[1].values = Array(repeating: 0, count: 16)
    file.tensors += WeightFile(shape: [9, 8], values: WeightFile.values(72)).tensors
    try file.write(to: workspace.path("w.safetensors"))
    let outcome = try workspace.run(["analyze", "--checkpoint", "w.safetensors", "--plot", "w.svg"])
    #expect(outcome.status == 0 && outcome.output.contains("Drawn: w.svg"))
    let picture = try workspace.text("w.svg")
    for text in ["it's\\u{A}`date` 'a'", "fc", "all eigenvalues are 0", "α = ", "density"] {
      #expect(picture.contains(text.replacing("'", with: "&#39;")) || picture.contains(text), "\(text)")
    }

    file.tensors = (0..<33).map { ("layer.\($0).weight", [6, 6], WeightFile.values(36, seed: $0 + 1)) }
    try file.write(to: workspace.path("many.safetensors"))
    let many = try workspace.run(["analyze", "--checkpoint", "many.safetensors", "--plot", "many.png"])
    #expect(many.output.contains("many.png, many-2.png, many-3.png"))
    for name in ["many.png", "many-2.png", "many-3.png"] {
      #expect(try workspace.bytes(name).prefix(4).elementsEqual([0x89, 0x50, 0x4E, 0x47]), "\(name)")
    }
    #expect(!workspace.exists("many-4.png"))
  }

  private enum Gnuplot {
    static let isInstalled = Workspace.hasGnuplot
    static let absence: Comment = "gnuplot is not installed"
  }

  @Test(
    "the numbers are those of the paper's code", arguments: ["esd_fno2d", "esd_unet2d"], Reference.sets)
  func reference(model: String, set: Reference) throws {
    for (group, option) in [
      ("xmin_mid", "median"), ("xmin_peak", "peak"), ("goodness-of-fit", "goodness-of-fit"),
    ] {
      try checkReference(model, (group, option), in: set)
    }
  }

  private func checkReference(_ model: String, _ fit: (group: String, option: String), in set: Reference)
    throws
  {
    let layers = try analyze(
      "--checkpoint", set.path("\(model).safetensors"), "--fit", fit.option
    ).layers
    let file = try HDF5File(reading: set.path("\(model).hdf5"))
    let expected = try file.strings(at: "\(fit.group)/layer")
    #expect(Set(names(layers)) == Set(expected))
    let keys = [
      ("alpha", "alpha"), ("D", "D"), ("spectral_norm", "lambda_max"), ("stable_rank", "stable_rank"),
    ]
    for (dataSet, key) in keys {
      for (name, value) in zip(expected, try file.doubles(at: "\(fit.group)/\(dataSet)")) {
        let layer = try #require(layers.first { $0["name"] as? String == name })
        let found = try #require(layer[key] as? Double)
        #expect(abs(found - value) <= 1e-3 * abs(value), "\(name): \(key)")
      }
    }
    for name in expected {
      let layer = layers.first { $0["name"] as? String == name }
      for (found, value) in zip(try eigenvalues(layer), try file.doubles(at: "eigs/\(name)"))
      where value > 1e-5 {
        #expect(abs(found - value) <= 1e-4 * value, "\(name)")
      }
    }
  }
}
