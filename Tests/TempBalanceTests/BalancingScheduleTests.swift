import Foundation
import TempBalance
import Testing

@Suite("Balancing schedules")
struct BalancingScheduleTests {
  /// Layers with power laws of the given exponents.
  private func layers(_ alphas: [Double], count: Int = 40) throws -> [LayerAnalysis] {
    try alphas.enumerated().map { index, alpha in
      try analysis(named: "layer\(index)", eigenvalues: powerLawEigenvalues(alpha: alpha, count: count))
    }
  }

  @Test(
    "A low α gets a lower rate and a high α a higher one",
    arguments: [BalancingSchedule.Map.sigmoid(), .linear(lowest: 0.5, slope: 1)])
  func direction(map: BalancingSchedule.Map) throws {
    let rates = BalancingSchedule(map: map).rates(for: try layers([2, 3, 5]))
    let values = (0..<3).map { rates.rate(ofLayer: "layer\($0)", base: 0.01) }
    #expect(values[0] < 0.01 && values[2] > 0.01)
    #expect(values[0] < values[1] && values[1] < values[2])
  }

  @Test("The sigmoid is η·10^(s·(σ(τ(α − ᾱ)) − ½)), with its own scale on each side of the mean")
  func sigmoid() throws {
    let layers = try layers([2, 2.1, 2.3])
    let alphas = try layers.map { try #require($0.alpha) }
    let mean = alphas.reduce(0, +) / 3
    let schedule = BalancingSchedule(map: .sigmoid(scaleBelow: 0.25, scaleAbove: 1.5, steepness: 4))
    let rates = schedule.rates(for: layers)
    for (index, alpha) in alphas.enumerated() {
      let scale = alpha < mean ? 0.25 : 1.5
      let expected = 2.5e-3 * pow(10, scale * (1 / (1 + exp(-4 * (alpha - mean))) - 0.5))
      #expect(abs(rates.rate(ofLayer: "layer\(index)", base: 2.5e-3) - expected) < 1e-12)
    }
  }

  @Test("The linear map fills its range")
  func linear() throws {
    let layers = try layers([2, 4, 3])
    let alphas = try layers.map { try #require($0.alpha) }
    let rates = BalancingSchedule(map: .linear(lowest: 0.4, slope: 0.8)).rates(for: layers)
    #expect(abs(try #require(rates.factors["layer0"]) - 0.4) < 1e-12)
    #expect(abs(try #require(rates.factors["layer1"]) - 1.2) < 1e-12)
    let share = (alphas[2] - alphas[0]) / (alphas[1] - alphas[0])
    #expect(abs(try #require(rates.factors["layer2"]) - (0.4 + 0.8 * share)) < 1e-12)
  }

  @Test("The mean rate can be kept at the schedule's", arguments: [LayerScore.alpha, .stableRank])
  func meanRate(score: LayerScore) throws {
    let schedule = BalancingSchedule(
      map: .sigmoid(scaleBelow: 0.2, scaleAbove: 2, steepness: 5), score: score)
    var normalized = schedule
    normalized.keepsMeanRate = true
    let layers = try layers([1.5, 2, 2.2, 4])
    let (free, kept) = (schedule.rates(for: layers).factors, normalized.rates(for: layers).factors)
    #expect(abs(kept.values.reduce(0, +) / 4 - 1) < 1e-12)
    let ratios = try layers.map { try #require(kept[$0.name]) / #require(free[$0.name]) }
    #expect(ratios.allSatisfy { abs($0 - ratios[0]) < 1e-12 })
  }

  @Test("Layers with too few eigenvalues keep the rate and have no influence")
  func fewEigenvalues() throws {
    let large = try layers([2, 2.5])
    let small = try analysis(named: "small", eigenvalues: [1, 1.01, 1.02, 1.03])
    let rates = BalancingSchedule(minimumEigenvalues: 5).rates(for: large + [small])
    #expect(rates == BalancingSchedule(minimumEigenvalues: 5).rates(for: large))
    #expect(rates.rate(ofLayer: "small", base: 0.3) == 0.3)
    #expect(BalancingSchedule(minimumEigenvalues: 4).rates(for: large + [small]).factors["small"] != nil)
  }

  @Test(
    "A layer of equal eigenvalues, of one, or of zeros keeps the rate and does not push the others to the ends",
    arguments: [[1, 1, 1, 1], [7], [0, 0, 0]],
    [BalancingSchedule.Map.sigmoid(), .linear(lowest: 0.5, slope: 1)])
  func undefined(eigenvalues: [Double], map: BalancingSchedule.Map) throws {
    let others = try layers([2, 2.1, 2.3])
    let odd = try analysis(named: "odd", eigenvalues: eigenvalues)
    let schedule = BalancingSchedule(map: map, minimumEigenvalues: 0)
    #expect(schedule.rates(for: [odd] + others) == schedule.rates(for: others))
    #expect(schedule.rates(for: [odd] + others).rate(ofLayer: "odd", base: 0.1) == 0.1)
    #expect(schedule.rates(for: [odd]).factors.isEmpty)
  }

  @Test("A layer of zeros keeps the rate, whatever the score", arguments: LayerScore.allCases)
  func zeros(score: LayerScore) throws {
    let others = try layers([2, 3])
    let zeros = try analysis(named: "zeros", eigenvalues: [0, 0, 0])
    let schedule = BalancingSchedule(score: score, minimumEigenvalues: 0)
    #expect(schedule.rates(for: others + [zeros]) == schedule.rates(for: others))
  }

  @Test(
    "A layer alone, or among its equals, keeps the rate",
    arguments: [BalancingSchedule.Map.sigmoid(), .linear(lowest: 0.5, slope: 2)], [1, 3])
  func alone(map: BalancingSchedule.Map, count: Int) throws {
    let rates = BalancingSchedule(map: map).rates(for: try layers([Double](repeating: 2, count: count)))
    #expect(rates.factors.count == count)
    #expect(rates.factors.values.allSatisfy { $0 == 1 })
  }

  @Test("The first and the last layer can be left out")
  func ends() throws {
    let all = try layers([2, 2.5, 3, 3.5])
    let schedule = BalancingSchedule(leavesOutFirstLayer: true, leavesOutLastLayer: true)
    #expect(schedule.rates(for: all) == BalancingSchedule().rates(for: Array(all[1...2])))
  }

  @Test("A block shares the factor of its mean score")
  func blocks() throws {
    let names = ["encoder.layer.0.query", "encoder.layer.0.dense", "encoder.layer.1.query", "head"]
    let all = try zip(names, [2, 3, 4, 2.2]).map { name, alpha in
      try analysis(named: name, eigenvalues: powerLawEigenvalues(alpha: alpha, count: 40))
    }
    let map = BalancingSchedule.Map.linear(lowest: 0.5, slope: 1)
    let factors = BalancingSchedule(map: map, blocks: BlockPattern("layer.*")).rates(for: all).factors
    let alphas = try all.map { try #require($0.alpha) }
    let block = (alphas[0] + alphas[1]) / 2
    #expect(factors[names[0]] == factors[names[1]])
    #expect(
      abs(try #require(factors[names[0]]) - (0.5 + (block - alphas[3]) / (alphas[2] - alphas[3]))) < 1e-12)
    #expect(factors[names[2]] == 1.5 && factors[names[3]] == 0.5)
  }

  @Test(
    "A block pattern matches whole components of names",
    arguments: [
      ("layer.*", "roberta.encoder.layer.11.attention.self.query", "roberta.encoder.layer.11"),
      ("layers.*", "model.layers.3.mlp.up_proj", "model.layers.3"), ("*", "encoder1.enc1conv1", "encoder1"),
      ("encoder.*", "encoder1.enc1conv1", nil), ("layer.*", "layer", nil), ("", "fc0", nil),
    ])
  func pattern(pattern: String, layer: String, block: String?) {
    #expect(BlockPattern(pattern).block(of: layer) == block)
  }

  @Test("Rates follow the schedule's rate between analyses, and are tied to names, not to places")
  func names() throws {
    let all = try layers([2, 2.4, 3])
    let rates = BalancingSchedule().rates(for: all)
    let reversed = BalancingSchedule().rates(for: all.reversed())
    for layer in all {
      let there = rates.rate(ofLayer: layer.name, base: 1)
      let back = reversed.rate(ofLayer: layer.name, base: 1)
      #expect(abs(there - back) < 1e-12)
    }
    let before = rates.rate(ofLayer: "layer1", base: 1e-2)
    #expect(abs(rates.rate(ofLayer: "layer1", base: 5e-3) - before / 2) < 1e-15)
  }

  @Test("Layers can be balanced by any score")
  func scores() throws {
    let all = try layers([2, 3])
    for score in LayerScore.allCases {
      let values = try all.map { try #require($0.value(of: score)) }
      let factors = BalancingSchedule(map: .linear(lowest: 0.5, slope: 1), score: score).rates(for: all)
        .factors
      #expect(factors["layer0"] == (values[0] < values[1] ? 0.5 : 1.5))
    }
  }

  @Test("Layers are analyzed before the first step, then at every interval")
  func interval() {
    // Four epochs of three steps.
    let steps = (0..<12).map { (epoch: $0 / 3, stepOfEpoch: $0 % 3, step: $0) }
    let due = { (interval: UpdateInterval) in
      steps.filter { interval.isDue(epoch: $0.epoch, stepOfEpoch: $0.stepOfEpoch, step: $0.step) }.map(\.step)
    }
    #expect(due(.epochs(1)) == [0, 3, 6, 9])
    #expect(due(.epochs(2)) == [0, 6])
    #expect(due(.steps(5)) == [0, 5, 10])
  }
}
