import Foundation
import SystemFiles
import Training

/// What a run stands for in a benchmark, kept as `benchmark.json` in the run's folder.
public struct BenchmarkLabel: Codable, Sendable, Equatable {
  /// The data set's name in the plan.
  public var dataset: String
  /// The model's name in the plan.
  public var model: String
  /// The part of the training samples that is kept.
  public var ratio: Double
  /// The number of training samples that are kept.
  public var trainSamples: Int
  /// The method's name in the plan.
  public var method: String
  /// The method that others are compared with.
  public var baseline: String
  /// The point of the grid: values by key.
  public var point: [String: String]
  /// Seed of weights, order and noise.
  public var seed: UInt64
  /// Whether the run is one of those that the point of the grid is chosen by.
  public var tunes: Bool
  /// The number of spatial axes.
  public var dimensions: Int
  /// Epochs that are planned: a run that has done fewer is not done. Nil in the labels of earlier versions.
  public var epochs: Int?
  /// False for a run that the plan no longer has; nil, as in the labels of earlier versions, for one that it has.
  public var planned: Bool?

  private enum CodingKeys: String, CodingKey {
    case dataset, model, ratio, method, baseline, point, seed, tunes, dimensions, epochs, planned
    case trainSamples = "train_samples"
  }

  /// The point of the grid, as `key=value` with spaces between.
  var pointText: String {
    point.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  /// The point of the grid as a part of the name of the run's folder; empty without a grid.
  package var gridName: String {
    point.sorted { $0.key < $1.key }.map { Self.word("\($0.key)-\($0.value)") }.joined(separator: "_")
  }

  /// The name of the run's folder: what the run stands for, in letters that every file system takes.
  ///
  /// - Parameter thinning: How the plan says which samples are kept.
  /// - Returns: The name, another one for every run of a plan.
  func folderName(_ thinning: String) -> String {
    let place = [dataset, model, thinning, method].map(Self.word)
    return (place + (point.isEmpty ? [] : [gridName]) + ["seed-\(seed)"]).joined(separator: "_")
  }

  /// A name without letters that mean something to a shell or a file system, or that separate names here.
  static func word(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) ? $0 : "-" })
  }

  // MARK: Files

  /// The file's name in the run's folder.
  static let fileName = "benchmark.json"

  static func path(in run: RunFolder) -> String { "\(run.path)/\(fileName)" }

  /// Reads the label of a run.
  ///
  /// - Parameter run: The run's folder.
  /// - Throws: ``BenchmarkError/brokenLabel(file:)`` if it is not what a benchmark writes.
  init(reading run: RunFolder) throws(BenchmarkError) {
    let path = Self.path(in: run)
    do {
      let text = try InputFile.text(of: path, limit: 1 << 20)
      self = try JSONDecoder().decode(Self.self, from: Data((text ?? "").utf8))
    } catch {
      throw .brokenLabel(file: path)
    }
  }

  init(
    dataset: String, model: String, ratio: Double, trainSamples: Int, method: String, baseline: String,
    point: [String: String], seed: UInt64, tunes: Bool, dimensions: Int, epochs: Int
  ) {
    self.dataset = dataset
    self.model = model
    self.ratio = ratio
    self.trainSamples = trainSamples
    self.method = method
    self.baseline = baseline
    self.point = point
    self.seed = seed
    self.tunes = tunes
    self.dimensions = dimensions
    self.epochs = epochs
  }

  func write(to run: RunFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    let path = Self.path(in: run)
    // What is the same already need not be written again.
    if (try? InputFile.text(of: path, limit: 1 << 20)) != text {
      try AtomicFile.replace(path, with: text)
    }
  }
}
