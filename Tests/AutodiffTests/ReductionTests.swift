import Autodiff
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("Reductions, softmax and broadcasting") struct ReductionTests {
  let a = GradientCheck.random([3, 4, 5], index: 1)

  @Test("softmax is positive, has the sum 1 and the right gradient", arguments: [0, 1, 2, -1])
  func softmax(axis: Int) {
    let y = Variable(a.map { 3 * $0 }).softmax(axis: axis)
    #expect(y.value.elements.allSatisfy { $0 > 0 })
    #expect(y.sum(axes: [axis]).value.elements.allSatisfy { abs($0 - 1) < 1e-6 })
    let ratio = Double(y.value[1, 2, 3]) / Double(y.value[1, 2, 3 - (axis % 3 == 2 || axis < 0 ? 1 : 0)])
    if axis == 2 || axis == -1 {
      #expect(abs(ratio - exp(3 * Double(a[1, 2, 3] - a[1, 2, 2]))) < 1e-5 * ratio)
    }
    #expect(GradientCheck.error(at: [a]) { $0[0].softmax(axis: axis) } < 2e-3)
  }

  @Test("softmax does not overflow, and an element of −∞ is masked")
  func masked() {
    let tape = Tape()
    let x = tape.watch(Tensor([1000, -.infinity, 1000], shape: [3]))
    let y = x.softmax()
    #expect(y.value.elements == [0.5, 0, 0.5])
    #expect(tape.gradients(of: (y * y).sum())[x]?.isFinite == true)
  }

  @Test(
    "sum, mean and variance over axes have the right values, shapes and gradients",
    arguments: [[0], [1], [-1], [0, 2], [2, 1], [0, 1, 2], []])
  func moments(axes: [Int]) {
    let reduced = Set(axes.map { $0 < 0 ? $0 + 3 : $0 })
    let shape = [3, 4, 5]
    let length = Double(reduced.reduce(1) { $0 * shape[$1] })
    var (sums, squares) = ([[Int]: Double](), [[Int]: Double]())
    for i in 0..<3 {
      for j in 0..<4 {
        for k in 0..<5 {
          let key = [i, j, k].enumerated().map { reduced.contains($0) ? 0 : $1 }
          sums[key, default: 0] += Double(a[i, j, k])
          squares[key, default: 0] += Double(a[i, j, k]) * Double(a[i, j, k])
        }
      }
    }
    let keptShape = shape.enumerated().map { reduced.contains($0) ? 1 : $1 }
    let (x, sum, mean, variance) = (
      Variable(a), Variable(a).sum(axes: axes, keepsAxes: true),
      Variable(a).mean(axes: axes, keepsAxes: true),
      Variable(a).variance(axes: axes, keepsAxes: true)
    )
    for value in [sum, mean, variance] { #expect(value.shape == keptShape) }
    for (key, total) in sums {
      func element(_ variable: Variable) -> Double { Double(variable.value[key[0], key[1], key[2]]) }
      #expect(abs(element(sum) - total) < 1e-5 && abs(element(mean) - total / length) < 1e-6)
      let expected = (squares[key] ?? 0) / length - total / length * total / length
      #expect(abs(element(variance) - expected) < 1e-6)
    }
    #expect(x.mean(axes: axes).shape == shape.indices.filter { !reduced.contains($0) }.map { shape[$0] })
    #expect(GradientCheck.error(at: [a]) { $0[0].sum(axes: axes) } < 1e-3)
    #expect(GradientCheck.error(at: [a]) { $0[0].mean(axes: axes) } < 1e-3)
    if length > 1 {
      #expect(GradientCheck.error(at: [a]) { $0[0].variance(axes: axes) } < 2e-3)
      #expect(GradientCheck.error(at: [a]) { $0[0].variance(axes: axes, isUnbiased: true) } < 2e-3)
      let unbiased = Variable(a).variance(axes: axes, keepsAxes: true, isUnbiased: true).value
      #expect(
        zip(unbiased.elements, variance.value.elements).allSatisfy {
          abs(Double($0) - Double($1) * length / (length - 1)) < 1e-5
        })
    }
  }

  @Test("without axes, mean and variance are of all elements")
  func all() {
    let x = Tensor([1, 2, 3, 6], shape: [2, 2])
    #expect(Variable(x).mean().value == Tensor(3) && Variable(x).variance().value == Tensor(3.5))
  }

  @Test(
    "a broadcast variable is repeated, and its gradient summed",
    arguments: [
      ([3, 1, 5], [3, 4, 5]), ([5], [3, 4, 5]), ([], [2, 3]), ([1, 4, 1], [3, 4, 5]), ([3, 4], [3, 4]),
    ])
  func broadcasting(from: [Int], to: [Int]) {
    let x = GradientCheck.random(from, index: 3)
    let y = Variable(x).broadcast(to: to).value
    #expect(y.shape == to)
    let missing = to.count - from.count
    for place in 0..<y.count {
      var (rest, source, stride) = (place, 0, 1)
      for axis in to.indices.reversed() {
        let index = rest % to[axis]
        rest /= to[axis]
        guard axis >= missing else { continue }
        if from[axis - missing] > 1 { source += index * stride }
        stride *= from[axis - missing]
      }
      #expect(y.elements[place] == x.elements[source])
    }
    #expect(GradientCheck.error(at: [x]) { $0[0].broadcast(to: to) } < 1e-3)
  }

  @Test("the bits do not depend on the number of threads", .serialized, arguments: [1, 2, 3])
  func threads(count: Int) {
    let x = GradientCheck.random([40, 30, 50], index: 5)
    func result() -> [Tensor?] {
      let tape = Tape()
      let variable = tape.watch(x)
      let y =
        variable.softmax(axis: 1) - variable.mean(axes: [0, 2], keepsAxes: true).broadcast(to: [40, 30, 50])
      let loss = (y * y).variance(axes: [1]).sum()
      return [y.value, loss.value, tape.gradients(of: loss)[variable]]
    }
    let expected = result()
    #expect(WorkerPool.withThreads(count) { result() } == expected)
  }
}
