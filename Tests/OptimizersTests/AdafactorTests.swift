import Autodiff
import Foundation
import Optimizers
import TensorCore
import TestSupport
import Testing

// A vector, a matrix, a convolution and complex weights of a spectral convolution.
private let initial = Parameters([
  ("v", tensor([3]) { cos($0) }), ("m", tensor([3, 4]) { cos($0 + 3) }),
  ("k", tensor([2, 3, 2, 2]) { 0.1 * cos($0 + 5) }), ("c", tensor([2, 3, 2, 2]) { cos($0 + 7) }),
])

private func gradients(step: Int) -> Parameters {
  let time = Double(step)
  return Parameters([
    ("v", tensor([3]) { sin(0.7 * $0 + 1.3 * time) }),
    ("m", tensor([3, 4]) { 2 * sin(0.9 * $0 + 0.4 * time) }),
    ("k", tensor([2, 3, 2, 2]) { 0.01 * sin(1.1 * $0 + 0.6 * time) }),
    ("c", tensor([2, 3, 2, 2]) { sin(0.3 * $0 * $0 + 0.5 * time) }),
  ])
}

private func tensor(_ shape: [Int], _ function: (Double) -> Double) -> Tensor {
  Tensor((0..<shape.reduce(1, *)).map { Float(function(Double($0))) }, shape: shape)
}

private func rate(_ name: String) -> Double { name == "m" ? 0.02 : 0.01 }

@Suite("Adafactor") struct AdafactorTests {
  // Computed with PyTorch 2.13.0 (CPU) from the tensors above by
  //
  //     torch.optim.Adafactor([{"params": [v, k], "lr": 0.01}, {"params": [m], "lr": 0.02}], weight_decay=0.1)
  //
  // which factors the last two axes, so k was given to it as k.permute(2, 3, 0, 1). Each row holds v, m and k.
  private static let golden: [Int: [Float]] = [
    1: [
      0.992011666, 0.532773614, -0.422719061, -0.995892525, -0.668132126, 0.260489404, 0.957001805,
      0.766962826, -0.129887879, -0.896950424, -0.848953843, -0.0131215565, 0.830445051, 0.905011654,
      0.157097951, 0.0277897157, 0.0951237381, 0.0745876059, -0.0139233479, -0.0901189521, -0.0834424198,
      -0.000154071226, 0.0833540931, 0.09060774, 0.014315214, -0.0750015751, -0.0958715901, -0.028299164,
      0.0653679967, 0.099454388, 0.0415408872, -0.0542143695, -0.10083203, -0.0540504791, 0.04193829,
      0.0999645963, 0.065385811, -0.0287981648, -0.0970910862,
    ],
    4: [
      0.997939944, 0.544475198, -0.409691155, -1.03524923, -0.711447597, 0.24405618, 0.98927933, 0.808846354,
      -0.101242594, -0.916021645, -0.894780159, -0.0520567335, 0.821070552, 0.956445277, 0.209782064,
      0.0254757125, 0.094246082, 0.0764859393, -0.0117785512, -0.0895627439, -0.0853688717, -0.00211885991,
      0.0832338333, 0.0926822945, 0.0159683581, -0.0753943548, -0.0979354084, -0.02958549, 0.0664555654,
      0.102082752, 0.0424871519, -0.0557618067, -0.103382342, -0.0546464622, 0.0439569019, 0.1021244,
      0.0656189993, -0.0311896466, -0.0990159661,
    ],
  ]

  @Test("takes PyTorch's steps, with a learning rate for each parameter")
  func goldenSteps() throws {
    var optimizer = Adafactor(weightDecay: 0.1, complexParameters: ["c"])
    var parameters = initial
    for step in 1...4 {
      optimizer.update(&parameters, gradients: gradients(step: step), learningRate: rate)
      guard let row = Self.golden[step] else { continue }
      let found = parameters["v"].elements + parameters["m"].elements + parameters["k"].elements
      #expect(found.count == row.count)
      for (index, (found, wanted)) in zip(found, row).enumerated() {
        #expect(
          abs(found - wanted) <= 2e-7 + 2e-6 * abs(wanted), "step \(step), \(index): \(found), \(wanted)")
      }
    }
  }

  /// The equations of algorithms 4 and 5 on one matrix of complex numbers in double precision, sums where the
  /// implementation has means; t is the last step.
  private func expectedUpdates(_ history: [[[(Double, Double)]]], firstStep: Int) -> [[(Double, Double)]] {
    let (rows, columns) = (history[0].count, history[0][0].count)
    var (r, c) = (Array(repeating: 0.0, count: rows), Array(repeating: 0.0, count: columns))
    var update = history[0]
    for (index, g) in history.enumerated() {
      let beta = 1 - pow(Double(firstStep + index), -0.8)
      for i in 0..<rows {
        for j in 0..<columns { update[i][j] = g[i][j] }
        r[i] = beta * r[i] + (1 - beta) * g[i].reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 + 1e-30 }
      }
      for j in 0..<columns {
        c[j] = beta * c[j] + (1 - beta) * g.reduce(0) { $0 + $1[j].0 * $1[j].0 + $1[j].1 * $1[j].1 + 1e-30 }
      }
    }
    let total = r.reduce(0, +)
    for i in 0..<rows {
      for j in 0..<columns {
        let root = (r[i] * c[j] / total).squareRoot()
        update[i][j] = (update[i][j].0 / root, update[i][j].1 / root)
      }
    }
    return update
  }

  @Test(
    "takes the steps of its equations: vectors, matrices, kernels and complex modes, with each option",
    arguments: [true, false], [true, false])
  func equations(scales: Bool, isRelative: Bool) throws {
    // So late that relative steps shrink; the moments then begin at zero all the same.
    let first = 40_001
    for (threshold, moment) in [(1.0, Adam.ComplexMoment.shared), (0.2, .separate)] {
      var optimizer = Adafactor(
        scalesByParameters: scales, usesRelativeStep: isRelative, clippingThreshold: threshold,
        complexMoment: moment, complexParameters: ["c"])
      // A step with a rate of zero makes moments to restore.
      var scratch = optimizer
      var parameters = initial
      scratch.update(&parameters, gradients: gradients(step: 1)) { _ in 0 }
      let zeros = Parameters(scratch.state.map { ($0.name, .zeros($0.tensor.shape)) })
      try optimizer.restore(zeros, steps: first - 1, for: initial, file: "none")

      var before = initial
      for step in 1...3 {
        before = parameters
        optimizer.update(&parameters, gradients: gradients(step: step), learningRate: rate)
      }
      for (name, old) in before {
        let isComplex = name == "c" && moment == .shared
        let shape = isComplex ? Array(old.shape.dropLast()) : old.shape
        let (rows, columns) = (shape[0], shape.count > 1 ? shape[1] : 1)
        let positions = shape.dropFirst(2).reduce(1, *)
        func number(_ tensor: Tensor, _ i: Int, _ j: Int, _ p: Int) -> (Double, Double) {
          let place = (i * columns + j) * positions + p
          guard isComplex else { return (Double(tensor.elements[place]), 0) }
          return (Double(tensor.elements[2 * place]), Double(tensor.elements[2 * place + 1]))
        }
        let updates = (0..<positions).map { p in
          expectedUpdates(
            (1...3).map { step in
              let gradient = gradients(step: step)[name]
              return (0..<rows).map { i in (0..<columns).map { j in number(gradient, i, j, p) } }
            }, firstStep: first)
        }
        func rms(_ numbers: [(Double, Double)]) -> Double {
          (numbers.reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 } / Double(numbers.count)).squareRoot()
        }
        var step = rate(name) / max(1, rms(updates.flatMap { $0 }.flatMap { $0 }) / threshold)
        if isRelative { step *= 100 / 40_003.0.squareRoot() }
        if scales {
          let all = (0..<rows * columns * positions).map { place in
            number(old, place / (columns * positions), place / positions % columns, place % positions)
          }
          step *= max(1e-3, rms(all))
        }
        for i in 0..<rows {
          for j in 0..<columns {
            for p in 0..<positions {
              let (from, to) = (number(old, i, j, p), number(parameters[name], i, j, p))
              let update = updates[p][i][j]
              #expect(abs(from.0 - step * update.0 - to.0) < 2e-7 + 1e-5 * step * abs(update.0), "\(name)")
              #expect(abs(from.1 - step * update.1 - to.1) < 2e-7 + 1e-5 * step * abs(update.1), "\(name)")
            }
          }
        }
      }
    }
  }

  @Test(
    "a gradient whose squares have rank 1 is divided by its own size, so every step is as long as the rate")
  func closedForm() {
    let (left, right): ([Float], [Float]) = ([1, -20, 0.003], [0.5, -4])
    let slope = Parameters([("m", Tensor(left.flatMap { l in right.map { l * $0 } }, shape: [3, 2]))])
    var parameters = Parameters([("m", Tensor([1, 1, 1, 1, 1, 1], shape: [3, 2]))])
    var optimizer = Adafactor(scalesByParameters: false)
    for step in 1...5 {
      optimizer.update(&parameters, gradients: slope) { _ in 0.01 }
      for (value, gradient) in zip(parameters["m"].elements, slope["m"].elements) {
        #expect(abs(value - (1 - 0.01 * Float(step) * (gradient > 0 ? 1 : -1))) < 1e-6)
      }
    }
  }

  @Test("rows, columns or whole tensors without a gradient stay where they are")
  func zeroGradients() {
    var parameters = Parameters([("m", initial["m"]), ("v", initial["v"])])
    var optimizer = Adafactor()
    var slope = [Float](repeating: 0, count: 12)
    slope[5] = 1e-3
    for _ in 1...3 {
      optimizer.update(
        &parameters, gradients: Parameters([("m", Tensor(slope, shape: [3, 4])), ("v", .zeros([3]))])
      ) { _ in 0.01 }
    }
    #expect(parameters["v"] == initial["v"])
    for (index, (now, then)) in zip(parameters["m"].elements, initial["m"].elements).enumerated() {
      #expect(index == 5 ? now < then : now == then)
    }
  }

  @Test("keeps one number a row and one a column of each matrix, and goes on from them with the same bits")
  func state() throws {
    for moment in [Adam.ComplexMoment.shared, .separate] {
      let fresh = Adafactor(weightDecay: 0.01, complexMoment: moment, complexParameters: ["c"])
      var (whole, parameters) = (fresh, initial)
      #expect(fresh.state.count == 0)
      whole.update(&parameters, gradients: gradients(step: 1), learningRate: rate)
      let shapes = ["v": ([3, 1], [1, 1]), "m": ([3, 1], [4, 1]), "k": ([2, 4], [3, 4])]
      for (name, shape) in shapes {
        #expect(whole.state["row_moment.\(name)"].shape == shape.0)
        #expect(whole.state["column_moment.\(name)"].shape == shape.1)
      }
      #expect(whole.state["column_moment.c"].shape == [3, moment == .shared ? 2 : 4])

      var (resumed, resumedParameters) = (fresh, parameters)
      try resumed.restore(whole.state, steps: whole.steps, for: parameters, file: "state")
      for step in 2...4 {
        whole.update(&parameters, gradients: gradients(step: step), learningRate: rate)
        resumed.update(&resumedParameters, gradients: gradients(step: step), learningRate: rate)
      }
      #expect(resumedParameters == parameters)
      #expect(resumed.state == whole.state && resumed.steps == 4)
    }
    var other = Adafactor()
    #expect(
      throws: OptimizerStateError.missingTensor(file: "state", tensor: "row_moment.v")
    ) { try other.restore(Parameters(), steps: 1, for: initial, file: "state") }
  }
}
