import SystemFiles
import Training

/// A data set that is not the one that a model was trained on, and the option that takes it all the same.
struct OtherData: ReportableError {
  let reason: any ReportableError

  var fault: Fault { reason.fault }

  var description: String { "\(reason) Give the right one, or --allow-other-data if this is meant." }

  /// Runs what may refuse other data, and adds the option to what it says then.
  static func advised<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as RunFolderError {
      guard case .otherData = error else { throw error }
      throw OtherData(reason: error)
    } catch let error as CheckpointError {
      guard case .otherData = error else { throw error }
      throw OtherData(reason: error)
    }
  }
}
