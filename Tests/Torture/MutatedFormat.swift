import ArgumentParser
import Foundation
import HDF5
import NeuralOperators
import PDEData
import Studies
import TensorCore
import Training

/// A format whose files are damaged, with the good files that one begins with.
enum MutatedFormat: String, CaseIterable, ExpressibleByArgument {
  case safetensors
  case hdf5
  case yaml
  case jsonLines = "jsonlines"
  case state
  case sqlite
  case index
  case numpy
  case matlab
  case pytorch

  /// The good files, by their names in the folder.
  var seeds: [String] {
    switch self {
    case .safetensors: ["run/checkpoints/best.safetensors", "lora.safetensors"]
    case .hdf5: ["plain.hdf5", "packed.hdf5", "single.hdf5", "plane.hdf5"]
    case .yaml: ["run/config.yaml", "plan.yaml"]
    case .jsonLines: ["run/metrics.jsonl", "run/layers.jsonl", "run/steps.jsonl"]
    case .state: ["run/checkpoints/resume.safetensors"]
    case .sqlite: ["results.sqlite"]
    case .index: ["model.safetensors.index.json", "adapter_config.json"]
    case .numpy: ArrayFileSeeds.numpy.map(\.key)
    case .matlab: ArrayFileSeeds.matlab.map(\.key)
    case .pytorch: ArrayFileSeeds.pytorch.map(\.key)
    }
  }

  /// Where the damaged copy lies; a run's files lie in a copy of the run.
  func mutatedFile(in folder: String, index: Int) -> String {
    let seed = seeds[index % seeds.count]
    switch self {
    case .jsonLines, .state: return folder + "/" + seed.replacing("run/", with: "broken/", maxReplacements: 1)
    case .index: return folder + "/broken/" + seed
    default: return folder + "/broken-" + (seed as NSString).lastPathComponent
    }
  }

  func makeSeeds(in folder: String) throws {
    switch self {
    case .numpy: return try Self.write(ArrayFileSeeds.numpy, to: folder)
    case .matlab: return try Self.write(ArrayFileSeeds.matlab, to: folder)
    case .pytorch: return try Self.write(ArrayFileSeeds.pytorch, to: folder)
    default: break
    }
    try Self.flow([5, 6, 8], attributes: true, to: folder + "/plain.hdf5")
    switch self {
    case .hdf5:
      try Self.flow([5, 6, 8], chunk: [2, 3, 8], deflate: 4, to: folder + "/packed.hdf5")
      try Self.flow([3, 4, 6, 6], to: folder + "/plane.hdf5")
      let file = try HDF5File(creating: folder + "/single.hdf5")
      try file.createDataSet("tensor", shape: [4, 5, 6], layout: .chunked([1, 5, 6], deflate: 0))
        .write((0..<120).map(Double.init))
      try file.createDataSet("x-coordinate", shape: [6]).write((0..<6).map(Double.init))
      try file.writeAttribute("beta", .number(0.1))
      try file.writeAttribute("made by", .texts(["a", "text"]))
      try file.close()
    default: try makeRun(in: folder)
    }
  }

  private static func write(_ files: KeyValuePairs<String, [UInt8]>, to folder: String) throws {
    for (name, bytes) in files { try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)")) }
  }

  private func makeRun(in folder: String) throws {
    var configuration = TrainingConfiguration()
    configuration.data.path = folder + "/plain.hdf5"
    configuration.model = ModelConfiguration(FNO.Description(modes: [2], width: 4))
    configuration.model.initialSteps = 2
    configuration.data.batchSize = 2
    configuration.schedule.epochs = 2
    configuration.tempbalance.method = .sigmoid
    configuration.run.threads = 1
    let name = self == .sqlite ? "bench/runs/a" : "run"
    try FileManager.default.createDirectory(atPath: folder + "/bench/runs", withIntermediateDirectories: true)
    _ = try TrainingRun(configuration, in: RunFolder(folder + "/" + name)).train()
    switch self {
    case .safetensors: try Self.lora(to: folder + "/lora.safetensors")
    case .yaml:
      try Data(
        """
        datasets: {flow: {data: \(folder)/plain.hdf5, dimensions: 1}}
        models: {fno: {model: fno, width: 4, modes: [2]}}
        methods: {baseline: {}, balanced: {tempbalance: sigmoid}}
        ratios: [1, 0.5]
        seeds: [0, 1]
        baseline: baseline

        """.utf8
      ).write(to: URL(filePath: folder + "/plan.yaml"))
    case .jsonLines, .state:
      try FileManager.default.copyItem(atPath: folder + "/run", toPath: folder + "/broken")
    case .sqlite:
      try Data(
        """
        {"dataset":"flow","model":"fno","ratio":1,"train_samples":4,"method":"baseline","baseline":"baseline",\
        "point":{},"seed":0,"tunes":true,"dimensions":1}
        """.utf8
      ).write(to: URL(filePath: folder + "/bench/runs/a/benchmark.json"))
      try BenchmarkResults(collecting: [folder + "/bench"]).write(to: folder + "/results.sqlite")
    case .index:
      try FileManager.default.createDirectory(atPath: folder + "/broken", withIntermediateDirectories: true)
      try Self.lora(to: folder + "/broken/lora.safetensors")
      try Data(
        "{\"metadata\": {\"total_size\": 96}, \"weight_map\": {\"a.lora_A.weight\": \"lora.safetensors\", \"a.lora_B.weight\": \"lora.safetensors\"}}"
          .utf8
      ).write(to: URL(filePath: folder + "/model.safetensors.index.json"))
      try Data(
        "{\"lora_alpha\": 16, \"r\": 2, \"use_rslora\": false, \"alpha_pattern\": {}, \"base_model_name_or_path\": null}"
          .utf8
      ).write(to: URL(filePath: folder + "/adapter_config.json"))
    case .hdf5, .numpy, .matlab, .pytorch: break
    }
  }

  private static func lora(to path: String) throws {
    let pair = [("a.lora_A.weight", [2, 4]), ("a.lora_B.weight", [4, 2])]
    try SafetensorsSeed.write(pair.map { ($0.0, $0.1) }, to: path)
  }

  /// A small flow: `[sample, time, x(, y)]`.
  private static func flow(
    _ shape: [Int], chunk: [Int]? = nil, deflate: Int = 0, attributes: Bool = false, to path: String
  ) throws {
    let file = try HDF5File(creating: path)
    let count = shape.reduce(1, *)
    for (index, name) in ["density", "pressure", "Vx", "Vy"].prefix(shape.count).enumerated() {
      try file.createDataSet(
        name, shape: shape, layout: chunk.map { .chunked($0, deflate: deflate) } ?? .contiguous
      )
      .write((0..<count).map { 1 + Double(index) + 0.1 * Double($0 % 7) })
    }
    for (name, points) in zip(["x-coordinate", "y-coordinate"], shape.dropFirst(2)) {
      try file.createDataSet(name, shape: [points]).write((0..<points).map { Double($0) / Double(points) })
    }
    try file.createDataSet("t-coordinate", shape: [shape[1] + 1]).write((0...shape[1]).map(Double.init))
    if attributes {
      for name in ["eta", "zeta"] { try file.writeAttribute(name, .number(0.01)) }
      try file.writeAttribute("boundary", .text("periodic"))
    }
    try file.close()
  }
}
