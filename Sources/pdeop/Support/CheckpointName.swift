import Logging
import Training

/// A name of a checkpoint on the command line: a file, or a run's folder.
enum CheckpointName {
  /// The file that a name means. That it is a run's last checkpoint, and not its best one, is said.
  ///
  /// - Parameter name: The name.
  /// - Returns: The file, which need not be there.
  static func file(_ name: String) -> String {
    if let note = Checkpoint.note(onFileNamed: name) { Console.say(note.spelled, .notice) }
    return Checkpoint.file(named: name)
  }
}
