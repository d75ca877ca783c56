import Foundation
public import SystemFiles

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

  /// What people should know of the file that a name means: that it is a run's last one, which stands for a best one.
  ///
  /// - Parameter path: A file, or the folder of a run.
  /// - Returns: A sentence; nil for a file, and where a run has a best checkpoint, or none at all.
  public static func note(onFileNamed path: String) -> Message? {
    guard Folder.isThere(path) else { return nil }
    let run = RunFolder(path)
    guard file(named: path) == run.last, FileManager.default.fileExists(atPath: run.last) else { return nil }
    return
      "\(run.path) has no best checkpoint, as no evaluation has measured an error yet; \(run.last) is used."
  }
}
