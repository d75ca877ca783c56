import Autodiff
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("Layers on rows") struct RowTests {
  let x = GradientCheck.random([7, 20], index: 1)
  let scale = GradientCheck.random([20], index: 2).map { $0 + 1.5 }
  let shift = GradientCheck.random([20], index: 3)

  @Test("a linear layer is a matrix product with a bias, and has its gradients", arguments: [3, 40, 1100])
  func linear(rows: Int) {
    let x = GradientCheck.random([rows, 20], index: 4)
    let (weight, bias) = (GradientCheck.random([6, 20], index: 5), GradientCheck.random([6], index: 6))
    let plain =
      Variable(x).matrixProduct(Variable(weight), transposingRight: true)
      + Variable(bias.reshaped([1, 6])).broadcast(to: [rows, 6])
    let own = Variable(x).linear(weight: Variable(weight), bias: Variable(bias))
    #expect(zip(own.value.elements, plain.value.elements).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(own.value.shape == [rows, 6])
    if rows < 1000 {
      #expect(GradientCheck.error(at: [x, weight, bias]) { $0[0].linear(weight: $0[1], bias: $0[2]) } < 2e-3)
      #expect(GradientCheck.error(at: [x, weight]) { $0[0].linear(weight: $0[1]) } < 2e-3)
    }
    #expect(Variable(x.reshaped([rows, 1, 20])).linear(weight: Variable(weight)).shape == [rows, 1, 6])
  }

  @Test("layer normalization has rows of mean 0 and variance 1, scaled and shifted, and its gradients")
  func layerNormalization() {
    let result = Variable(x).layerNormalized(scale: Variable(scale), shift: Variable(shift), epsilon: 1e-5)
      .value
    for row in 0..<7 {
      let own = (0..<20).map { Double(x[row, $0]) }
      let mean = own.reduce(0, +) / 20
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20
      for column in 0..<20 {
        let expected =
          (own[column] - mean) / (variance + 1e-5).squareRoot() * Double(scale[column])
          + Double(shift[column])
        #expect(abs(Double(result[row, column]) - expected) < 2e-6)
      }
    }
    #expect(
      GradientCheck.error(at: [x, scale, shift]) {
        $0[0].layerNormalized(scale: $0[1], shift: $0[2], epsilon: 1e-5)
      } < 2e-3)
  }

  @Test("root mean square normalization divides rows by the root of their mean square, and has its gradients")
  func rootMeanSquareNormalization() {
    let result = Variable(x).rootMeanSquareNormalized(scale: Variable(scale), epsilon: 1e-5).value
    for row in 0..<7 {
      let square = (0..<20).reduce(0) { $0 + Double(x[row, $1]) * Double(x[row, $1]) } / 20
      for column in 0..<20 {
        let expected = Double(x[row, column]) / (square + 1e-5).squareRoot() * Double(scale[column])
        #expect(abs(Double(result[row, column]) - expected) < 2e-6)
      }
    }
    #expect(
      GradientCheck.error(at: [x, scale]) { $0[0].rootMeanSquareNormalized(scale: $0[1], epsilon: 1e-5) }
        < 2e-3)
  }

  @Test("cross entropy is the mean over the rows that have a class, and has its gradient")
  func crossEntropy() {
    let classes: [Int?] = [3, nil, 0, 19, nil, 7, 7]
    let plain = classes.enumerated().compactMap { row, own -> Double? in
      guard let own else { return nil }
      let exponentials = (0..<20).map { Foundation.exp(Double(x[row, $0])) }
      return Foundation.log(exponentials.reduce(0, +)) - Double(x[row, own])
    }
    let loss = Variable(x).crossEntropy(classes: classes).value.scalar
    #expect(abs(Double(loss) - plain.reduce(0, +) / 5) < 1e-6)
    #expect(GradientCheck.error(at: [x]) { $0[0].crossEntropy(classes: classes) } < 2e-3)
    let none = [Int?](repeating: nil, count: 7)
    #expect(Variable(x).crossEntropy(classes: none).value.scalar == 0)
    let tape = Tape()
    let watched = tape.watch(x)
    #expect(tape.gradients(of: watched.crossEntropy(classes: none))[watched] == .zeros([7, 20]))
  }

  @Test("logits that are large, or far apart, have a finite cross entropy")
  func extremeLogits() {
    let logits = Tensor([1e4, -1e4, 0, 3e38, 0, -3e38], shape: [2, 3])
    let tape = Tape()
    let watched = tape.watch(logits)
    let loss = watched.crossEntropy(classes: [0, 0])
    #expect(loss.value.scalar == 0)
    #expect(tape.gradients(of: loss)[watched]?.isFinite == true)
  }

  @Test("rotary embeddings turn pairs, keep their lengths, and have their gradients")
  func rotaryEmbedding() {
    let positions = [0, 1, 2, 5, 0, 1, 100]
    let result = Variable(x).rotated(positions: positions, headWidth: 10, base: 100).value
    for (row, position) in positions.enumerated() {
      for head in 0..<2 {
        for index in 0..<5 {
          let (a, b) = (Double(x[row, 10 * head + index]), Double(x[row, 10 * head + 5 + index]))
          let angle = Double(position) * pow(100, -Double(index) / 5)
          #expect(abs(Double(result[row, 10 * head + index]) - (a * cos(angle) - b * sin(angle))) < 1e-6)
          #expect(abs(Double(result[row, 10 * head + 5 + index]) - (b * cos(angle) + a * sin(angle))) < 1e-6)
        }
      }
    }
    #expect(
      GradientCheck.error(at: [x]) { $0[0].rotated(positions: positions, headWidth: 10, base: 100) } < 1e-3)
  }

  @Test("what dropout keeps is divided by the probability of that, however small it is")
  func rareDropout() {
    let ones = Tensor(repeating: 1, shape: [1 << 12])
    func kept(_ probability: Double) -> Set<Float> {
      Set(
        Variable(ones).dropping(Dropout(probability: probability, seed: 1, step: 0, place: 0)).value.elements)
    }
    #expect(kept(1e-6) == [1])
    #expect(kept(0.5) == [0, 2])
    #expect(kept(0.99999).isSubset(of: [0, 65536]))
  }

  @Test("dropout drops its share by place and step alone, keeps the mean, and drops the gradient alike")
  func dropout() {
    let ones = Tensor(repeating: 1, shape: [300, 100])
    let dropout = Dropout(probability: 0.25, seed: 7, step: 3, place: 2)
    let result = Variable(ones).dropping(dropout).value
    let dropped = Double(result.elements.count { $0 == 0 }) / 30000
    #expect(abs(dropped - 0.25) < 0.02)
    #expect(Set(result.elements) == [0, 1 / 0.75])
    #expect(Variable(ones).dropping(dropout).value == result)
    #expect(WorkerPool.withThreads(1) { Variable(ones).dropping(dropout).value } == result)
    #expect(Variable(ones).dropping(dropout.at(3)).value != result)
    #expect(Variable(ones).dropping(Dropout(probability: 0.25, seed: 7, step: 4, place: 2)).value != result)
    #expect(Variable(ones).dropping(nil).value == ones)
    let tape = Tape()
    let watched = tape.watch(ones)
    #expect(tape.gradients(of: watched.dropping(dropout).sum())[watched] == result)
  }
}
