import Autodiff
import Foundation
import Optimizers
import Safetensors
import TempBalance
import TensorCore

/// The state of a run, with everything needed to resume as if it had never stopped.
struct TrainingState {
  /// The weights.
  var parameters: Parameters
  /// The optimizer with its moments.
  var optimizer: any Optimizer
  /// What is small.
  var position: Position
  /// The running mean of the weights; nil without one.
  var average: WeightAverage?

  struct Position: Codable {
    /// The current or next epoch.
    var epoch = 0
    /// Steps of this epoch that are done.
    var step = 0
    /// Sum of the losses of these steps.
    var lossSum = 0.0
    /// Seconds that these steps took.
    var seconds = 0.0
    /// The lowest score so far and its epoch.
    var best: Best?
    /// The epoch in which training went on on the data that it is on; nil if it began on them.
    var dataSince: Int?

    private enum CodingKeys: String, CodingKey {
      case epoch, step, seconds, best
      case lossSum = "loss_sum"
      case dataSince = "data_since"
    }

    init() {}

    mutating func beginEpoch(_ epoch: Int) {
      self.epoch = epoch
      step = 0
      lossSum = 0
      seconds = 0
    }
  }

  struct Best: Codable, Equatable {
    let score: Double
    let epoch: Int

    private enum CodingKeys: String, CodingKey {
      case epoch
      // Saved states name it after what it mostly is.
      case score = "nrmse"
    }
  }

  /// Moves the weights against a gradient, each layer at its own share of the learning rate and the weight decay, and keeps
  /// what the layers changed themselves.
  mutating func update(
    _ gradients: Parameters, buffers: Parameters, weightDecayFactor: (_ name: String) -> Double,
    learningRate: (_ name: String) -> Double
  ) {
    parameters.replace(with: buffers)
    optimizer.update(
      &parameters, gradients: gradients, weightDecayFactor: weightDecayFactor, learningRate: learningRate)
    average?.add(parameters, steps: optimizer.steps)
  }

  private static let parameterPrefix = "parameter."
  private static let optimizerPrefix = "optimizer."
  private static let averagePrefix = "average."
  private static let positionKey = "position"
  private static let optimizerStepsKey = "optimizer_steps"

  /// Writes the state; the file appears whole or not at all, so that the one before it stays good until then.
  func write(to path: String, _ observers: [any TrainingObserver]) throws {
    let tensors =
      parameters.map { (name: Self.parameterPrefix + $0.name, tensor: $0.tensor) }
      + optimizer.state.map { (name: Self.optimizerPrefix + $0.name, tensor: $0.tensor) }
      + (average?.parameters.map { (name: Self.averagePrefix + $0.name, tensor: $0.tensor) } ?? [])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try SafetensorsFile.write(
      tensors,
      metadata: [
        Self.positionKey: String(
          decoding: try encoder.encode(SavedPosition(position, observers)), as: UTF8.self),
        Self.optimizerStepsKey: "\(optimizer.steps)",
      ], to: path)
  }

  /// Where a stopped run is.
  ///
  /// - Parameters:
  ///   - path: The file that ``write(to:_:)`` wrote.
  ///   - run: The folder of the run, for messages.
  ///   - stepsPerEpoch: How many steps an epoch has.
  /// - Returns: The position.
  /// - Throws: ``RunFolderError/cannotResume(folder:reason:)`` for a state that no run can have come to, or what reading the
  ///   file throws.
  static func position(in path: String, run: String, stepsPerEpoch: Int) throws -> Position {
    try position(of: SafetensorsFile(reading: path), run: run, stepsPerEpoch: stepsPerEpoch, []).position
  }

  private static func position(
    of file: SafetensorsFile, run: String, stepsPerEpoch: Int, _ observers: [any TrainingObserver]
  ) throws -> (position: Position, optimizerSteps: Int) {
    guard let text = file.metadata[positionKey],
      let steps = file.metadata[optimizerStepsKey].flatMap(Int.init)
    else { throw noState(file.path, run) }
    do {
      let position = try SavedPosition.read(text, observers)
      try position.check(optimizerSteps: steps, stepsPerEpoch: stepsPerEpoch)
      return (position, steps)
    } catch let error as StateFlaw {
      throw RunFolderError.cannotResume(folder: run, reason: "\(file.path) says \(error.reason)")
    } catch {
      throw noState(file.path, run)
    }
  }

  private static func noState(_ path: String, _ run: String) -> RunFolderError {
    let writer = RunFolder(run).version.map { ", and the run was started by version \($0)" } ?? ""
    return .cannotResume(
      folder: run, reason: "\(path) is not a saved state that version \(Version.current) can read\(writer)")
  }

  /// Brings a new run's state to where a stopped one was.
  ///
  /// - Parameters:
  ///   - path: The file that ``write(to:_:)`` wrote.
  ///   - run: The folder of the run, for messages.
  ///   - stepsPerEpoch: How many steps an epoch has.
  ///   - observers: Observers that are restored from their own states.
  /// - Throws: ``RunFolderError/cannotResume(folder:reason:)`` for a state that no run can have come to, or what reading the
  ///   file throws.
  mutating func restore(
    from path: String, run: String, stepsPerEpoch: Int, _ observers: [any TrainingObserver]
  ) throws {
    let file = try SafetensorsFile(reading: path)
    let (position, steps) = try Self.position(
      of: file, run: run, stepsPerEpoch: stepsPerEpoch, observers)
    let restored = try tensors(of: file, Self.parameterPrefix)
    var moments = Parameters()
    for name in file.names where name.hasPrefix(Self.optimizerPrefix) {
      moments.append(
        try file.tensor(named: name), named: String(name.dropFirst(Self.optimizerPrefix.count)))
    }
    // Before its first step an optimizer has no moments.
    if steps > 0 { try optimizer.restore(moments, steps: steps, for: restored, file: file.path) }
    if let decay = average?.decay {
      average = WeightAverage(decay: decay, parameters: try tensors(of: file, Self.averagePrefix))
    }
    parameters = restored
    self.position = position
  }

  /// The tensors of a state that are like the weights.
  private func tensors(of file: SafetensorsFile, _ prefix: String) throws -> Parameters {
    var restored = Parameters()
    for (name, expected) in parameters {
      restored.append(try file.weight(named: name, prefix: prefix, shape: expected.shape), named: name)
    }
    return restored
  }
}

/// Something in a state that no run can have come to.
struct StateFlaw: Error {
  /// To complete the sentence "the state says …".
  let reason: String
}

extension TrainingState.Position {
  /// Checks that a run can have come here.
  fileprivate func check(optimizerSteps: Int, stepsPerEpoch: Int) throws(StateFlaw) {
    let most = Int(Int32.max)
    guard (0...most).contains(epoch) else {
      throw StateFlaw(reason: "that \(epoch) epochs are done, expected 0 to \(most)")
    }
    guard (0...stepsPerEpoch).contains(step) else {
      throw StateFlaw(
        reason:
          "that \(step) steps of the epoch are done, and with this data and batch size it has \(stepsPerEpoch)"
      )
    }
    // Not compared with the epochs: on other data they may have had more steps.
    guard (0...most * most).contains(optimizerSteps) else {
      throw StateFlaw(reason: "that \(optimizerSteps) updates are done, expected 0 or more")
    }
    guard lossSum.isFinite, (0...1e12).contains(seconds) else {
      throw StateFlaw(
        reason: "that the loss is \(lossSum) after \(seconds) seconds, expected finite numbers")
    }
    if let best, !(0...epoch).contains(best.epoch) || !best.score.isFinite {
      throw StateFlaw(reason: "that epoch \(best.epoch) was the best, with an error of \(best.score)")
    }
    if let dataSince, !(0...epoch).contains(dataSince) {
      throw StateFlaw(reason: "that the data are those since epoch \(dataSince), expected 0 to \(epoch)")
    }
  }
}

/// The position with the observers' states beside it, each under its key.
private struct SavedPosition: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private static let observersKey = CodingUserInfoKey(rawValue: "observers")

  let position: TrainingState.Position
  private let observers: [any TrainingObserver]

  init(_ position: TrainingState.Position, _ observers: [any TrainingObserver]) {
    self.position = position
    self.observers = observers
  }

  /// Reads the position and hands each observer its state; also what an earlier version left.
  static func read(
    _ text: String, _ observers: [any TrainingObserver]
  ) throws -> TrainingState.Position {
    let old = [
      "lossSum": "loss_sum", "learningRates": "learning_rates", "weightDecays": "weight_decays",
      "normalizationFollowsConvolution": "normalization_follows_convolution",
    ]
    let text = old.reduce(text) { $0.replacing("\"\($1.key)\":", with: "\"\($1.value)\":") }
    let decoder = JSONDecoder()
    if let key = observersKey { decoder.userInfo[key] = SendableObservers(all: observers) }
    return try decoder.decode(SavedPosition.self, from: Data(text.utf8)).position
  }

  /// Safety: decoding takes place in the calling thread.
  private struct SendableObservers: @unchecked Sendable {
    let all: [any TrainingObserver]
  }

  init(from decoder: any Decoder) throws {
    position = try TrainingState.Position(from: decoder)
    observers = Self.observersKey.flatMap { decoder.userInfo[$0] as? SendableObservers }?.all ?? []
    let values = try decoder.container(keyedBy: Key.self)
    for observer in observers {
      guard let key = observer.stateKey.map(Key.init(_:)), values.contains(key) else { continue }
      try observer.decodeState(from: values.superDecoder(forKey: key))
    }
  }

  func encode(to encoder: any Encoder) throws {
    try position.encode(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    for observer in observers {
      guard let key = observer.stateKey.map(Key.init(_:)) else { continue }
      try observer.encodeState(to: values.superEncoder(forKey: key))
    }
  }
}
