import Optimizers
import Testing

@Suite("Learning rate schedule") struct LearningRateScheduleTests {
  @Test("a constant stays")
  func constant() {
    let schedule = LearningRateSchedule(.constant)
    #expect((0..<5).map(schedule.factor(epoch:)) == [1, 1, 1, 1, 1])
  }

  @Test("steps fall after every so many epochs")
  func step() {
    let schedule = LearningRateSchedule(.step(epochs: 3, factor: 0.5))
    #expect((0..<8).map(schedule.factor(epoch:)) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25])
  }

  @Test("a cosine falls from one to its floor and stays there", arguments: [0, 0.2])
  func cosine(floor: Double) {
    let schedule = LearningRateSchedule(.cosine(epochs: 12, floor: floor))
    // cos 0, π/3, π/2, 2π/3 and π.
    let wanted = [(0, 1.0), (4, 0.75), (6, 0.5), (8, 0.25), (12, 0), (100, 0)]
    for (epoch, part) in wanted {
      #expect(abs(schedule.factor(epoch: epoch) - (floor + (1 - floor) * part)) < 1e-15)
    }
    let factors = (0...12).map(schedule.factor(epoch:))
    #expect(zip(factors, factors.dropFirst()).allSatisfy(>))
  }

  @Test("a warm-up rises linearly from the first epoch, and multiplies the rest")
  func warmUp() {
    let schedule = LearningRateSchedule(.step(epochs: 2, factor: 0.5), warmUpEpochs: 4)
    #expect((0..<6).map(schedule.factor(epoch:)) == [0.25, 0.5, 0.75 * 0.5, 0.5, 0.25, 0.25])
  }
}
