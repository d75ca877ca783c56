import FieldMetrics
import Foundation
public import Training

/// What a run came to, read from its folder.
public struct RunReport: Sendable, Encodable {
  /// The run's folder.
  public let run: String
  /// What was trained, on what, and how; nil for a run that a program has made without a configuration.
  public let configuration: TrainingConfiguration?
  /// The epochs that are done, in order.
  public let epochs: [EpochRecord]
  /// Lines of the run's files that cannot be read, and that the numbers here leave out.
  public let damaged: [DamagedLine]
  /// The layers as they trained at last; none without TempBalance.
  public let layers: [LayerRecord]
  /// The layers as they trained from the beginning, in the order of time; left out of JSON.
  public let layerHistory: [LayerRecord]

  private enum CodingKeys: CodingKey {
    case run, configuration, epochs, layers, damaged
  }

  /// Reads a run's folder.
  ///
  /// - Parameter folder: The folder of a run, finished or not.
  /// - Throws: ``Training/RunFolderError`` if there is no run or a file of it is broken.
  public init(_ folder: RunFolder) throws {
    run = folder.path
    configuration = try folder.readConfigurationIfAny()
    let metrics = try RunLines<EpochRecord>(reading: folder.metrics)
    let layerLines = try RunLines<LayerRecord>(reading: folder.layers)
    damaged = metrics.damaged + layerLines.damaged
    epochs = metrics.records
    let history = layerLines.records
    layerHistory = history
    layers = history.filter { $0.epoch == history.last?.epoch && $0.step == history.last?.step }
  }

  /// The number of epochs that are done, those included whose records are damaged.
  public var epochsDone: Int { max((epochs.last?.epoch ?? -1) + 1, epochs.count) }

  /// The last epoch that was evaluated.
  public var last: EpochRecord? { epochs.last { $0.metrics != nil } }

  /// The evaluated epoch that the best checkpoint is of: the lowest nRMSE on the validation samples, or without those
  /// on the test samples; of a mixture the lowest mean over its sets.
  public var best: EpochRecord? { epochs.best }
}

extension RunReport {
  /// Runs side by side: how they were trained and what they came to.
  ///
  /// - Parameter reports: The runs.
  /// - Returns: A row a run.
  public static func comparison(of reports: [RunReport]) -> TextTable {
    var table = TextTable([
      "run", "TempBalance", "every k-th sample", "epochs", "loss", "nRMSE", "nRMSE predicted", "best nRMSE",
      "seconds",
    ])
    for report in reports {
      let metrics = report.last?.metrics
      table.append([
        report.run, report.configuration?.tempbalance.method.rawValue ?? "–",
        report.configuration.map { "\($0.data.reducedBatch)" } ?? "–",
        "\(report.epochsDone)" + (report.configuration.map { " of \($0.schedule.epochs)" } ?? ""),
        formatted(report.epochs.last?.loss),
        formatted(metrics?.nrmse), formatted(metrics?.predictedNRMSE), formatted(report.best?.metrics?.nrmse),
        formatted(report.epochs.reduce(0) { $0 + $1.seconds }, digits: 3),
      ])
    }
    return table
  }

  /// Whether TempBalance moves the weight decay, and not the learning rate.
  var balancesDecay: Bool { configuration?.tempbalance.target == .weightDecay }

  /// The layer's learning rate, or its weight decay if that is balanced.
  func balancedValue(of record: LayerRecord) -> Double {
    balancesDecay ? record.weightDecay : record.learningRate
  }

  /// The layers in the last epoch: their spectra's α, and the learning rates or weight decays that follow from them.
  public var layerTable: TextTable {
    let (quantity, comparison) =
      balancesDecay ? ("weight decay", "times the others'") : ("learning rate", "times the schedule's")
    var table = TextTable(["layer", "eigenvalues", "alpha", quantity, comparison])
    let epoch = epochs.last { $0.epoch == layers.last?.epoch }
    let base = balancesDecay ? configuration?.optimizer.weightDecay : epoch?.learningRate
    for record in layers {
      table.append([
        record.layer.name, "\(record.layer.eigenvalues)", formatted(record.layer.alpha),
        formatted(balancedValue(of: record)),
        formatted(base.map { balancedValue(of: record) / $0 }, digits: 3),
      ])
    }
    return table
  }
}
