import Autodiff
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("Attention") struct AttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let layout: AttentionLayout
  }

  static let cases = [
    Case(testDescription: "one sequence", layout: AttentionLayout(lengths: [9], heads: 2)),
    Case(testDescription: "several lengths", layout: AttentionLayout(lengths: [5, 1, 0, 12], heads: 3)),
    Case(testDescription: "causal", layout: AttentionLayout(lengths: [4, 7], heads: 2, isCausal: true)),
    Case(
      testDescription: "grouped queries", layout: AttentionLayout(lengths: [6, 3], heads: 4, keyHeads: 2)),
    Case(testDescription: "longer than a tile", layout: AttentionLayout(lengths: [150, 70], heads: 1)),
    Case(
      testDescription: "longer than a tile, causal and grouped",
      layout: AttentionLayout(lengths: [130, 65], heads: 2, keyHeads: 1, isCausal: true)),
  ]

  static let width = 4

  static func inputs(_ layout: AttentionLayout) -> [Tensor] {
    let rows = layout.lengths.reduce(0, +)
    return [
      GradientCheck.random([rows, layout.heads * width], index: 1),
      GradientCheck.random([rows, layout.keyHeads * width], index: 2),
      GradientCheck.random([rows, layout.keyHeads * width], index: 3),
    ]
  }

  /// The definition, in double precision.
  static func expected(_ q: Tensor, _ k: Tensor, _ v: Tensor, _ layout: AttentionLayout) -> [Double] {
    var result = [Double](repeating: 0, count: q.count)
    var start = 0
    for length in layout.lengths {
      for head in 0..<layout.heads {
        let keyHead = head * layout.keyHeads / layout.heads
        for row in 0..<length {
          let columns = layout.isCausal ? row + 1 : length
          let weights = (0..<columns).map { column in
            exp(
              (0..<width).reduce(0.0) {
                $0 + Double(q[start + row, head * width + $1])
                  * Double(k[start + column, keyHead * width + $1])
              } / 2)
          }
          let sum = weights.reduce(0, +)
          for index in 0..<width {
            result[(start + row) * layout.heads * width + head * width + index] =
              weights.enumerated().reduce(0) {
                $0 + $1.element / sum * Double(v[start + $1.offset, keyHead * width + index])
              }
          }
        }
      }
      start += length
    }
    return result
  }

  @Test("it is what its definition says, and has its gradients", arguments: cases)
  func definition(_ one: Case) {
    let inputs = Self.inputs(one.layout)
    let result = Variable(inputs[0]).attention(
      keys: Variable(inputs[1]), values: Variable(inputs[2]), one.layout)
    let expected = Self.expected(inputs[0], inputs[1], inputs[2], one.layout)
    #expect(zip(result.value.elements, expected).allSatisfy { abs(Double($0) - $1) < 2e-6 })
    #expect(
      GradientCheck.error(at: inputs) { $0[0].attention(keys: $0[1], values: $0[2], one.layout) } < 3e-3)
  }

  @Test("with dropout it has its gradients, at any number of threads the same bits", arguments: cases)
  func dropout(_ one: Case) {
    let inputs = Self.inputs(one.layout)
    let dropout = Dropout(probability: 0.3, seed: 1, step: 2, place: 3)
    func attention(_ x: [Variable]) -> Variable {
      x[0].attention(keys: x[1], values: x[2], one.layout, dropout: dropout)
    }
    #expect(GradientCheck.error(at: inputs, attention) < 3e-3)
    let result = attention(inputs.map(Variable.init)).value
    #expect(WorkerPool.withThreads(1) { attention(inputs.map(Variable.init)).value } == result)
    let plain = Variable(inputs[0]).attention(
      keys: Variable(inputs[1]), values: Variable(inputs[2]), one.layout)
    #expect(plain.value != result)
  }

  @Test("scores that are far apart leave no number that is not finite")
  func extremeScores() {
    let layout = AttentionLayout(lengths: [3], heads: 1)
    let tape = Tape()
    let x = tape.watch(Tensor([100, -100, 100, 0, 100, 100, 0, 0, -100, 100, 100, 0], shape: [3, 4]))
    let result = x.attention(keys: x, values: x, layout)
    #expect(result.value.isFinite)
    #expect(tape.gradients(of: result.sum())[x]?.isFinite == true)
  }
}
