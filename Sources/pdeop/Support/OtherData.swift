import SystemFiles
import Training

/// A data set other than the one that a model was trained on, and the option that allows it.
struct OtherData: ReportableError {
  let reason: any ReportableError

  var fault: Fault { reason.fault }

  var message: Message { "\(reason) Give the right one, or --allow-other-data to use it anyway." }

  /// Adds the option to the error of a body that refuses other data.
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
