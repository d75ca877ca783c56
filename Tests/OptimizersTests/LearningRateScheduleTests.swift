import Optimizers
import Testing

@Suite("Learning rate schedule") struct LearningRateScheduleTests {
  @Test("a constant stays")
  func constant() {
    let schedule = ConstantSchedule()
    #expect((0..<5).map(schedule.factor(epoch:)) == [1, 1, 1, 1, 1])
  }

  @Test("steps fall after every so many epochs")
  func step() {
    let schedule = StepSchedule(epochs: 3, factor: 0.5)
    #expect((0..<8).map(schedule.factor(epoch:)) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25])
  }

  @Test("a cosine falls from one to its floor and stays there", arguments: [0, 0.2])
  func cosine(floor: Double) {
    let schedule = CosineSchedule(epochs: 12, floor: floor)
    // cos 0, π/3, π/2, 2π/3 and π.
    let wanted = [(0, 1.0), (4, 0.75), (6, 0.5), (8, 0.25), (12, 0), (100, 0)]
    for (epoch, part) in wanted {
      #expect(abs(schedule.factor(epoch: epoch) - (floor + (1 - floor) * part)) < 1e-15)
    }
    let factors = (0...12).map(schedule.factor(epoch:))
    #expect(zip(factors, factors.dropFirst()).allSatisfy(>))
  }

  @Test("one cycle rises to one and falls to almost nothing, step by step, by the factors of PyTorch")
  func oneCycle() {
    let schedule = OneCycleSchedule(epochs: 10, rise: 0.3)
    func factor(_ epoch: Int, _ step: Int = 0) -> Double {
      schedule.factor(at: TrainingTime(epoch: epoch, step: step, stepsPerEpoch: 2))
    }
    #expect(abs(factor(0) - 0.04) < 1e-15)
    #expect(abs(factor(1, 1) - (0.04 + 0.96 / 2)) < 1e-12)
    #expect(abs(factor(3) - 1) < 1e-12)
    #expect(abs(factor(6, 1) - (1 + 4e-6) / 2) < 1e-12)
    #expect(abs(factor(10) - 4e-6) < 1e-12)
  }

  @Test("a warm-up rises linearly from the first epoch, and multiplies the rest")
  func warmUp() {
    let schedule = WarmUp(epochs: 4, then: StepSchedule(epochs: 2, factor: 0.5))
    #expect((0..<6).map(schedule.factor(epoch:)) == [0.25, 0.5, 0.75 * 0.5, 0.5, 0.25, 0.25])
  }
}
