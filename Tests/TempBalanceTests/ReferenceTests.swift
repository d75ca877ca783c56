import Foundation
import HDF5
import Safetensors
import TempBalance
import TestSupport
import Testing

extension Reference {
  /// The layers of a file of weights, of the kinds that the reference looked at, by name.
  fileprivate func layers(in file: String) throws -> [LayerWeights] {
    let weights = try SafetensorsFile(reading: path(file))
    let parameters = try weights.names.map { (name: $0, value: try weights.tensor(named: $0)) }
    return try LayerWeights.layers(in: parameters)
  }

  fileprivate func json<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
    try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: path(name))))
  }
}

@Suite("TempBalance's reference")
struct ReferenceTests {
  private static let models = ["esd_fno2d", "esd_unet2d"]

  private static func near(_ found: Double?, _ expected: Double, within tolerance: Double) -> Bool {
    abs((found ?? .nan) - expected) <= tolerance * abs(expected)
  }

  @Test("Eigenvalues above the threshold agree within 1e-4", arguments: models, Reference.sets)
  func eigenvalues(model: String, set: Reference) throws {
    let file = try HDF5File(reading: set.path("\(model).hdf5"))
    for layer in try LayerAnalyzer().analyze(set.layers(in: "\(model).safetensors")) {
      let expected = try file.doubles(at: "eigs/\(layer.name)")
      let found = layer.spectrum.eigenvalues
      #expect(found.count == expected.count)
      for (value, reference) in zip(found, expected) where reference > 1e-5 {
        #expect(Self.near(value, reference, within: 1e-4), "\(layer.name)")
      }
    }
  }

  @Test("α, D and the other scores agree within 1e-3 for each fit", arguments: models, Reference.sets)
  func scores(model: String, set: Reference) throws {
    for (group, method) in [
      ("xmin_mid", FitMethod.median), ("xmin_peak", .peak), ("goodness-of-fit", .goodnessOfFit),
    ] {
      try checkScores(model, (group, method), in: set)
    }
  }

  private func checkScores(_ model: String, _ fit: (group: String, method: FitMethod), in set: Reference)
    throws
  {
    let file = try HDF5File(reading: set.path("\(model).hdf5"))
    let layers = try set.layers(in: "\(model).safetensors")
    let analyses = Dictionary(
      uniqueKeysWithValues: try LayerAnalyzer(fit: fit.method).analyze(layers).map { ($0.name, $0) })
    let names = try file.strings(at: "\(fit.group)/layer")
    #expect(Set(names) == Set(analyses.keys))
    let scores: [(String, LayerScore)] = [
      ("alpha", .alpha), ("D", .distance), ("spectral_norm", .largestEigenvalue),
      ("norm", .squaredFrobeniusNorm),
      ("stable_rank", .stableRank), ("norm_stable_rank", .normalizedStableRank),
      ("eig_ratio", .eigenvalueRatio),
    ]
    for (dataSet, score) in scores {
      for (name, expected) in zip(names, try file.doubles(at: "\(fit.group)/\(dataSet)")) {
        let found = try #require(analyses[name]).value(of: score)
        #expect(Self.near(found, expected, within: 1e-3), "\(name): \(dataSet)")
      }
    }
    let counts = try file.doubles(at: "\(fit.group)/eig_number_filtered")
    for (name, count) in zip(names, counts) { #expect(analyses[name]?.spectrum.keptCount == Int(count)) }
  }

  @Test("Learning rates agree within 1e-3, for the same layers", arguments: models, Reference.sets)
  func learningRates(model: String, set: Reference) throws {
    for minimumEigenvalues in [0, 12, 20] {
      try checkRates(model, minimumEigenvalues: minimumEigenvalues, in: set)
    }
  }

  private func checkRates(_ model: String, minimumEigenvalues: Int, in set: Reference) throws {
    let file = try HDF5File(reading: set.path("\(model).hdf5"))
    let group = "schedule/min_eigs_\(minimumEigenvalues)"
    let names = try file.strings(at: "\(group)/layer")
    let analyses = try LayerAnalyzer().analyze(set.layers(in: "\(model).safetensors"))
    let maps: [(String, BalancingSchedule.Map)] = [
      ("sigmoid_s1.0_tau10", .sigmoid(scale: 1, steepness: 10)),
      ("sigmoid_s0.25_tau10", .sigmoid(scale: 0.25, steepness: 10)),
      ("linear_0.5_1.0", .linear(lowest: 0.5, slope: 1)),
    ]
    for (dataSet, map) in maps {
      let schedule = BalancingSchedule(map: map, minimumEigenvalues: minimumEigenvalues)
      let rates = schedule.rates(for: analyses)
      #expect(Set(rates.factors.keys) == Set(names))
      for (name, expected) in zip(names, try file.doubles(at: "\(group)/\(dataSet)")) {
        #expect(
          Self.near(rates.rate(ofLayer: name, base: 2.5e-3), expected, within: 1e-3), "\(name): \(dataSet)")
      }
    }
  }

  private struct Trace: Decodable {
    let alpha: [[String: Double]]
    let learningRates: [[String: Double]]

    enum CodingKeys: String, CodingKey {
      case alpha = "alpha_before_epoch"
      case learningRates = "learning_rates_before_epoch"
    }
  }

  @Test("A training run's first and last layers have its α and learning rates", arguments: Reference.sets)
  func trace(set: Reference) throws {
    let trace = try set.json("trace_tempbalance_fno2d.json", as: Trace.self)
    let files = ["trace_tempbalance_fno2d.init.safetensors", "trace_tempbalance_fno2d.final.safetensors"]
    let indices = [0, trace.alpha.count - 1]
    for (name, index) in zip(files, indices) {
      let analyses = try LayerAnalyzer().analyze(set.layers(in: name))
      #expect(Set(analyses.map(\.name)) == Set(trace.alpha[index].keys))
      for analysis in analyses {
        let expected = try #require(trace.alpha[index][analysis.name])
        #expect(Self.near(analysis.alpha, expected, within: 1e-3))
      }
      let rates = BalancingSchedule().rates(for: analyses)
      let base = try #require(trace.learningRates[index]["(rest)"])
      let expected = trace.learningRates[index].filter { $0.key != "(rest)" }
      #expect(Set(rates.factors.keys) == Set(expected.keys))
      for (layer, rate) in expected {
        #expect(Self.near(rates.rate(ofLayer: layer, base: base), rate, within: 1e-3))
        #expect(Self.near(rates.rate(ofParameter: "\(layer).bias", base: base), rate, within: 1e-3))
      }
      #expect(rates.rate(ofParameter: "conv0.weights1", base: base) == base)
    }
  }
}
