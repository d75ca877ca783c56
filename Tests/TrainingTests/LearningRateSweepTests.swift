import Foundation
import Testing
import Training

@Suite("A sweep of learning rates")
struct LearningRateSweepTests {
  /// Losses that fall by 8 around 1e-3 and grow above 3e-1, with noise.
  private func losses(noise: Double, fall: Double = 8) -> [Double] {
    var random = EvenNoise(state: 1)
    return (0..<300).map { step in
      let place = -6 + 6 * Double(step) / 299
      let fallen = fall / (1 + exp(-4 * (place + 3)))
      let grown = 100 * exp(20 * (place + 0.2))
      return 10 - fallen + grown + noise * random.next()
    }
  }

  /// Numbers from −√3 to √3, even and of deviation 1, the same every time.
  private struct EvenNoise {
    var state: UInt64

    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 11) / 4_503_599_627_370_496 - 1) * 3.0.squareRoot()
    }
  }

  @Test("finds where the loss falls fastest and where it is lowest", arguments: [0, 0.5])
  func found(noise: Double) throws {
    let result = LearningRateSweep(1e-6...1, steps: 300).result(losses(noise: noise), endedEarly: false)
    let (steepest, lowest) = (try #require(result.steepest), try #require(result.lowest))
    #expect((3e-4...3e-3).contains(steepest), "\(steepest)")
    #expect((1e-2...0.6).contains(lowest), "\(lowest)")
    let suggested = try #require(result.suggested)
    #expect(suggested == min(steepest, lowest / 2)...max(steepest, lowest / 2))
    let rising = try #require(result.growing)
    #expect(rising > lowest)
  }

  @Test("suggests no rate where no fall stands out, or where the loss only grows")
  func nothingSuggested() throws {
    let sweep = LearningRateSweep(1e-6...1, steps: 300)
    let even = sweep.result(losses(noise: 1, fall: 0).map { min($0, 15) }, endedEarly: false)
    #expect(even.suggested == nil)
    let growing = sweep.result((0..<300).map { 1 + 0.01 * Double($0) }, endedEarly: false)
    #expect(growing.suggested == nil && growing.growing != nil)
    // A fall stands out, but only after the loss has left its lowest values.
    let risen = (0..<100).map { 1 + 0.1 * Double($0) }
    let fallen = (0..<200).map { max(5, 11 - 0.1 * Double($0)) }
    let late = sweep.result(risen + fallen, endedEarly: false)
    #expect(late.steepest != nil && late.suggested == nil)
    let text = String(decoding: try JSONEncoder().encode(even), as: UTF8.self)
    #expect(text.contains("\"suggested\":null"))
  }

  @Test("finds no fall where the losses only differ from batch to batch")
  func noise() {
    let losses = losses(noise: 1, fall: 0).map { min($0, 15) }
    #expect(LearningRateSweep(1e-6...1, steps: 300).result(losses, endedEarly: false).steepest == nil)
  }

  @Test("smooths by the mean of the steps around each")
  func smoothing() {
    let points = LearningRateSweep(1e-4...1, steps: 40).result(
      (0..<40).map { $0.isMultiple(of: 2) ? 1 : 2 }, endedEarly: false
    ).points
    #expect(points[20].smoothedLoss == 7.0 / 5)
    #expect(abs(points[13].learningRate - 1e-4 * pow(1e4, 13.0 / 39)) < 1e-12)
  }
}
