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

    private enum CodingKeys: String, CodingKey {
      case epoch, step, seconds, balance, best
      case lossSum = "loss_sum"
    }

    /// Reads what ``write(to:)`` or an earlier version left.
    init(parsing text: String) throws {
      let old = [
        "lossSum": "loss_sum", "learningRates": "learning_rates", "weightDecays": "weight_decays",
        "normalizationFollowsConvolution": "normalization_follows_convolution",
      ]
      let text = old.reduce(text) { $0.replacing("\"\($1.key)\":", with: "\"\($1.value)\":") }
      self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }

    init() {}
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
  ///
  /// - Parameters:
  ///   - run: The stopped run.
  ///   - stepsPerEpoch: How many steps an epoch has.
  /// - Throws: ``RunFolderError/cannotResume(folder:reason:)`` for a state that no run can have come to, or what reading the
  ///   file throws.
  mutating func restore(from run: RunFolder, stepsPerEpoch: Int) throws {
    let file = try SafetensorsFile(reading: run.state)
    guard let text = file.metadata[Self.positionKey],
      let steps = file.metadata[Self.optimizerStepsKey].flatMap(Int.init),
      let position = try? Position(parsing: text)
    else {
      throw RunFolderError.cannotResume(
        folder: run.path, reason: "\(run.state) is no saved state of this version")
    }
    try check(position, optimizerSteps: steps, of: run, stepsPerEpoch: stepsPerEpoch)
    var restored = Parameters()
    for (name, expected) in parameters {
      let tensor = try file.tensor(named: Self.parameterPrefix + name)
      guard tensor.shape == expected.shape else {
        throw CheckpointError.shape(
          file: file.path, tensor: name, found: tensor.shape, expected: expected.shape)
      }
      guard tensor.isFinite else { throw CheckpointError.notFinite(file: file.path, tensor: name) }
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

  /// Checks that a run can have come to a place.
  private func check(
    _ position: Position, optimizerSteps: Int, of run: RunFolder, stepsPerEpoch: Int
  ) throws {
    func refuse(_ reason: String) -> RunFolderError {
      .cannotResume(folder: run.path, reason: "\(run.state) says \(reason)")
    }
    let most = Int(Int32.max)
    guard (0...most).contains(position.epoch) else {
      throw refuse("that \(position.epoch) epochs are done, expected 0 to \(most)")
    }
    guard (0...stepsPerEpoch).contains(position.step) else {
      throw refuse(
        "that \(position.step) steps of the epoch are done, and with this data and batch size it has \(stepsPerEpoch)"
      )
    }
    guard optimizerSteps >= 0,
      optimizerSteps <= (position.epoch + 1).multipliedReportingOverflow(by: stepsPerEpoch).partialValue
    else { throw refuse("that \(optimizerSteps) updates are done, more than its epochs have") }
    guard position.lossSum.isFinite, (0...1e12).contains(position.seconds) else {
      throw refuse(
        "that the loss is \(position.lossSum) after \(position.seconds) seconds, expected finite numbers")
    }
    if let best = position.best, !(0...position.epoch).contains(best.epoch) || !best.nrmse.isFinite {
      throw refuse("that epoch \(best.epoch) was the best, with an error of \(best.nrmse)")
    }
    let factors =
      Array(position.balance.learningRates.factors.values) + position.balance.weightDecays.factors.values
    guard factors.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw refuse(
        "of factors of learning rates that they are \(factors.min() ?? 0) to \(factors.max() ?? 0)")
    }
  }
}
