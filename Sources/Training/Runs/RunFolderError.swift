public import SystemFiles

/// An error of a run folder.
public enum RunFolderError: ReportableError, Equatable {
  /// A new run would overwrite an old one.
  case holdsRun(folder: String)
  /// There is no run to resume.
  case holdsNoRun(folder: String)
  /// A new run would overwrite a file that some run has left.
  case holdsFile(folder: String, file: String)
  /// A new run would mix with files that are no run's.
  case holdsOthers(folder: String, name: String)
  /// A kill came before the run began.
  case neverBegun(folder: String)
  /// Something else than a folder has the name.
  case noFolder(path: String)
  /// Another process trains in the folder.
  case inUse(folder: String)
  /// The run was written by a version whose format is not read.
  case otherVersion(folder: String, version: String)
  /// The run's state is broken.
  case cannotResume(folder: String, reason: String)
  /// A line that is not what was written.
  case damaged(DamagedLine)
  /// The run is about other data.
  case otherData(folder: String, data: String, difference: String)

  /// A mistake of usage, but for broken files.
  public var fault: Fault {
    switch self {
    case .holdsRun, .holdsNoRun, .neverBegun, .holdsFile, .holdsOthers, .noFolder, .inUse: .usage
    case .otherVersion, .cannotResume, .damaged, .otherData: .data
    }
  }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .holdsRun(let folder):
      "\(folder) already holds a run: resume it with \(option: "resume", folder), or choose another \(option: "output")."
    case .holdsNoRun(let folder):
      "\(folder) holds no run (there is no config.yaml in it); give the folder that \(option: "output") named."
    case .otherVersion(let folder, let version):
      "the run in \(folder) was written by version \(version.debugDescription); version \(Version.current) reads runs of "
        + "\(Version.readableRuns.joined(separator: " and ")): use the version that wrote it."
    case .cannotResume(let folder, let reason):
      "the run in \(folder) cannot be resumed: \(reason)."
    case .holdsFile(let folder, let file):
      "\(folder) holds \(file), which a new run would overwrite: choose another \(option: "output"), or remove it first."
    case .inUse(let folder):
      "the run in \(folder) is being trained by another process: wait for it to finish, or stop it first."
    case .noFolder(let path):
      "\(path) is a file, and a run needs a folder: choose another \(option: "output")."
    case .holdsOthers(let folder, let name):
      "\(folder) holds other files (such as \(name.debugDescription)) that would mix with the run: choose a new or empty folder."
    case .neverBegun(let folder):
      "the run in \(folder) ended before its first step: start it again with the same output."
    case .damaged(let line):
      "\(line); repair or remove that line."
    case .otherData(let folder, let data, let difference):
      "\(data) is not the data set that the run in \(folder) was trained on: it has \(difference)."
    }
  }
}
