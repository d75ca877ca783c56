import Performance
import Testing

@Suite("Medians") struct TimingTests {
  @Test("of an odd number of values both are the middle one")
  func odd() {
    #expect([3.0, 1, 2].upperMedian == 2)
    #expect([Duration.seconds(3), .seconds(1), .seconds(2)].medianSeconds == 2)
  }

  @Test("of an even number of values one is the upper of the middle two, the other their mean")
  func even() {
    #expect([4.0, 1, 3, 2].upperMedian == 3)
    #expect([Duration.seconds(4), .seconds(1), .seconds(3), .seconds(2)].medianSeconds == 2.5)
  }
}
