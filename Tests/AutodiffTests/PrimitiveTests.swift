import Autodiff
import Foundation
import TestSupport
import TensorCore
import Testing

@Suite("Gradient check") struct GradientCheckTests {
  @Test("a right gradient passes and a wrong one is noticed")
  func noticesMistakes() {
    let x = GradientCheck.random([7])
    func error(slope: Float) -> Double {
      GradientCheck.error(at: [x]) { inputs in
        .primitive(inputs[0].value.map { $0 * $0 }, inputs: inputs) { [$0.map(with: x) { slope * $0 * $1 }] }
      }
    }
    #expect(error(slope: 2) < 1e-3)
    #expect(error(slope: 1.9) > 1e-2)
    for slope in [Float.nan, .infinity] { #expect(error(slope: slope) == .infinity) }
  }
}

@Suite("Primitives") struct PrimitiveTests {
  let a = GradientCheck.random([2, 3, 5], index: 1)
  let b = GradientCheck.random([2, 3, 5], index: 2)

  @Test("arithmetic has the right gradients")
  func arithmetic() {
    #expect(GradientCheck.error(at: [a, b]) { $0[0] + 0.5 * $0[1] - $0[0] * $0[1] } < 1e-3)
    #expect(GradientCheck.error(at: [a]) { ($0[0] * $0[0]).sum() } < 1e-3)
  }

  @Test("reshaping, joining, slicing and padding have the right gradients", arguments: [0, 1, 2])
  func shaping(axis: Int) {
    let error = GradientCheck.error(at: [a, b]) { inputs in
      Variable.concatenated([inputs[0], inputs[1], inputs[0]], axis: axis)
        .sliced(axis: axis, 1..<5).padded(axis: axis, before: 2, after: 1).reshaped([
          30 / [2, 3, 5][axis] * 7
        ])
    }
    #expect(error < 1e-3)
  }

  @Test("joining, slicing and padding move the right elements")
  func movement() {
    let x = Tensor([1, 2, 3, 4], shape: [2, 2])
    let joined = Tensor.concatenated([x, x.map { 10 * $0 }], axis: 1)
    #expect(joined.elements == [1, 2, 10, 20, 3, 4, 30, 40])
    #expect(joined.sliced(axis: 1, 1..<3).elements == [2, 10, 4, 30])
    #expect(x.padded(axis: 0, before: 1).elements == [0, 0, 1, 2, 3, 4])
    #expect(x.padded(axis: 1, before: 0, after: 1).elements == [1, 2, 0, 3, 4, 0])
  }

  @Test(
    "a value that can be computed again is so for the way back, once for each use, and gives the same gradient"
  )
  func recomputing() {
    let (x, w, c) = (a, GradientCheck.random([4, 3], index: 3), GradientCheck.random([4], index: 4))
    var computed = 0
    func gradients(recomputes: Bool) -> [Tensor?] {
      let tape = Tape()
      let inputs = [x, w, c].map(tape.watch)
      let again = {
        computed += 1
        return x.map { 2 * $0 }
      }
      let doubled = Variable.primitive(
        x.map { 2 * $0 }, inputs: [inputs[0]], recompute: recomputes ? again : nil
      ) { [$0.map { 2 * $0 }] }
      let mixed = doubled.mixingChannels(weight: inputs[1], bias: inputs[2])
      #expect(computed == 0)
      let gradients = tape.gradients(of: (mixed * mixed).sum())
      return inputs.map { gradients[$0] }
    }
    let kept = gradients(recomputes: false)
    #expect(computed == 0)
    #expect(gradients(recomputes: true) == kept)
    #expect(computed == 1)
  }

  @Test("tanh is right to a few units in the last place, everywhere, and has the right gradient")
  func hyperbolicTangent() {
    // From the smallest numbers to beyond where tanh is 1, of both signs.
    let magnitudes = (0..<4000).map { Float(exp(Double($0) * 0.03 - 95)) }
    let x = Tensor(magnitudes + magnitudes.map { -$0 } + [0, .infinity, -.infinity], shape: [8003])
    let y = Variable(x).tanh().value
    for (x, y) in zip(x.elements, y.elements) {
      let expected = Foundation.tanh(Double(x))
      #expect(abs(Double(y) - expected) <= 3 * Double(Float(expected).ulp), "tanh \(x)")
    }
    #expect(Variable(Tensor(.nan)).tanh().value.scalar.isNaN)
    #expect(GradientCheck.error(at: [a.map { 3 * $0 }]) { $0[0].tanh() } < 1e-3)
  }

  @Test("mixing channels is W·x + c at every point and has the right gradients")
  func channelMixing() {
    let (w, c) = (GradientCheck.random([4, 3], index: 3), GradientCheck.random([4], index: 4))
    let y = Variable(a).mixingChannels(weight: Variable(w), bias: Variable(c)).value
    var expected: Float = c[2]
    for i in 0..<3 { expected += w[2, i] * a[1, i, 4] }
    #expect(abs(y[1, 2, 4] - expected) < 1e-6)
    #expect(GradientCheck.error(at: [a, w, c]) { $0[0].mixingChannels(weight: $0[1], bias: $0[2]) } < 1e-3)
  }

  @Test("the mean squared error has the right value and gradient")
  func meanSquaredError() {
    let loss = Variable(Tensor([1, 2, 3], shape: [3])).meanSquaredError(to: Tensor([1, 0, 0], shape: [3]))
    #expect(abs(loss.value.scalar - 13.0 / 3) < 1e-6)
    #expect(GradientCheck.error(at: [a]) { $0[0].meanSquaredError(to: b) } < 1e-3)
  }

  @Test("GELU agrees with the error function to single precision over the whole range")
  func gelu() {
    let points = (-4000...4000).map { Float($0) / 400 }
    let x = Tensor(points, shape: [points.count])
    let tape = Tape()
    let variable = tape.watch(x)
    let y = variable.gelu()
    let slope = tape.gradients(of: y.sum())[variable]?.elements ?? []
    for (index, point) in points.enumerated() {
      let z = Double(point)
      let distribution = 0.5 * erfc(-z / 2.0.squareRoot())
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      // Two units in the last place of x, and one more where each product is rounded.
      #expect(abs(Double(y.value.elements[index]) - z * distribution) <= 1.8e-7 * abs(z))
      #expect(abs(Double(slope[index]) - (distribution + z * density)) < 4e-7)
    }
  }

  @Test("GELU of large numbers is 0 or the number itself, and what is not a number stays that")
  func geluFarOut() {
    for (x, value, slope) in [
      (-1e30, 0, 0), (-1e4, 0, 0), (-14, 0, 0), (14, 14, 1), (1e4, 1e4, 1), (1e30, 1e30, 1),
    ] as [(Float, Float, Float)] {
      let tape = Tape()
      let variable = tape.watch(Tensor([x], shape: [1]))
      let y = variable.gelu()
      #expect(y.value.elements == [value])
      #expect(abs((tape.gradients(of: y.sum())[variable]?.elements[0] ?? .nan) - slope) < 1e-7)
    }
    #expect(Variable(Tensor([.nan], shape: [1])).gelu().value.elements[0].isNaN)
  }

  @Test("GELU of a number does not depend on where it stands")
  func geluOfParts() {
    let x = GradientCheck.random([40])
    let single = x.elements.map { Variable(Tensor([$0], shape: [1])).gelu().value.elements[0] }
    for count in 1...40 {
      let part = Tensor(Array(x.elements[..<count]), shape: [count])
      #expect(Variable(part).gelu().value.elements == Array(single[..<count]))
    }
  }

  @Test("GELU has the same bits where no gradient is asked for")
  func geluOfConstants() {
    let x = GradientCheck.random([40_001]).map { 7 * $0 }
    let (plain, watched) = (Variable(x).gelu().value, Tape().watch(x).gelu().value)
    #expect(plain.elements.map(\.bitPattern) == watched.elements.map(\.bitPattern))
  }

  @Test(
    "a linear layer of a frozen weight does not need its input again, and gives the other gradients' bits")
  func frozenLinearWeight() {
    let tensors = [[7, 3], [4, 3], [4]].enumerated().map { GradientCheck.random($1, index: $0) }
    var computed = 0
    func gradients(isFrozen: Bool) -> [Tensor?] {
      let tape = Tape()
      let inputs = tensors.map(tape.watch)
      let doubled = { tensors[0].map { 2 * $0 } }
      let again = {
        computed += 1
        return doubled()
      }
      let x = Variable.primitive(doubled(), inputs: [inputs[0]], recompute: again) { [$0.map { 2 * $0 }] }
      let y = x.linear(weight: isFrozen ? inputs[1].detached : inputs[1], bias: inputs[2])
      let gradients = tape.gradients(of: (y * y).sum())
      return inputs.map { gradients[$0] }
    }
    let all = gradients(isFrozen: false)
    #expect(computed == 1)
    #expect(gradients(isFrozen: true) == [all[0], nil, all[2]])
    #expect(computed == 1)
  }

  @Test("sums, differences and errors of what is shared leave it as it is")
  func sharedOperands() {
    let (left, right) = (a.elements, b.elements)
    let (x, y) = (Variable(a), Variable(b))
    #expect((x + y).value.elements == zip(left, right).map { $0 + $1 })
    #expect((x - y).value.elements == zip(left, right).map { $0 - $1 })
    _ = x.meanSquaredError(to: b)
    #expect(a.elements == left && b.elements == right)
  }

  @Test("a gradient arrives once however often a variable is used")
  func sharing() {
    let tape = Tape()
    let x = tape.watch(Tensor([3], shape: [1]))
    let y = x * x
    let gradients = tape.gradients(of: (y * x + y).sum())
    #expect(gradients[x]?.elements == [33])
  }

  @Test("no gradient flows through a detached variable")
  func detaching() {
    let tape = Tape()
    let x = tape.watch(Tensor([3], shape: [1]))
    let gradients = tape.gradients(of: (x.detached * x).sum())
    #expect(gradients[x]?.elements == [3])
  }
}
