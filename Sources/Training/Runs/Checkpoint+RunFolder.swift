import Foundation
import SystemFiles

extension Checkpoint {
  /// The file that a name of a checkpoint means: itself, or in a run's folder the best one, or else the last.
  ///
  /// - Parameter path: A file, or the folder of a run.
  /// - Returns: The file, which need not be there.
  public static func file(named path: String) -> String {
    guard Folder.isThere(path) else { return path }
    let run = RunFolder(path)
    return FileManager.default.fileExists(atPath: run.best) ? run.best : run.last
  }
}
