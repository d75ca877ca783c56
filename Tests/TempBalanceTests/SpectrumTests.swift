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

  @Test(
    "A low-rank pair of a convolution has the spectrum of its product as one matrix",
    arguments: [[3, 4, 1], [2, 3, 2, 3]])
  func lowRankConvolution(shape: [Int]) throws {
    let (rank, columns) = (shape[0], shape[1...].reduce(1, *))
    let down = randomTensor(shape, index: 1)
    let up = randomTensor([6, rank] + [Int](repeating: 1, count: shape.count - 2), index: 2)
    let (a, b) = (down.reshaped([rank, columns]), up.reshaped([6, rank]))
    let product = squaredSingularValues(rows: 6, columns: columns) { row, column in
      (0..<rank).reduce(0) { $0 + Double(b[row, $1]) * Double(a[$1, column]) }
    }
    #expect(agree(try eigenvalues(.lowRank, [down, up]), Array(product.suffix(rank)), within: 1e-6))
    let layer = try LayerWeights(name: "pair", kind: .lowRank, tensors: [down, up])
    #expect(layer.shape.first == 6 && layer.shape.dropFirst().elementsEqual(shape[1...]))
  }

  @Test(
    "Low-rank pairs of a spectral convolution have the spectrum of their complex product in each mode",
    arguments: [1, 2], [false, true])
  func lowRankSpectral(corners: Int, isDependent: Bool) throws {
    var downs = (0..<corners).map { randomTensor([5, 2, 3, 2], index: $0) }
    let ups = (0..<corners).map { randomTensor([2, 4, 3, 2], index: 10 + $0) }
    if isDependent {
      // In the first mode the second column is i times the first.
      for input in 0..<5 {
        downs[0][input, 1, 0, 0] = -downs[0][input, 0, 0, 1]
        downs[0][input, 1, 0, 1] = downs[0][input, 0, 0, 0]
      }
    }
    var expected: [Double] = []
    for (down, up) in zip(downs, ups) {
      for mode in 0..<3 {
        func product(_ input: Int, _ output: Int, isReal: Bool) -> Double {
          var sum = 0.0
          for inner in 0..<2 {
            let (x, y) = (Double(down[input, inner, mode, 0]), Double(down[input, inner, mode, 1]))
            let (u, v) = (Double(up[inner, output, mode, 0]), Double(up[inner, output, mode, 1]))
            sum += isReal ? x * u - y * v : x * v + y * u
          }
          return sum
        }
        // [Re −Im; Im Re] has each singular value of Re + i·Im twice, and all but two are zero.
        let twice = squaredSingularValues(rows: 10, columns: 8) { row, column in
          if (row < 5) == (column < 4) { return product(row % 5, column % 4, isReal: true) }
          return product(row % 5, column % 4, isReal: false) * (row < 5 ? -1 : 1)
        }
        expected += [twice[5], twice[7]]
      }
    }
    #expect(agree(try eigenvalues(.lowRank, downs + ups), expected.sorted(), within: 1e-6))
    let layer = try LayerWeights(name: "pairs", kind: .lowRank, tensors: downs + ups)
    #expect(layer.shape == (corners == 1 ? [5, 4, 3, 2] : [2, 5, 4, 3, 2]))
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

  @Test("A strict threshold keeps what is above it alone, and a spectrum knows how many are")
  func strictThreshold() {
    let kept = Spectrum([3e-6, 1e-6, 0], threshold: .strict(2e-6))
    #expect(kept.keptCount == 1 && kept.aboveCount == 1 && !kept.isBelowThreshold)
    let none = Spectrum([3e-6, 1e-6, 0], threshold: .strict(1e-5))
    #expect(none.keptCount == 0 && none.kept.isEmpty && !none.isBelowThreshold)
    let all = Spectrum([3e-6, 1e-6, 0])
    #expect(all.keptCount == 3 && all.aboveCount == 0 && all.isBelowThreshold)
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
