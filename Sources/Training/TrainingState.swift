import Autodiff
import Foundation
import Optimizers
import Safetensors
import TempBalance
import TensorCore

/// Where a run stands, with all that it needs to go on as if it had never stopped.
struct TrainingState {
  /// The weights.
  var parameters: Parameters
  /// The optimizer with its moments.
  var optimizer: any Optimizer
  /// What is small.
  var position: Position

  struct Position: Codable {
    /// The epoch that is going on or comes next.
    var epoch = 0
    /// Steps of this epoch that are done.
    var step = 0
    /// Sum of the losses of these steps.
    var lossSum = 0.0
    /// Seconds that these steps took.
    var seconds = 0.0
    /// The layers at their last analysis.
    var balance = LayerBalancer.Balance()
    /// The lowest nRMSE so far and its epoch.
    var best: Best?
  }

  struct Best: Codable, Equatable {
    let nrmse: Double
    let epoch: Int
  }

  /// Moves the weights against a gradient, each layer at its own share of the learning rate and the weight decay, and keeps
  /// what the layers changed themselves.
  mutating func update(_ gradients: Parameters, buffers: Parameters, learningRate: Double) {
    parameters.replace(with: buffers)
    let balance = position.balance
    optimizer.update(
      &parameters, gradients: gradients,
      weightDecayFactor: { balance.weightDecays.rate(ofParameter: $0, base: 1) },
      learningRate: { balance.learningRates.rate(ofParameter: $0, base: learningRate) })
  }

  private static let parameterPrefix = "parameter."
  private static let optimizerPrefix = "optimizer."
  private static let positionKey = "position"
  private static let optimizerStepsKey = "optimizer_steps"

  /// Writes the state; the file appears whole or not at all, so that the one before it stays good until then.
  func write(to path: String) throws {
    let tensors =
      parameters.map { (name: Self.parameterPrefix + $0.name, tensor: $0.tensor) }
      + optimizer.state.map { (name: Self.optimizerPrefix + $0.name, tensor: $0.tensor) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try SafetensorsFile.write(
      tensors,
      metadata: [
        Self.positionKey: String(decoding: try encoder.encode(position), as: UTF8.self),
        Self.optimizerStepsKey: "\(optimizer.steps)",
      ], to: path)
  }

  /// Brings a new run's state to where a stopped one was.
  mutating func restore(from run: RunFolder) throws {
    let file = try SafetensorsFile(reading: run.state)
    guard let text = file.metadata[Self.positionKey],
      let steps = file.metadata[Self.optimizerStepsKey].flatMap(Int.init),
      let position = try? JSONDecoder().decode(Position.self, from: Data(text.utf8))
    else {
      throw RunFolderError.cannotResume(
        folder: run.path, reason: "\(run.state) is no saved state of this version")
    }
    var restored = Parameters()
    for (name, expected) in parameters {
      let tensor = try file.tensor(named: Self.parameterPrefix + name)
      guard tensor.shape == expected.shape else {
        throw CheckpointError.shape(
          file: file.path, tensor: name, found: tensor.shape, expected: expected.shape)
      }
      restored.append(tensor, named: name)
    }
    var moments = Parameters()
    for name in file.names where name.hasPrefix(Self.optimizerPrefix) {
      moments.append(
        try file.tensor(named: name), named: String(name.dropFirst(Self.optimizerPrefix.count)))
    }
    // Before its first step an optimizer has no moments.
    if steps > 0 { try optimizer.restore(moments, steps: steps, for: restored, file: file.path) }
    parameters = restored
    self.position = position
  }
}
