import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing

/// A convolution's settings and the field that it is applied to.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var shape: [Int]
  var kernel: [Int]
  var stride: [Int]
  var padding: [Int]
  var mode = PaddingMode.zeros
  var samples = 3
  var inputs = 3
  var outputs = 2

  var layer: Convolution {
    Convolution(
      name: "c", inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding,
      paddingMode: mode)
  }

  /// All methods that can compute it; which of them a layer takes is a matter of cost.
  var methods: [any ConvolutionMethod] {
    let geometry = WindowGeometry(
      input: shape, kernel: kernel, stride: stride, padding: padding, mode: mode)
    let columns = ColumnConvolution(geometry: geometry, samples: samples, inputs: inputs, outputs: outputs)
    guard
      let winograd = WinogradConvolution(
        geometry: geometry, samples: samples, inputs: inputs, outputs: outputs)
    else { return [columns] }
    return [columns, winograd]
  }

  var input: Tensor { GradientCheck.random([samples, inputs] + shape, index: 1) }
  var outputShape: [Int] {
    let windows = shape.indices.map { (shape[$0] + 2 * padding[$0] - kernel[$0]) / stride[$0] + 1 }
    return [samples, outputs] + windows
  }
  var weight: Tensor { GradientCheck.random([outputs, inputs] + kernel, index: 2) }
  var bias: Tensor { GradientCheck.random([outputs], index: 3) }

  var testDescription: String {
    "\(shape) kernel \(kernel) stride \(stride) padding \(padding) \(mode) \(samples)×\(inputs)→\(outputs)"
  }

  /// Every kernel up to 5, every stride up to 3, paddings 0 to 2, zeros and periodic, in 1 to 3 dimensions, with extents
  /// that differ from axis to axis.
  static let all: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for axes in 1...3 {
      for (kernel, stride, padding) in [
        (1, 1, 0), (2, 1, 1), (3, 1, 1), (3, 1, 0), (3, 2, 1), (5, 1, 2), (4, 3, 2), (5, 2, 0), (3, 1, 2),
        (2, 2, 0),
      ] {
        for mode in PaddingMode.allCases where mode == .zeros || padding > 0 {
          cases.append(
            ConvolutionCase(
              shape: Array([7, 6, 9].suffix(axes)), kernel: Array(repeating: kernel, count: axes),
              stride: Array(repeating: stride, count: axes), padding: Array(repeating: padding, count: axes),
              mode: mode))
        }
      }
    }
    cases += [
      // Axes that differ, one channel, one sample, no more points than the kernel has.
      ConvolutionCase(shape: [8, 5], kernel: [3, 1], stride: [2, 1], padding: [1, 0]),
      ConvolutionCase(
        shape: [4, 6, 5], kernel: [1, 3, 2], stride: [1, 2, 1], padding: [0, 1, 1], mode: .periodic),
      ConvolutionCase(
        shape: [3], kernel: [3], stride: [1], padding: [0], samples: 1, inputs: 1, outputs: 1),
      ConvolutionCase(shape: [2, 2], kernel: [3, 3], stride: [1, 1], padding: [1, 1], mode: .periodic),
      ConvolutionCase(shape: [1], kernel: [3], stride: [1], padding: [1]),
      // More channels than are taken at a time, more windows than a tile has, in lines and in planes.
      ConvolutionCase(shape: [300], kernel: [3], stride: [1], padding: [1], inputs: 37, outputs: 35),
      ConvolutionCase(shape: [600], kernel: [4], stride: [1], padding: [2], inputs: 2),
      ConvolutionCase(shape: [19, 33], kernel: [3, 3], stride: [1, 1], padding: [1, 1], inputs: 34),
      ConvolutionCase(shape: [19, 33], kernel: [5, 2], stride: [1, 1], padding: [2, 1], mode: .periodic),
      ConvolutionCase(
        shape: [4, 4], kernel: [3, 3], stride: [1, 1], padding: [1, 1], samples: 21, inputs: 40),
      ConvolutionCase(shape: [16], kernel: [1], stride: [1], padding: [0], samples: 50, inputs: 33),
      // More channels of few tiles than a thread holds the kernels of.
      ConvolutionCase(
        shape: [4, 4], kernel: [3, 3], stride: [1, 1], padding: [1, 1], samples: 2, inputs: 130, outputs: 18),
    ]
    // Lines that are one to sixteen tiles long, so that whole ones fill the lanes.
    for extent in [4, 8, 16, 32, 64, 128] {
      for mode in PaddingMode.allCases {
        cases.append(
          ConvolutionCase(
            shape: [8, extent], kernel: [3, 3], stride: [1, 1], padding: [1, 1], mode: mode, samples: 8))
      }
    }
    return cases
  }()
}

/// The definition of a convolution, written out; sums in double precision.
///
/// Calls `body` with the places in x, w and y of each product.
private func forEachProduct(of c: ConvolutionCase, _ body: (_ x: Int, _ w: Int, _ y: Int) -> Void) -> [Int] {
  let axes = c.shape.count
  let windows = Array(c.outputShape[2...])
  func positions(_ extents: [Int]) -> [[Int]] {
    extents.reduce([[]]) { before, extent in before.flatMap { head in (0..<extent).map { head + [$0] } } }
  }
  func place(_ position: [Int], in extents: [Int]) -> Int {
    var place = 0
    for (index, extent) in zip(position, extents) { place = place * extent + index }
    return place
  }
  let (points, offsets) = (c.shape.reduce(1, *), positions(c.kernel))
  for window in positions(windows) {
    for offset in offsets {
      var point = window
      var isInside = true
      for axis in 0..<axes {
        point[axis] = window[axis] * c.stride[axis] - c.padding[axis] + offset[axis]
        if c.mode == .periodic { point[axis] = (point[axis] + c.shape[axis]) % c.shape[axis] }
        isInside = isInside && point[axis] >= 0 && point[axis] < c.shape[axis]
      }
      guard isInside else { continue }
      let (from, to) = (place(point, in: c.shape), place(window, in: windows))
      for sample in 0..<c.samples {
        for output in 0..<c.outputs {
          for input in 0..<c.inputs {
            body(
              (sample * c.inputs + input) * points + from,
              (output * c.inputs + input) * offsets.count + place(offset, in: c.kernel),
              (sample * c.outputs + output) * windows.reduce(1, *) + to)
          }
        }
      }
    }
  }
  return c.outputShape
}

@Suite("Convolution") struct ConvolutionTests {
  @Test(
    "agrees with its definition, values and gradients",
    arguments: ConvolutionCase.all + ConvolutionCase.adjoining)
  func definition(c: ConvolutionCase) throws {
    let tape = Tape()
    let (x, w, b) = (tape.watch(c.input), tape.watch(c.weight), tape.watch(c.bias))
    let y = c.layer(
      Variable(c.input),
      TracedParameters(constants: Parameters([("c.weight", c.weight), ("c.bias", c.bias)])))
    let watched = x.convolved(weight: w, bias: b, stride: c.stride, padding: c.padding, mode: c.mode)
    #expect(y.value == watched.value)

    let (xs, ws, bs) = (c.input.elements, c.weight.elements, c.bias.elements)
    let g = GradientCheck.random(y.shape, index: 4)
    let gs = g.elements
    var values = [Double](repeating: 0, count: y.value.count)
    var (dx, dw) = ([Double](repeating: 0, count: xs.count), [Double](repeating: 0, count: ws.count))
    let shape = forEachProduct(of: c) { i, k, o in
      values[o] += Double(xs[i]) * Double(ws[k])
      dx[i] += Double(gs[o]) * Double(ws[k])
      dw[k] += Double(gs[o]) * Double(xs[i])
    }
    let points = shape[2...].reduce(1, *)
    var db = [Double](repeating: 0, count: bs.count)
    for o in values.indices {
      values[o] += Double(bs[o / points % c.outputs])
      db[o / points % c.outputs] += Double(gs[o])
    }
    #expect(y.shape == shape)
    func check(_ found: Tensor, _ expected: [Double], _ what: String) {
      let error = relativeError(found, Tensor(expected.map(Float.init), shape: found.shape))
      #expect(error < 4e-6, "\(what)")
    }
    let gradients = tape.gradients(of: (watched * Variable(g)).sum())
    check(y.value, values, "y")
    check(try #require(gradients[x]), dx, "dx")
    check(try #require(gradients[w]), dw, "dw")
    check(try #require(gradients[b]), db, "db")
    for method in c.methods {
      let name = "\(type(of: method))"
      check(method.output(of: c.input, weight: c.weight, bias: c.bias, shape: shape), values, "\(name) y")
      check(
        method.inputGradient(of: g, weight: c.weight, bias: nil, shape: c.input.shape), dx, "\(name) dx")
      check(method.weightGradient(of: g, input: c.input, shape: c.weight.shape), dw, "\(name) dw")
    }
  }

  @Test(
    "the methods agree where there are many windows and weights",
    arguments: [
      ConvolutionCase(
        shape: [2100], kernel: [3], stride: [1], padding: [1], samples: 1, inputs: 212, outputs: 215),
      ConvolutionCase(
        shape: [61, 70], kernel: [3, 3], stride: [1, 1], padding: [1, 1], mode: .periodic, samples: 4,
        inputs: 17, outputs: 9),
      ConvolutionCase(
        shape: [8, 8], kernel: [3, 3], stride: [1, 1], padding: [1, 1], samples: 3, inputs: 130, outputs: 140),
      ConvolutionCase(
        shape: [13, 20, 34], kernel: [3, 3, 3], stride: [1, 1, 1], padding: [1, 1, 1], samples: 2,
        inputs: 5, outputs: 18),
    ])
  func methods(c: ConvolutionCase) throws {
    let methods = c.methods
    try #require(methods.count == 2)
    let shape = [c.samples, c.outputs] + c.shape
    let g = GradientCheck.random(shape, index: 4)
    func results(_ method: any ConvolutionMethod) -> [Tensor] {
      [
        method.output(of: c.input, weight: c.weight, bias: c.bias, shape: shape),
        method.inputGradient(of: g, weight: c.weight, bias: nil, shape: c.input.shape),
        method.weightGradient(of: g, input: c.input, shape: c.weight.shape),
      ]
    }
    for (a, b) in zip(results(methods[0]), results(methods[1])) { #expect(relativeError(a, b) < 4e-6) }
  }

  @Test(
    "gradients agree with differences",
    arguments: [
      ConvolutionCase(shape: [9], kernel: [3], stride: [1], padding: [1]),
      ConvolutionCase(shape: [9, 6], kernel: [3, 3], stride: [1, 1], padding: [1, 1], mode: .periodic),
      ConvolutionCase(shape: [5, 6, 7], kernel: [3, 3, 3], stride: [1, 1, 1], padding: [1, 1, 1]),
      ConvolutionCase(shape: [9, 8], kernel: [2, 4], stride: [2, 1], padding: [1, 2]),
    ])
  func gradients(c: ConvolutionCase) {
    let error = GradientCheck.error(at: [c.input, c.weight, c.bias]) {
      $0[0].convolved(weight: $0[1], bias: $0[2], stride: c.stride, padding: c.padding, mode: c.mode)
    }
    #expect(error < 1e-3)
  }

  @Test(
    "the same bits come out at any number of threads",
    arguments: [
      ConvolutionCase(shape: [40], kernel: [3], stride: [1], padding: [1], samples: 7, inputs: 5, outputs: 6),
      ConvolutionCase(
        shape: [93, 80], kernel: [3, 3], stride: [1, 1], padding: [1, 1], samples: 5, inputs: 34),
      ConvolutionCase(
        shape: [33, 20], kernel: [2, 3], stride: [2, 1], padding: [0, 1], samples: 5, inputs: 34),
      ConvolutionCase(
        shape: [8, 8], kernel: [3, 3], stride: [1, 1], padding: [1, 1], samples: 3, inputs: 130, outputs: 140),
    ])
  func threads(c: ConvolutionCase) {
    for method in c.methods {
      func run(threads: Int) -> [Tensor] {
        WorkerPool.withThreads(threads) {
          let y = method.output(of: c.input, weight: c.weight, bias: c.bias, shape: c.outputShape)
          return [
            y, method.inputGradient(of: y, weight: c.weight, bias: nil, shape: c.input.shape),
            method.weightGradient(of: y, input: c.input, shape: c.weight.shape),
          ]
        }
      }
      let one = run(threads: 1)
      #expect(run(threads: 2) == one)
      #expect(run(threads: 3) == one)
    }
  }

  @Test("new weights fill ±1/√fan-in, and depend on the parameter's own generator alone")
  func initialization() throws {
    let layer = Convolution(name: "c", inputs: 8, outputs: 16, kernel: [3, 3])
    let parameters = layer.initialParameters { CounterGenerator(seed: 1, purpose: .test, index: $0.count) }
    #expect(parameters.map(\.name) == ["c.weight", "c.bias"])
    #expect(parameters.map(\.tensor.shape) == [[16, 8, 3, 3], [16]])
    let weights = parameters[0].tensor.elements
    let bound = 1 / Float(72).squareRoot()
    #expect(weights.allSatisfy { abs($0) <= bound })
    #expect(try #require(weights.max()) > 0.95 * bound && (try #require(weights.min())) < -0.95 * bound)
    let bare = Convolution(name: "c", inputs: 8, outputs: 16, kernel: [3, 3], hasBias: false)
    #expect(
      bare.initialParameters { CounterGenerator(seed: 1, purpose: .test, index: $0.count) }.map(\.tensor)
        == [parameters[0].tensor])
  }
}

@Suite("Transposed convolution") struct TransposedConvolutionTests {
  static let cases: [ConvolutionCase] = [
    ConvolutionCase(shape: [5], kernel: [2], stride: [2], padding: [0]),
    ConvolutionCase(shape: [5], kernel: [3], stride: [2], padding: [0]),
    ConvolutionCase(shape: [5, 4], kernel: [2, 2], stride: [2, 2], padding: [0, 0]),
    ConvolutionCase(shape: [5, 4], kernel: [3, 2], stride: [1, 3], padding: [0, 0]),
    ConvolutionCase(shape: [2, 5, 4], kernel: [2, 2, 2], stride: [2, 2, 2], padding: [0, 0, 0]),
    ConvolutionCase(shape: [2, 3, 4], kernel: [3, 1, 2], stride: [2, 2, 1], padding: [0, 0, 0]),
    ConvolutionCase(shape: [19], kernel: [4], stride: [4], padding: [0]),
    ConvolutionCase(shape: [3, 5], kernel: [4, 8], stride: [4, 8], padding: [0, 0]),
    ConvolutionCase(shape: [1, 2, 3], kernel: [2, 8, 4], stride: [2, 8, 4], padding: [0, 0, 0]),
    ConvolutionCase(
      shape: [20, 31], kernel: [2, 2], stride: [2, 2], padding: [0, 0], inputs: 35, outputs: 34),
    ConvolutionCase(shape: [3], kernel: [2], stride: [2], padding: [0], samples: 50, inputs: 35, outputs: 34),
  ]

  @Test("spreads every point over its window, as the definition says", arguments: cases)
  func definition(c: ConvolutionCase) throws {
    let layer = TransposedConvolution(
      name: "up", inputs: c.inputs, outputs: c.outputs, kernel: c.kernel, stride: c.stride)
    #expect(layer.weightShape == [c.inputs, c.outputs] + c.kernel)
    let (x, w, b) = (c.input, GradientCheck.random(layer.weightShape, index: 2), c.bias)
    let y = layer(
      Variable(x), TracedParameters(constants: Parameters([("up.weight", w), ("up.bias", b)]))
    ).value

    let output = zip(zip(c.shape, c.stride), c.kernel).map { ($0.0 - 1) * $0.1 + $1 }
    // Its window of the output takes from a point what a convolution from there to the point would give it.
    let back = ConvolutionCase(
      shape: output, kernel: c.kernel, stride: c.stride, padding: c.padding, samples: c.samples,
      inputs: c.outputs, outputs: c.inputs)
    let points = output.reduce(1, *)
    var expected = (0..<y.count).map { Double(b.elements[$0 / points % c.outputs]) }
    let (xs, ws) = (x.elements, w.elements)
    let shape = forEachProduct(of: back) { to, k, from in expected[to] += Double(xs[from]) * Double(ws[k]) }
    #expect(shape == x.shape && y.shape == [c.samples, c.outputs] + output)
    let error = relativeError(y, Tensor(expected.map(Float.init), shape: y.shape))
    #expect(error < 2e-6)
  }

  @Test("gradients agree with differences", arguments: cases.dropLast(2))
  func gradients(c: ConvolutionCase) {
    let w = GradientCheck.random([c.inputs, c.outputs] + c.kernel, index: 2)
    let error = GradientCheck.error(at: [c.input, w, c.bias]) {
      $0[0].transposeConvolved(weight: $0[1], bias: $0[2], stride: c.stride)
    }
    #expect(error < 1e-3)
  }
}

@Suite("Maximum pooling") struct MaximumPoolingTests {
  @Test(
    "takes the largest of each window and sends the gradient back to it",
    arguments: [
      ([9], [2], [2]), ([9], [3], [1]), ([6, 8], [2, 2], [2, 2]), ([7, 9], [3, 2], [2, 3]),
      ([4, 6, 5], [2, 2, 2], [2, 2, 2]), ([5, 4, 6], [1, 3, 2], [2, 1, 1]),
    ])
  func definition(shape: [Int], window: [Int], stride: [Int]) throws {
    let values = GradientCheck.random([2, 3] + shape, index: 1)
    let pool = MaximumPooling(window: window, stride: stride)
    let tape = Tape()
    let x = tape.watch(values)
    let y = pool(x)
    let g = GradientCheck.random(y.shape, index: 2)
    let gradient = try #require(tape.gradients(of: (y * Variable(g)).sum())[x]).elements
    #expect(pool(Variable(values)).value == y.value)

    // The windows of a field with one channel in and out are those of a convolution with that kernel.
    let c = ConvolutionCase(
      shape: shape, kernel: window, stride: stride, padding: shape.map { _ in 0 }, samples: 6, inputs: 1,
      outputs: 1)
    var largest = [(value: Float, place: Int)](repeating: (-.infinity, -1), count: y.value.count)
    let elements = values.elements
    let windows = forEachProduct(of: c) { from, _, to in
      if elements[from] > largest[to].value { largest[to] = (elements[from], from) }
    }
    #expect(y.shape == [2, 3] + windows[2...])
    #expect(y.value.elements == largest.map(\.value))
    var expected = [Float](repeating: 0, count: elements.count)
    for (place, one) in largest.enumerated() { expected[one.place] += g.elements[place] }
    #expect(gradient == expected)
  }

  @Test("of equal values the first gets the gradient, and NaN is passed on")
  func ties() throws {
    let tape = Tape()
    let x = tape.watch(Tensor([1, 2, 2, 2, 5, 5, .nan, 4], shape: [1, 1, 2, 4]))
    let y = MaximumPooling(window: [2, 2])(x)
    #expect(y.value.elements[0] == 5 && y.value.elements[1].isNaN)
    let gradient = try #require(tape.gradients(of: y.sum())[x])
    #expect(gradient.elements == [0, 0, 0, 0, 1, 0, 1, 0])
    let equal = tape.watch(Tensor(repeating: 3, shape: [1, 1, 4]))
    #expect(tape.gradients(of: MaximumPooling(window: [2])(equal).sum())[equal]?.elements == [1, 0, 1, 0])
  }
}
