import PDEData
import SystemFiles

extension TrainingRun {
  /// In which way the data differ from those that a run was on, in words; nil if they are the same, or not known.
  ///
  /// - Parameters:
  ///   - data: What identifies the data.
  ///   - folder: The run.
  ///   - isAllowed: Whether they may differ.
  /// - Returns: The difference, to complete "the data have …".
  /// - Throws: ``RunFolderError/otherData(folder:data:difference:)`` where they may not.
  static func difference(
    of data: RunData, from folder: RunFolder, isAllowed: Bool
  ) throws(RunFolderError) -> String? {
    guard let before = try RunData(reading: folder) else { return nil }
    if !isAllowed { try before.require(data, for: folder) }
    return before.fingerprint.difference(of: data.fingerprint)
  }

  /// What people should know of a run that goes on on other data.
  ///
  /// - Parameters:
  ///   - sets: The data.
  ///   - difference: In which way they differ from those before; nil if they do not.
  ///   - configuration: The run's configuration.
  /// - Returns: A sentence, or none.
  static func otherDataNotes(
    on sets: [TrainingData], _ difference: String?, _ configuration: TrainingConfiguration
  ) -> [Message] {
    guard let difference, let first = sets.first else { return [] }
    let areScaledAnew = sets.count > 1 && !configuration.fineTuning.scalesAllSets
    let others = areScaledAnew ? " Sets other than the first are scaled anew." : ""
    return [
      """
      \(first.dataSet.path) has \(difference), compared with the data before: variables stay scaled as they were, and the best \
      checkpoint is chosen anew.\(others)
      """
    ]
  }
}
