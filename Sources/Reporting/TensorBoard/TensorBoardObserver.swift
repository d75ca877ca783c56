import FieldMetrics
import Foundation
public import SystemFiles
public import Training

/// Writes what happens in a training run to a file of events that TensorBoard shows.
///
/// | name | value |
/// | --- | --- |
/// | `loss/step`, `loss/epoch` | the loss of every step, and its mean over every epoch |
/// | `test/…`, `validation/nRMSE` | the metrics on the test and the validation samples, where they are measured |
/// | `learning_rate/schedule`, `learning_rate/LAYER` | the schedule's rate, and each layer's |
/// | `alpha/LAYER` | α of each layer's spectrum, where TempBalance fits it |
/// | `rollout` | a picture of the first test sample at every evaluation: truth, prediction, error |
///
/// All are over the number of steps that were done. Every session of a run has a file of its own; where a run is resumed,
/// what was written beyond that step becomes void.
public final class TensorBoardObserver: TrainingObserver {
  private let output: OutputFile
  private var pending: [UInt8] = []

  /// An observer that writes to a new file in a folder.
  ///
  /// - Parameter folder: The folder, which is made where it is missing.
  /// - Throws: If the folder or the file cannot be created.
  public init(folder: String) throws(FileError) {
    try Folder.make(folder)
    // TensorBoard takes files of one folder in the order of their names.
    let time = String(format: "%010d", Int(Date.now.timeIntervalSince1970))
    let name = "events.out.tfevents.\(time).pdeop.\(ProcessInfo.processInfo.processIdentifier)"
    var number = 0
    while FileManager.default.fileExists(atPath: "\(folder)/\(name).\(number)") { number += 1 }
    output = try OutputFile("\(folder)/\(name).\(number)", mode: .createNew)
  }

  /// Begins a session at the trainer's position.
  public func trainingBegins(_ trainer: Trainer) throws {
    append(0, .version)
    // What was written at this step stays.
    append(trainer.stepsDone + 1, .start)
    try flush()
  }

  /// Writes the step's loss.
  public func stepDone(_ trainer: Trainer, loss: Double) throws {
    append(trainer.stepsDone, .values([.scalar("loss/step", loss)]))
    if pending.count > 1 << 16 { try flush() }
  }

  /// Writes the epoch's results.
  public func epochDone(_ trainer: Trainer, _ record: EpochRecord, isBest: Bool) throws {
    var values: [EventRecord.Value] = [
      .scalar("loss/epoch", record.loss), .scalar("learning_rate/schedule", record.learningRate),
    ]
    for layer in (trainer.rates as? LayerBalancing)?.records ?? [] {
      values.append(.scalar("learning_rate/\(layer.layer.name)", layer.learningRate))
      if let alpha = layer.layer.alpha { values.append(.scalar("alpha/\(layer.layer.name)", alpha)) }
    }
    if let validation = record.validationNRMSE { values.append(.scalar("validation/nRMSE", validation)) }
    if let metrics = record.metrics {
      for (key, components) in metrics.values.sorted(by: { $0.key < $1.key }) {
        for (index, value) in components.enumerated() {
          let name = components.count == 1 ? key : "\(key)_\(index + 1)"
          values.append(.scalar("test/\(name)", value))
        }
      }
      if let rollout = try trainer.rolloutOfTestSample() {
        let sample = PredictedSample(
          of: rollout.loader, sample: rollout.sample, initialSteps: rollout.initialSteps,
          truth: rollout.truth,
          prediction: rollout.prediction)
        values.append(.image("rollout", RolloutImage.draw(sample)))
      }
    }
    append(trainer.stepsDone, .values(values))
    try flush()
  }

  /// Writes what is left.
  public func trainingEnded(_ trainer: Trainer, _ summary: TrainingSummary) throws { try flush() }

  private func append(_ step: Int, _ content: EventRecord.Content) {
    pending += EventRecord(time: Date.now.timeIntervalSince1970, step: step, content: content).bytes
  }

  private func flush() throws {
    try output.append(pending)
    pending.removeAll(keepingCapacity: true)
  }
}

extension Trainer {
  /// The number of steps that were done, from the beginning of the run.
  fileprivate var stepsDone: Int { epoch * task.stepsPerEpoch + step }
}
