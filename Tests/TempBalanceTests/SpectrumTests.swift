import TempBalance
import TensorCore
import Testing

@Suite("Spectra of layers")
struct SpectrumTests {
  private func eigenvalues(_ kind: LayerKind, _ tensors: [Tensor]) throws -> [Double] {
    let layer = try LayerWeights(name: "layer", kind: kind, tensors: tensors)
    return try #require(LayerAnalyzer().analyze([layer]).first).spectrum.eigenvalues
  }

  @Test(
    "A linear layer has the squared singular values of its matrix",
    arguments: [[7, 3], [3, 7], [5, 5], [1, 4], [600, 2]])
  func linear(shape: [Int]) throws {
    let weight = randomTensor(shape)
    let expected = squaredSingularValues(rows: shape[0], columns: shape[1]) { Double(weight[$0, $1]) }
    #expect(agree(try eigenvalues(.linear, [weight]), expected, within: 1e-12))
    #expect(agree(try eigenvalues(.embedding, [weight]), expected, within: 1e-12))
  }

  @Test("Eigenvalues far below the largest are still exact")
  func smallEigenvalues() throws {
    let values = [2e-5, 1e-3, 1, 40]
    let spectrum = try analysis(eigenvalues: values).spectrum
    for (found, expected) in zip(spectrum.eigenvalues, values) { #expect(abs(found / expected - 1) < 3e-7) }
    #expect(spectrum.keptCount == 4)
  }

  @Test(
    "A convolution pools one matrix for each position, times √½, in any dimension",
    arguments: [[4, 3, 5], [3, 4, 2, 3], [2, 5, 2, 1, 3], [6, 2, 1]],
    [LayerKind.convolution, .transposedConvolution])
  func convolution(shape: [Int], kind: LayerKind) throws {
    let weight = randomTensor(shape)
    let positions = shape[2...].reduce(1, *)
    let flat = weight.reshaped([shape[0], shape[1], positions])
    let expected = (0..<positions).flatMap { position in
      squaredSingularValues(rows: shape[0], columns: shape[1]) {
        Double(flat[$0, $1, position]) * 0.5.squareRoot()
      }
    }
    #expect(agree(try eigenvalues(kind, [weight]), expected.sorted(), within: 1e-12))
  }

  @Test(
    "In the released reading a convolution in one dimension pools a matrix for each output, without √½",
    arguments: [[6, 4, 1], [5, 4, 3], [3, 2, 7]])
  func releasedReading(shape: [Int]) throws {
    let weight = randomTensor(shape)
    let layer = try LayerWeights(name: "w0", kind: .convolution, tensors: [weight])
    let analyzer = LayerAnalyzer(lineConvolution: .released)
    let found = try #require(analyzer.analyze([layer]).first).spectrum.eigenvalues
    let expected = (0..<shape[0]).flatMap { output in
      squaredSingularValues(rows: shape[1], columns: shape[2]) { Double(weight[output, $0, $1]) }
    }
    #expect(agree(found, expected.sorted(), within: 1e-12))
    if shape[2] == 1 {
      let norms = (0..<shape[0]).map { output in
        (0..<shape[1]).reduce(0) { $0 + Double(weight[output, $1, 0]) * Double(weight[output, $1, 0]) }
      }
      #expect(agree(found, norms.sorted(), within: 1e-12), "the squared norms of the rows")
    }
  }

  @Test("The released reading is of one dimension and plain convolutions alone")
  func releasedReadingOfOthers() throws {
    let layers = try [
      LayerWeights(name: "linear", kind: .linear, tensors: [randomTensor([6, 4])]),
      LayerWeights(name: "plane", kind: .convolution, tensors: [randomTensor([6, 4, 1, 1])]),
      LayerWeights(name: "transposed", kind: .transposedConvolution, tensors: [randomTensor([6, 4, 2])]),
    ]
    let analyses = try LayerAnalyzer(lineConvolution: .released).analyze(layers)
    #expect(try analyses == LayerAnalyzer().analyze(layers))
  }

  @Test(
    "A spectral convolution pools one complex matrix for each mode, over all corners",
    arguments: [[4, 3, 2, 2], [3, 5, 2, 3, 2], [2, 2, 2, 1, 2, 2]], [1, 2])
  func spectral(shape: [Int], corners: Int) throws {
    let tensors = (0..<corners).map { randomTensor(shape, index: $0) }
    let (inputs, outputs) = (shape[0], shape[1])
    let modes = shape[2...].dropLast().reduce(1, *)
    var expected: [Double] = []
    for tensor in tensors {
      let flat = tensor.reshaped([inputs, outputs, modes, 2])
      for mode in 0..<modes {
        // [Re −Im; Im Re] has each singular value of Re + i·Im twice.
        let twice = squaredSingularValues(rows: 2 * inputs, columns: 2 * outputs) { row, column in
          let (input, output) = (row % inputs, column % outputs)
          if (row < inputs) == (column < outputs) { return Double(flat[input, output, mode, 0]) }
          return Double(flat[input, output, mode, 1]) * (row < inputs ? -1 : 1)
        }
        expected += stride(from: 0, to: twice.count, by: 2).map { twice[$0] }
      }
    }
    #expect(agree(try eigenvalues(.spectral, tensors), expected.sorted(), within: 1e-12))
  }

  @Test("A low-rank pair has the spectrum of its product, without the zeros", arguments: [false, true])
  func lowRank(isDependent: Bool) throws {
    let down = randomTensor([3, 8], index: 1)
    var up = randomTensor([6, 3], index: 2)
    if isDependent { for row in 0..<6 { up[row, 1] = 2 * up[row, 0] } }
    let product = squaredSingularValues(rows: 6, columns: 8) { row, column in
      (0..<3).reduce(0) { $0 + Double(up[row, $1]) * Double(down[$1, column]) }
    }
    // R·A is rounded to single precision, as a product of weights would be.
    #expect(agree(try eigenvalues(.lowRank, [down, up]), Array(product.suffix(3)), within: 1e-6))
    let layer = try LayerWeights(name: "pair", kind: .lowRank, tensors: [down, up])
    #expect(layer.shape == [6, 8])
  }

  @Test("A fresh low-rank pair, whose second factor is zero, is a layer of zeros")
  func zeroLowRank() throws {
    #expect(try eigenvalues(.lowRank, [randomTensor([2, 5]), .zeros([4, 2])]) == [0, 0])
  }

  @Test("A rank-deficient matrix keeps as many eigenvalues as its rank")
  func rankDeficient() throws {
    let (left, right) = (randomTensor([9], index: 1), randomTensor([6], index: 2))
    var weight = Tensor.zeros([9, 6])
    for row in 0..<9 { for column in 0..<6 { weight[row, column] = left[row] * right[column] } }
    let layer = try LayerWeights(name: "outer product", kind: .linear, tensors: [weight])
    let spectrum = try #require(LayerAnalyzer().analyze([layer]).first).spectrum
    #expect(spectrum.keptCount == 1)
    #expect(spectrum.eigenvalues.count == 6)
    #expect(spectrum.eigenvalues.allSatisfy { $0 >= 0 })
    let expected = left.sumOfSquares * right.sumOfSquares
    #expect(abs(spectrum.eigenvalues[5] / expected - 1) < 1e-6)
  }

  @Test("The threshold keeps what is above it, and everything if nothing is")
  func threshold() {
    #expect(Spectrum([3, 1e-5, 2e-5, 0]).keptCount == 2)
    #expect(Spectrum([3, 1e-5, 2e-5, 0]).kept.elementsEqual([2e-5, 3]))
    #expect(Spectrum([3e-6, 1e-6, 0]).keptCount == 3)
    #expect(Spectrum([0, 0]).keptCount == 2)
    #expect(Spectrum([1e-8, 3e-6, 1e-6], threshold: .relative(0.1)).keptCount == 2)
    #expect(Spectrum([]).keptCount == 0)
  }

  @Test("The numbers do not depend on how many threads work on them")
  func reproducible() throws {
    let layers = try [
      LayerWeights(name: "linear", kind: .linear, tensors: [randomTensor([70, 40])]),
      LayerWeights(name: "convolution", kind: .convolution, tensors: [randomTensor([30, 20, 3, 3])]),
      LayerWeights(name: "spectral", kind: .spectral, tensors: [randomTensor([10, 12, 4, 4, 2])]),
    ]
    let parallel = try LayerAnalyzer().analyze(layers)
    // Loops inside of a loop run in the calling thread alone.
    let serial = try parallelMap(2) { _ in try LayerAnalyzer().analyze(layers) }
    #expect(serial.allSatisfy { $0 == parallel })
  }
}
