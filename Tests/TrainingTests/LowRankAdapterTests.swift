import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Low-rank adapters") struct LowRankAdapterTests {
  /// A parameter of each form.
  static let parameters: [(name: String, shape: [Int], form: LowRankAdapter.Form)] = [
    ("fc1.weight", [5, 4], .rows), ("w0.weight", [5, 4, 1, 1], .rows),
    ("enc.conv1.weight", [4, 3, 3, 3], .rows),
    ("upconv1.weight", [4, 3, 2, 2], .rows), ("conv0.weights1", [4, 5, 2, 3, 2], .modes),
    ("blocks.0.filter.w1", [2, 3, 4, 5], .complexMatrices), ("time_agg_layer.w", [3, 4, 5], .matrices),
  ]

  private func adapter(_ index: Int, rank: Int = 2) -> LowRankAdapter {
    let (name, shape, form) = Self.parameters[index]
    return LowRankAdapter(name, shape: shape, form: form, rank: rank)
  }

  @Test("forms are told by names and shapes; biases, normalizations and tables have none")
  func forms() {
    for (name, shape, form) in Self.parameters {
      #expect(LowRankAdapter.form(of: name, shape: shape) == form)
    }
    for (name, shape) in [
      ("fc1.bias", [5]), ("norm1.weight", [5]), ("pos_embed", [1, 4, 8, 8]),
      ("blocks.0.filter.b1", [2, 3, 4]),
      ("time_agg_layer.gamma", [1, 4]),
    ] { #expect(LowRankAdapter.form(of: name, shape: shape) == nil) }
  }

  @Test("a linear layer's and a pointwise convolution's A and B have PEFT's names and shapes")
  func names() {
    let (linear, pointwise) = (adapter(0), adapter(1))
    #expect(linear.downName == "fc1.lora_A.weight" && linear.upName == "fc1.lora_B.weight")
    #expect(linear.downShape == [2, 4] && linear.upShape == [5, 2])
    #expect(pointwise.downShape == [2, 4, 1, 1] && pointwise.upShape == [5, 2, 1, 1])
  }

  @Test(
    "A begins within ±1/√inputs, filling it, and B with zero, so that nothing changes",
    arguments: parameters.indices)
  func initialValues(index: Int) {
    let adapter = adapter(index)
    let adapters = LowRankAdapters([adapter], alpha: 4)
    let weight = GradientCheck.random(adapter.shape)
    let pairs = adapters.initialParameters(seed: 3)
    let inputs = [4, 4, 27, 12, 4, 4, 4][index]
    let bound = 1 / Float(inputs).squareRoot()
    let largest = pairs[0].tensor.elements.reduce(0) { max($0, abs($1)) }
    #expect(largest <= bound && largest > 0.5 * bound)
    #expect(pairs[1].tensor.elements.allSatisfy { $0 == 0 })
    let merged = adapters.merged(Parameters([(adapter.parameter, weight)] + pairs))
    #expect(merged == Parameters([(adapter.parameter, weight)]))
  }

  /// ΔW element by element: of sums of products, complex ones where the form is.
  private func denseCorrection(_ adapter: LowRankAdapter, _ a: Tensor, _ b: Tensor) -> Tensor {
    let (rank, shape) = (adapter.rank, adapter.shape)
    var result = Tensor.zeros(shape)
    func complex(_ tensor: Tensor, _ real: Int, _ imaginary: Int) -> (Float, Float) {
      (tensor.elements[real], tensor.elements[imaginary])
    }
    var elements = result.elements
    switch adapter.form {
    case .rows:
      let columns = shape[1...].reduce(1, *)
      for row in 0..<shape[0] {
        for column in 0..<columns {
          elements[row * columns + column] = (0..<rank).reduce(0) {
            $0 + b.elements[row * rank + $1] * a.elements[$1 * columns + column]
          }
        }
      }
    case .matrices:
      for frame in 0..<shape[0] {
        for i in 0..<shape[1] {
          for j in 0..<shape[2] {
            elements[(frame * shape[1] + i) * shape[2] + j] = (0..<rank).reduce(0) {
              $0 + a[frame, i, $1] * b[frame, $1, j]
            }
          }
        }
      }
    case .complexMatrices:
      for block in 0..<shape[1] {
        for i in 0..<shape[2] {
          for j in 0..<shape[3] {
            let place = (block * shape[2] + i) * shape[3] + j
            for k in 0..<rank {
              let (p, q) = ((a[0, block, i, k], a[1, block, i, k]), (b[0, block, k, j], b[1, block, k, j]))
              elements[place] += p.0 * q.0 - p.1 * q.1
              elements[shape[1] * shape[2] * shape[3] + place] += p.0 * q.1 + p.1 * q.0
            }
          }
        }
      }
    case .modes:
      let modes = shape[2...].dropLast().reduce(1, *)
      for i in 0..<shape[0] {
        for j in 0..<shape[1] {
          for mode in 0..<modes {
            for k in 0..<rank {
              let (first, second) = (
                2 * ((i * rank + k) * modes + mode), 2 * ((k * shape[1] + j) * modes + mode)
              )
              let (p, q) = (complex(a, first, first + 1), complex(b, second, second + 1))
              let place = 2 * ((i * shape[1] + j) * modes + mode)
              elements[place] += p.0 * q.0 - p.1 * q.1
              elements[place + 1] += p.0 * q.1 + p.1 * q.0
            }
          }
        }
      }
    }
    result = Tensor(elements, shape: shape)
    return result
  }

  @Test("W + α/r·B·A is the sum of products, with the gradients of its value", arguments: parameters.indices)
  func corrections(index: Int) {
    let adapter = adapter(index)
    let (weight, a, b) = (
      GradientCheck.random(adapter.shape), GradientCheck.random(adapter.downShape, index: 1),
      GradientCheck.random(adapter.upShape, index: 2)
    )
    let adapters = LowRankAdapters([adapter], alpha: 6)
    let merged = adapters.merged(
      Parameters([(adapter.parameter, weight), (adapter.downName, a), (adapter.upName, b)]))
    var expected = weight
    expected.add(denseCorrection(adapter, a, b), scaledBy: 3)
    #expect(relativeError(merged[adapter.parameter], expected) < 1e-6)
    let error = GradientCheck.error(at: [a, b]) { adapter.correction(down: $0[0], up: $0[1]) }
    #expect(error < 1e-3)
  }

  /// A step with a corrected layer is that of its dense twin: the same loss, and ∂L/∂A = s·Bᵀ·G, ∂L/∂B = s·G·Aᵀ with the dense
  /// layer's gradient G.
  @Test("loss and gradients are those of the dense twin")
  func denseTwin() throws {
    let model = FNO(modes: [3], width: 6, initialSteps: 2, variables: 1)
    let parameters = model.initialParameters(seed: 1)
    let adapter = LowRankAdapter("fc1.weight", shape: parameters["fc1.weight"].shape, form: .rows, rank: 3)
    let adapters = LowRankAdapters([adapter], alpha: 6)
    let (a, b) = (
      GradientCheck.random(adapter.downShape, index: 5), GradientCheck.random(adapter.upShape, index: 6)
    )
    let all = Parameters(parameters.map { $0 } + [(adapter.downName, a), (adapter.upName, b)])
    let frames = (0..<2).map { Variable(GradientCheck.random([2, 1, 12], index: $0)) }
    let (grid, target) = (
      GradientCheck.random([1, 12], index: 8), GradientCheck.random([2, 1, 12], index: 9)
    )
    func gradients(
      _ parameters: Parameters, frozen: Set<String>, _ adapt: (TracedParameters) -> TracedParameters
    ) -> (Float, Parameters) {
      let tape = Tape()
      let traced = TracedParameters(parameters, watchedBy: tape, buffers: frozen)
      let loss = model.nextFrame(after: frames, grid: grid, adapt(traced)).meanSquaredError(to: target)
      return (loss.value.scalar, tape.gradients(of: loss)[traced])
    }
    let (loss, own) = gradients(all, frozen: ["fc1.weight"], adapters.applied)
    let (denseLoss, dense) = gradients(adapters.merged(all), frozen: []) { $0 }
    #expect(loss == denseLoss)
    #expect(own.names.contains("fc1.weight") == false)
    let g = Variable(dense["fc1.weight"])
    let expected = [
      adapter.downName: Variable(b).matrixProduct(g, transposingLeft: true),
      adapter.upName: g.matrixProduct(Variable(a), transposingRight: true),
    ]
    for (name, value) in expected {
      #expect(relativeError(own[name], (2 * value).value) < 1e-5)
    }
    for name in own.names where expected[name] == nil { #expect(own[name] == dense[name]) }
  }
}
