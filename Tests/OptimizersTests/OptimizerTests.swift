import Autodiff
import Foundation
import Optimizers
import Safetensors
import SystemFiles
import TensorCore
import TestSupport
import Testing

// The expected parameters were computed with PyTorch 2.13.0 (CPU) by
//
//     w0 = float32(cos(i)), i < 3;  c0 = float32(cos(i + 10)), i < 4, as two complex numbers
//     gradients of step t = 1…4: float32(sin(0.7 i + 1.3 t)) and float32(2 sin(0.9 i + 0.4 t))
//     groups = [{"params": [w], "lr": 0.1}, {"params": [c], "lr": 0.02}], both rates halved before step 3
//     torch.optim.Adam(groups, weight_decay=0.01)
//     torch.optim.AdamW(groups, weight_decay=0.1)
//     torch.optim.SGD(groups, lr=1, weight_decay=0.01)
//     torch.optim.SGD(groups, lr=1, momentum=0.9, weight_decay=0.01)
//     torch.optim.SGD(groups, lr=1, momentum=0.9, nesterov=True)
//
// and, for a second moment that both parts of a complex number share, in double precision by
//
//     g += 0.01 p;  m = 0.9 m + 0.1 g;  v = 0.999 v + 0.001 abs(g)**2
//     p -= lr / (1 - 0.9**t) * m / (sqrt(v / (1 - 0.999**t)) + 1e-8)
//
// Each row holds w (three numbers) and c (four) after a step.
private let golden: [String: [[Float]]] = [
  "Adam": [
    [0.900000036, 0.440302283, -0.516146839, -0.859071493, -0.0155742997, 0.82385397, 0.887446821],
    [0.805709302, 0.38652873, -0.483609349, -0.878534317, -0.0355871804, 0.804545164, 0.900431514],
    [0.791405439, 0.395644039, -0.452409923, -0.888293862, -0.0455318242, 0.796214223, 0.908403754],
    [0.797956109, 0.410498887, -0.43480137, -0.898164272, -0.0551822893, 0.791059732, 0.917054713],
  ],
  "AdamW": [
    [0.889999986, 0.434899241, -0.511985362, -0.857393384, -0.015583151, 0.822166264, 0.885631979],
    [0.786907792, 0.377257019, -0.474998146, -0.875150919, -0.0355649032, 0.801219761, 0.897063434],
    [0.769194126, 0.384775609, -0.441631913, -0.884039521, -0.0454741009, 0.792106926, 0.904179871],
    [0.772456646, 0.398007393, -0.422137171, -0.893028855, -0.0550794378, 0.786215484, 0.911949992],
  ],
  "descent": [
    [0.902644157, 0.448832244, -0.458468676, -0.854480445, -0.0341175161, 0.811345339, 0.905602098],
    [0.850191355, 0.464157969, -0.382329971, -0.883003771, -0.0737772882, 0.790562987, 0.91945231],
    [0.884154558, 0.513610423, -0.340525419, -0.901556253, -0.0910340995, 0.787661552, 0.933115661],
    [0.927885234, 0.532047451, -0.355932236, -0.921457589, -0.102994442, 0.792693615, 0.951345682],
  ],
  "momentum": [
    [0.902644157, 0.448832244, -0.458468676, -0.854480445, -0.0341175161, 0.811345339, 0.905602098],
    [0.762571156, 0.381834954, -0.420419604, -0.896871805, -0.108466178, 0.761305273, 0.917792082],
    [0.733545303, 0.40117979, -0.361473948, -0.934499025, -0.159176409, 0.73588872, 0.936941087],
    [0.751228034, 0.437083393, -0.32381919, -0.988261521, -0.216769144, 0.718051016, 0.972404838],
  ],
  "Nesterov": [
    [0.816923916, 0.36753577, -0.497349024, -0.868667305, -0.0688047186, 0.782408237, 0.904286683],
    [0.640930414, 0.323854357, -0.388174325, -0.935803533, -0.175390527, 0.717034876, 0.929598987],
    [0.650268674, 0.391499817, -0.294036418, -0.988519907, -0.238306135, 0.691533327, 0.960810542],
    [0.711651862, 0.443182915, -0.27636075, -1.0571717, -0.302134335, 0.680832624, 1.01133549],
  ],
  // Adam again for w, which is real.
  "Adam, shared moment": [
    [0.900000036, 0.440302283, -0.516146839, -0.846495851, -0.0141452254, 0.823886073, 0.906313716],
    [0.805709302, 0.38652873, -0.483609349, -0.856339407, -0.0314097517, 0.80573166, 0.91073593],
    [0.791405439, 0.395644039, -0.452409923, -0.862225134, -0.0393424332, 0.79918553, 0.915666916],
    [0.797956109, 0.410498887, -0.43480137, -0.86887854, -0.0464708647, 0.795859478, 0.922275866],
  ],
]

private func optimizer(_ name: String) -> any Optimizer {
  switch name {
  case "Adam": Adam(weightDecay: .coupled(0.01), complexMoment: .separate, complexParameters: ["c"])
  case "AdamW": Adam(weightDecay: .decoupled(0.1), complexMoment: .separate, complexParameters: ["c"])
  case "descent": StochasticGradientDescent(weightDecay: 0.01)
  case "momentum": StochasticGradientDescent(momentum: 0.9, weightDecay: 0.01)
  case "Nesterov": StochasticGradientDescent(momentum: 0.9, usesNesterovMomentum: true)
  default: Adam(weightDecay: .coupled(0.01), complexParameters: ["c"])
  }
}

private func values(_ count: Int, _ function: (Double) -> Double) -> [Float] {
  (0..<count).map { Float(function(Double($0))) }
}

private let initial = Parameters([
  ("w", Tensor(values(3) { cos($0) }, shape: [3])), ("c", Tensor(values(4) { cos($0 + 10) }, shape: [2, 2])),
])

private func gradients(step: Int) -> Parameters {
  let time = Double(step)
  return Parameters([
    ("w", Tensor(values(3) { sin(0.7 * $0 + 1.3 * time) }, shape: [3])),
    ("c", Tensor(values(4) { 2 * sin(0.9 * $0 + 0.4 * time) }, shape: [2, 2])),
  ])
}

private func rate(_ name: String, step: Int) -> Double {
  (name == "w" ? 0.1 : 0.02) * (step < 3 ? 1 : 0.5)
}

@Suite("Optimizers") struct OptimizerTests {
  @Test("take PyTorch's steps, with a learning rate for each parameter", arguments: golden.keys.sorted())
  func goldenSteps(name: String) throws {
    let rows = try #require(golden[name])
    var optimizer = optimizer(name)
    var parameters = initial
    for (index, row) in rows.enumerated() {
      let step = index + 1
      optimizer.update(&parameters, gradients: gradients(step: step)) { rate($0, step: step) }
      let found = parameters["w"].elements + parameters["c"].elements
      for (found, wanted) in zip(found, row) {
        #expect(
          abs(found - wanted) <= 2e-7 + 1e-6 * abs(wanted), "step \(step): \(found) instead of \(wanted)")
      }
      #expect(optimizer.steps == step)
    }
  }

  @Test("go on with the same bits from a state that went through a file", arguments: golden.keys.sorted())
  func resuming(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("state")
    var whole = optimizer(name)
    var parameters = initial
    for step in 1...2 {
      whole.update(&parameters, gradients: gradients(step: step)) { rate($0, step: step) }
    }
    try SafetensorsFile.write(whole.state, to: path)
    let file = try SafetensorsFile(reading: path)
    let state = Parameters(try file.names.map { (name: $0, tensor: try file.tensor(named: $0)) })
    var resumed = optimizer(name)
    try resumed.restore(state, steps: whole.steps, for: parameters, file: path)

    var resumedParameters = parameters
    for step in 3...4 {
      whole.update(&parameters, gradients: gradients(step: step)) { rate($0, step: step) }
      resumed.update(&resumedParameters, gradients: gradients(step: step)) { rate($0, step: step) }
    }
    #expect(resumedParameters == parameters)
    #expect(resumed.state == whole.state && resumed.steps == 4)
  }

  @Test("treat every element alike, wherever it is in a large tensor", arguments: golden.keys.sorted())
  func largeTensors(name: String) {
    // Odd, so that the pattern meets the pieces that threads take at every phase.
    let copies = 12_345
    func tiled(_ parameters: Parameters) -> Parameters {
      Parameters(
        parameters.map { name, tensor in
          let elements = Array(repeatElement(tensor.elements, count: copies).joined())
          return (name: name, tensor: Tensor(elements, shape: [copies] + tensor.shape))
        })
    }
    var (small, large) = (initial, tiled(initial))
    var (one, many) = (optimizer(name), optimizer(name))
    for step in 1...2 {
      one.update(&small, gradients: gradients(step: step)) { rate($0, step: step) }
      many.update(&large, gradients: tiled(gradients(step: step))) { rate($0, step: step) }
    }
    // Not to the bit: the elements that do not fill a vector are computed by other instructions.
    for (name, expected) in tiled(small) {
      let pairs = zip(large[name].elements, expected.elements)
      #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }, "\(name)")
    }
  }

  @Test("leave alone what has no gradient", arguments: golden.keys.sorted())
  func missingGradient(name: String) {
    var optimizer = optimizer(name)
    var parameters = initial
    optimizer.update(&parameters, gradients: Parameters([("w", initial["w"])])) { _ in 0.1 }
    #expect(parameters["c"] == initial["c"])
    #expect(parameters["w"] != initial["w"])
  }

  @Test("refuse a state that does not fit, and stay as they were")
  func foreignState() throws {
    var adam = Adam(complexParameters: ["c"])
    var parameters = initial
    adam.update(&parameters, gradients: gradients(step: 1)) { _ in 0.1 }
    let before = adam.state
    #expect(before.tensor(named: "second_moment.c")?.shape == [2])

    let missing = OptimizerStateError.missingTensor(file: "last.safetensors", tensor: "first_moment.w")
    #expect(throws: missing) {
      try adam.restore(Parameters(), steps: 9, for: parameters, file: "last.safetensors")
    }
    var separate = Adam(complexMoment: .separate, complexParameters: ["c"])
    separate.update(&parameters, gradients: gradients(step: 1)) { _ in 0.1 }
    let shape = OptimizerStateError.shape(
      file: "last.safetensors", tensor: "second_moment.c", found: [2, 2], expected: [2])
    #expect(throws: shape) {
      try adam.restore(separate.state, steps: 9, for: parameters, file: "last.safetensors")
    }
    #expect(adam.state == before && adam.steps == 1)
    #expect(shape.fault == .data && shape.description.hasPrefix("last.safetensors"))
  }
}

@Suite("A factor on the weight decay") struct WeightDecayFactorTests {
  @Test("is the same as another weight decay")
  func factor() {
    let pairs: [(any Optimizer, any Optimizer)] = [
      (Adam(weightDecay: .coupled(0.25)), Adam(weightDecay: .coupled(0.5))),
      (Adam(weightDecay: .decoupled(0.25)), Adam(weightDecay: .decoupled(0.5))),
      (StochasticGradientDescent(weightDecay: 0.25), StochasticGradientDescent(weightDecay: 0.5)),
      (Adafactor(weightDecay: 0.25), Adafactor(weightDecay: 0.5)),
    ]
    for (one, twice) in pairs {
      var (one, twice, none) = (one, twice, one)
      var results = [initial, initial, initial]
      for step in 1...2 {
        let gradients = gradients(step: step)
        one.update(&results[0], gradients: gradients, weightDecayFactor: { $0 == "w" ? 2 : 1 }) { _ in 0.1 }
        twice.update(&results[1], gradients: gradients) { _ in 0.1 }
        none.update(&results[2], gradients: gradients) { _ in 0.1 }
      }
      #expect(results[0]["w"] == results[1]["w"] && results[0]["w"] != results[2]["w"])
      #expect(results[0]["c"] == results[2]["c"] && results[0]["c"] != results[1]["c"])
    }
  }
}

@Suite("Gradient clipping") struct GradientClippingTests {
  @Test("scales all gradients by PyTorch's factor")
  func clipping() {
    // torch.nn.utils.clip_grad_norm_(parameters, 0.5) on the gradients of step 1 above.
    var clipped = gradients(step: 1)
    let norm = clipped.clipNorm(to: 0.5)
    #expect(abs(norm - 2.979910373687744) < 1e-6)
    let wanted: [Float] = [
      0.16167566180229187, 0.15257123112678528, 0.07171016931533813, 0.13068118691444397, 0.32335132360458374,
      0.2713156044483185, 0.013953657820820808,
    ]
    for (found, wanted) in zip(clipped["w"].elements + clipped["c"].elements, wanted) {
      #expect(abs(found - wanted) <= 1e-6 * wanted)
    }
  }

  @Test("leaves small gradients and those that are not finite")
  func untouched() {
    var small = gradients(step: 1)
    #expect(small.clipNorm(to: 3) < 3)
    #expect(small == gradients(step: 1))

    var infinite = Parameters([("a", Tensor([1, .infinity], shape: [2])), ("b", Tensor(2))])
    #expect(infinite.clipNorm(to: 1) == .infinity)
    #expect(infinite["a"].elements == [1, .infinity] && infinite["b"].scalar == 2)
  }
}
