import Autodiff
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("Element-wise functions") struct ElementwiseTests {
  let a = GradientCheck.random([3, 4, 5], index: 1)
  /// Away from zero, of both signs.
  let divisor = GradientCheck.random([3, 4, 5], index: 2).map { $0 < 0 ? $0 - 0.5 : $0 + 0.5 }
  let positive = GradientCheck.random([3, 4, 5], index: 3).map { $0 + 1.5 }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: @Sendable (Variable) -> Variable
    let exact: @Sendable (Double) -> Double
    var isForPositive = false
  }

  @Test(
    "they have the right values and gradients",
    arguments: [
      Case(testDescription: "exp", function: { $0.exp() }, exact: { Foundation.exp($0) }),
      Case(
        testDescription: "log", function: { $0.log() }, exact: { Foundation.log($0) }, isForPositive: true),
      Case(
        testDescription: "square root", function: { $0.squareRoot() }, exact: { $0.squareRoot() },
        isForPositive: true),
      Case(
        testDescription: "sigmoid", function: { $0.sigmoid() }, exact: { 1 / (1 + Foundation.exp(-$0)) }),
      Case(testDescription: "SiLU", function: { $0.silu() }, exact: { $0 / (1 + Foundation.exp(-$0)) }),
      Case(testDescription: "negative", function: { -$0 }, exact: { -$0 }),
      Case(testDescription: "plus a number", function: { $0 + 0.25 }, exact: { $0 + 0.25 }),
    ])
  func functions(of case: Case) {
    let x = `case`.isForPositive ? positive : a.map { 3 * $0 }
    for (x, y) in zip(x.elements, `case`.function(Variable(x)).value.elements) {
      let exact = `case`.exact(Double(x))
      #expect(abs(Double(y) - exact) <= 4e-7 * max(abs(exact), 0.1))
    }
    #expect(GradientCheck.error(at: [x]) { `case`.function($0[0]) } < 2e-3)
  }

  @Test("division has the right values and gradients, for what needs one")
  func division() {
    let quotient = (Variable(a) / Variable(divisor)).value
    #expect(zip(quotient.elements, zip(a.elements, divisor.elements)).allSatisfy { $0 == $1.0 / $1.1 })
    #expect(GradientCheck.error(at: [a, divisor]) { $0[0] / $0[1] } < 2e-3)
    #expect(GradientCheck.error(at: [a]) { $0[0] / Variable(divisor) } < 1e-3)
    #expect(GradientCheck.error(at: [divisor]) { Variable(a) / $0[0] } < 2e-3)
  }

  @Test("ReLU keeps what is positive, and NaN")
  func relu() {
    let x = Tensor([-1, -0.0, 0, 2, .infinity, -.infinity], shape: [6])
    #expect(Variable(x).relu().value.elements == [0, 0, 0, 2, .infinity, 0])
    #expect(Variable(Tensor(.nan)).relu().value.scalar.isNaN)
    // The step of the differences does not reach zero.
    #expect(GradientCheck.error(at: [divisor]) { $0[0].relu() } < 1e-3)
  }

  @Test("sigmoid and SiLU do not overflow, and their gradients vanish far out")
  func farOut() {
    let tape = Tape()
    let x = tape.watch(Tensor([-200, 200], shape: [2]))
    let (sigmoid, silu) = (x.sigmoid(), x.silu())
    #expect(sigmoid.value.elements == [0, 1] && silu.value.elements == [0, 200])
    let gradient = tape.gradients(of: (sigmoid + silu).sum())[x]
    #expect(gradient?.elements == [0, 1])
  }

  @Test("the bits do not depend on the number of threads", .serialized, arguments: [1, 2, 3])
  func threads(count: Int) {
    let x = GradientCheck.random([70_000], index: 5)
    func result() -> [Tensor?] {
      let tape = Tape()
      let variable = tape.watch(x)
      let y = (variable.silu() / (variable.exp() + 1)).sigmoid()
      return [y.value, tape.gradients(of: (y * y).sum())[variable]]
    }
    let expected = result()
    #expect(WorkerPool.withThreads(count) { result() } == expected)
  }
}
