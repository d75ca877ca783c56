import Autodiff
import Foundation
import NeuralOperators
import TensorCore
import TestSupport
import Testing

@Suite("Batch normalization") struct BatchNormalizationTests {
  private static let shapes = [[5, 3, 20], [4, 3, 6, 7], [3, 3, 3, 4, 5], [7, 3, 300], [6, 3, 1]]

  private let layer = BatchNormalization(name: "norm", channels: 3)
  private let parameters = Parameters([
    ("norm.weight", Tensor([0.5, -1.5, 2], shape: [3])), ("norm.bias", Tensor([0.3, 0, -1], shape: [3])),
    ("norm.running_mean", Tensor([0.2, -0.1, 1], shape: [3])),
    ("norm.running_var", Tensor([0.5, 2, 1.25], shape: [3])),
    ("norm.num_batches_tracked", Tensor(4)),
  ])

  /// Mean and biased variance of each channel in double precision.
  private func statistics(of x: Tensor) -> [(mean: Double, variance: Double)] {
    let (samples, channels) = (x.shape[0], x.shape[1])
    let points = x.shape[2...].reduce(1, *)
    let elements = x.elements
    return (0..<channels).map { channel in
      var values: [Double] = []
      for sample in 0..<samples {
        let start = (sample * channels + channel) * points
        values += elements[start..<start + points].map(Double.init)
      }
      let mean = values.reduce(0, +) / Double(values.count)
      return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
    }
  }

  /// The layer's equation, value by value.
  private func normalized(_ x: Tensor, by statistics: [(mean: Double, variance: Double)]) -> Tensor {
    let points = x.shape[2...].reduce(1, *)
    let (weight, bias) = (parameters["norm.weight"], parameters["norm.bias"])
    return Tensor(
      x.elements.enumerated().map { index, value in
        let channel = index / points % x.shape[1]
        let (mean, variance) = statistics[channel]
        let scaled = (Double(value) - mean) / (variance + 1e-5).squareRoot()
        return Float(Double(weight[channel]) * scaled + Double(bias[channel]))
      }, shape: x.shape)
  }

  @Test(
    "in training mode channels are normalized by the batch, also far from zero", arguments: shapes, [0, 1000])
  func training(shape: [Int], offset: Float) {
    let x = GradientCheck.random(shape).map { $0 + offset }
    let traced = TracedParameters(parameters, watchedBy: Tape(), buffers: Set(layer.bufferNames))
    let y = layer(Variable(x), traced).value
    // So far from zero the values themselves carry a rounding of 6e-5.
    #expect(relativeError(y, normalized(x, by: statistics(of: x))) < (offset == 0 ? 1e-6 : 2e-4))
  }

  @Test("a pass in training mode moves the running statistics a tenth of the way, the variance unbiased")
  func runningStatistics() {
    let x = GradientCheck.random([5, 3, 20]).map { 3 * $0 + 1 }
    let traced = TracedParameters(parameters, watchedBy: Tape(), buffers: Set(layer.bufferNames))
    let found = statistics(of: x)
    var expected = parameters
    for _ in 0..<2 {
      _ = layer(Variable(x), traced.detached)
      for channel in 0..<3 {
        let (mean, variance) = found[channel]
        expected["norm.running_mean"][channel] *= 0.9
        expected["norm.running_mean"][channel] += Float(0.1 * mean)
        expected["norm.running_var"][channel] *= 0.9
        expected["norm.running_var"][channel] += Float(0.1 * variance * 100 / 99)
      }
      expected["norm.num_batches_tracked"] = expected["norm.num_batches_tracked"].map { $0 + 1 }
    }
    let buffers = traced.buffers?.values ?? Parameters()
    #expect(buffers.names == layer.bufferNames)
    for (name, tensor) in buffers { #expect(relativeError(tensor, expected[name]) < 1e-6, "\(name)") }
    var kept = parameters
    kept.replace(with: buffers)
    #expect(kept["norm.weight"] == parameters["norm.weight"])
    #expect(kept["norm.num_batches_tracked"].scalar == 6)
  }

  @Test("in evaluation mode channels are normalized by the running statistics, which stay", arguments: shapes)
  func evaluation(shape: [Int]) {
    let x = GradientCheck.random(shape)
    let constants = TracedParameters(constants: parameters)
    let y = layer(Variable(x), constants).value
    let running = (0..<3).map {
      (
        mean: Double(parameters["norm.running_mean"][$0]),
        variance: Double(parameters["norm.running_var"][$0])
      )
    }
    #expect(relativeError(y, normalized(x, by: running)) < 1e-6)
    #expect(constants.buffers == nil)
  }

  @Test("gradients in both modes, with and without tanh", arguments: shapes, [true, false])
  func gradients(shape: [Int], isTraining: Bool) {
    let x = GradientCheck.random(shape, index: 1)
    for activation in [Activation.none, .tanh] {
      let inputs = [x, parameters["norm.weight"], parameters["norm.bias"]]
      let error = GradientCheck.error(at: inputs) { inputs in
        apply(inputs, isTraining: isTraining, activation: activation)
      }
      #expect(error < 1e-3, "\(activation): \(error)")
    }
  }

  @Test("tanh in the same pass is tanh after it, values and gradients")
  func fusion() {
    let inputs = [
      GradientCheck.random([4, 3, 40], index: 1), parameters["norm.weight"], parameters["norm.bias"],
    ]
    let weights = Variable(GradientCheck.random([4, 3, 40], index: 2))
    func run(_ body: ([Variable]) -> Variable) -> [Tensor] {
      let tape = Tape()
      let watched = inputs.map(tape.watch)
      let y = body(watched)
      let gradients = tape.gradients(of: (y * weights).sum())
      return [y.value] + watched.compactMap { gradients[$0] }
    }
    for isTraining in [true, false] {
      let fused = run { apply($0, isTraining: isTraining, activation: .tanh) }
      let plain = run { apply($0, isTraining: isTraining, activation: .none).tanh() }
      #expect(fused.count == 4)
      for (a, b) in zip(fused, plain) { #expect(relativeError(a, b) < 1e-6) }
    }
  }

  /// The layer with x, γ and β as variables.
  private func apply(_ inputs: [Variable], isTraining: Bool, activation: Activation) -> Variable {
    inputs[0].normalizingChannels(
      with: isTraining
        ? nil
        : ChannelStatistics(mean: parameters["norm.running_mean"], variance: parameters["norm.running_var"]),
      weight: inputs[1], bias: inputs[2], epsilon: BatchNormalization.epsilon, activation: activation
    ).result
  }

  @Test("parts of a batch are normalized, and passed back, as the whole", arguments: shapes, [0, 100])
  func parts(shape: [Int], offset: Float) {
    let x = GradientCheck.random(shape).map { $0 + offset }
    let weights = GradientCheck.random(shape, index: 2)
    struct Pass: Sendable { let value, x, gamma, beta: Tensor }
    @Sendable func run(_ x: Tensor, _ weights: Tensor, _ others: (any BatchParts)?) -> Pass {
      let tape = Tape()
      let inputs = [x, parameters["norm.weight"], parameters["norm.bias"]].map(tape.watch)
      let y = inputs[0].normalizingChannels(
        with: nil, weight: inputs[1], bias: inputs[2], epsilon: BatchNormalization.epsilon, activation: .tanh,
        otherParts: others
      ).result
      let gradients = tape.gradients(of: (y * Variable(weights)).sum())
      let all = inputs.map { gradients[$0] ?? Tensor(0) }
      return Pass(value: y.value, x: all[0], gamma: all[1], beta: all[2])
    }
    let whole = run(x, weights, nil)
    // Unequal parts.
    let cuts = [0..<1, 1..<shape[0]]
    let meeting = Meeting(of: cuts.count)
    let passes = Results<Pass>(count: cuts.count)
    let done = DispatchGroup()
    for part in cuts.indices {
      let (x, weights) = (x.sliced(axis: 0, cuts[part]), weights.sliced(axis: 0, cuts[part]))
      done.enter()
      // Each waits for the other, so that both need a thread, also on one CPU.
      Thread {
        let pass = WorkerPool.withThreads(1) { run(x, weights, meeting.member(part)) }
        passes.set(part, pass)
        done.leave()
      }.start()
    }
    done.wait()
    let found = passes.all
    #expect(found.count == 2)
    let bound = offset == 0 ? 1e-5 : 2e-4
    for (part, pass) in found.enumerated() {
      #expect(relativeError(pass.value, whole.value.sliced(axis: 0, cuts[part])) < bound)
      #expect(relativeError(pass.x, whole.x.sliced(axis: 0, cuts[part])) < 10 * bound)
    }
    for path in [\Pass.gamma, \Pass.beta] {
      let sum = found.dropFirst().reduce(into: found[0][keyPath: path]) { $0.add($1[keyPath: path]) }
      #expect(relativeError(sum, whole[keyPath: path]) < 10 * bound)
    }
  }

  @Test(
    "a channel's values and gradients do not depend on the channels beside it",
    arguments: [1, 5, 16, 20, 300])
  func channelAlone(points: Int) {
    let channels = 37
    let inputs = [
      GradientCheck.random([3, channels, points]), GradientCheck.random([channels], index: 1),
      GradientCheck.random([channels], index: 2), GradientCheck.random([3, channels, points], index: 3),
    ]
    /// y and the gradients, of channels alone.
    func run(_ part: Range<Int>, _ activation: Activation) -> [Tensor] {
      let tape = Tape()
      let own = inputs.map { $0.sliced(axis: $0.shape.count == 1 ? 0 : 1, part) }
      let watched = own[..<3].map(tape.watch)
      let y = watched[0].normalizingChannels(
        with: nil, weight: watched[1], bias: watched[2], epsilon: BatchNormalization.epsilon,
        activation: activation
      ).result
      let gradients = tape.gradients(of: y, from: own[3])
      return [y.value] + watched.compactMap { gradients[$0] }
    }
    for activation in [Activation.none, .tanh] {
      let all = run(0..<channels, activation)
      #expect(all.count == 4)
      for channel in [0, 11, 16, channels - 1] {
        for (whole, alone) in zip(all, run(channel..<channel + 1, activation)) {
          let axis = whole.shape.count == 1 ? 0 : 1
          #expect(whole.sliced(axis: axis, channel..<channel + 1).elements == alone.elements)
        }
      }
    }
  }

  @Test("the same bits come out at any number of threads")
  func threads() {
    let layer = BatchNormalization(name: "wide", channels: 11)
    let parameters = Parameters(layer.initialParameters)
    let x = GradientCheck.random([9, 11, 50])
    func run(_ threads: Int) -> [Tensor] {
      WorkerPool.withThreads(threads) {
        let tape = Tape()
        let traced = TracedParameters(parameters, watchedBy: tape, buffers: Set(layer.bufferNames))
        let watched = tape.watch(x)
        let y = layer(watched, activation: .tanh, traced)
        let gradients = tape.gradients(of: (y * y).sum())
        let all = [y.value] + gradients[traced].map(\.tensor) + (traced.buffers?.values.map(\.tensor) ?? [])
        return all + [gradients[watched] ?? Tensor(0)]
      }
    }
    let one = run(1)
    #expect(run(2) == one)
    #expect(run(3) == one)
  }

  @Test("a batch of one value a channel gives β and leaves the running statistics alone")
  func singleValue() {
    let traced = TracedParameters(parameters, watchedBy: Tape(), buffers: Set(layer.bufferNames))
    let y = layer(Variable(GradientCheck.random([1, 3, 1])), traced).value
    #expect(y.elements == parameters["norm.bias"].elements)
    for (name, tensor) in traced.buffers?.values ?? Parameters() { #expect(tensor == parameters[name]) }
  }
}

/// What threads have come to.
private final class Results<Value: Sendable>: @unchecked Sendable {
  // Safety: guarded by `lock`.
  private let lock = NSLock()
  private var values: [Value?]

  init(count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ place: Int, _ value: Value) { lock.withLock { values[place] = value } }

  var all: [Value] { lock.withLock { values.compactMap(\.self) } }
}

/// Parts of a batch on threads of their own.
private final class Meeting: @unchecked Sendable {
  // Safety: all that changes is guarded by `condition`.
  private let condition = NSCondition()
  private let count: Int
  private var deposits: [Int: [Double]] = [:]
  private var gathered: [[Double]] = []
  private var round = 0

  init(of count: Int) { self.count = count }

  func member(_ place: Int) -> any BatchParts { Member(meeting: self, place: place) }

  private func gather(_ own: [Double], from place: Int) -> [[Double]] {
    condition.lock()
    defer { condition.unlock() }
    deposits[place] = own
    let mine = round
    if deposits.count == count {
      gathered = (0..<count).map { deposits[$0] ?? [] }
      deposits = [:]
      round += 1
      condition.broadcast()
    }
    while round == mine { condition.wait() }
    return gathered
  }

  private final class Member: BatchParts {
    let meeting: Meeting
    let place: Int

    init(meeting: Meeting, place: Int) {
      self.meeting = meeting
      self.place = place
    }

    func gather(_ own: [Double]) -> [[Double]] { meeting.gather(own, from: place) }
  }
}
