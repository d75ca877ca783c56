import Foundation
public import NeuralOperators
public import SystemFiles

/// The files of a training run.
///
/// ```
/// config.yaml                     every option, resolved, and the program's version
/// steps.jsonl                     epoch, step, loss
/// metrics.jsonl                   a line an epoch
/// layers.jsonl                    a line an epoch and layer, under TempBalance
/// machine.jsonl                   where the run was begun, and where it was gone on with
/// checkpoints/best.safetensors    the weights with the lowest nRMSE so far
/// checkpoints/last.safetensors    the weights after the last whole epoch
/// checkpoints/resume.safetensors  weights, optimizer and position, for resuming
/// ```
public struct RunFolder: Sendable {
  /// The folder.
  public let path: String

  /// A folder, whether it is there or not.
  ///
  /// - Parameter path: The folder; slashes at its end do not count.
  public init(_ path: String) {
    let end = path.lastIndex { $0 != "/" }
    self.path = end.map { String(path[...$0]) } ?? path
  }

  /// The resolved configuration.
  public var configuration: String { path + "/config.yaml" }
  /// The losses of all steps.
  public var steps: String { path + "/steps.jsonl" }
  /// Losses and metrics of all epochs.
  public var metrics: String { path + "/metrics.jsonl" }
  /// The spectra and learning rates of all layers in all epochs.
  public var layers: String { path + "/layers.jsonl" }
  /// The machines that the run was on.
  public var machines: String { path + "/machine.jsonl" }
  /// The best weights.
  public var best: String { path + "/checkpoints/best.safetensors" }
  /// The last weights.
  public var last: String { path + "/checkpoints/last.safetensors" }
  /// What resuming needs.
  var state: String { path + "/checkpoints/resume.safetensors" }

  /// Everything that a run writes.
  private var files: [String] { [configuration, steps, metrics, layers, machines, best, last, state] }

  /// Checks that a new run would overwrite nothing.
  ///
  /// - Throws: ``RunFolderError/holdsRun(folder:)``, ``RunFolderError/holdsFile(folder:file:)`` or
  ///   ``RunFolderError/noFolder(path:)``.
  func requireNoRun() throws(RunFolderError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
    guard isFolder.boolValue else { throw .noFolder(path: path) }
    if FileManager.default.fileExists(atPath: configuration) { throw .holdsRun(folder: path) }
    if let file = files.first(where: FileManager.default.fileExists(atPath:)) {
      throw .holdsFile(folder: path, file: file)
    }
  }

  /// Makes the folder of a new run; if that fails, nothing of it stays behind.
  ///
  /// - Parameters:
  ///   - resolved: The run's configuration. It is written last: a folder that has one can be resumed.
  ///   - fill: Writes the checkpoints that the run starts from.
  /// - Throws: ``RunFolderError`` if a run is there already, a `FileError` if the folder cannot be made, or what `fill`
  ///   throws.
  func create(_ resolved: TrainingConfiguration, _ fill: () throws -> Void) throws {
    try requireNoRun()
    var folders: [String] = []
    do {
      for folder in missingFolders {
        guard mkdir(folder, 0o777) == 0 else { throw FileError(.create, folder, code: errno) }
        folders.append(folder)
      }
      try fill()
      try AtomicFile.replace(configuration, with: resolved.yaml())
    } catch {
      // What is left of a failure cannot be mended by another; a folder that others have filled stays.
      for file in files { unlink(file) }
      for folder in folders.reversed() { rmdir(folder) }
      throw error
    }
  }

  /// The folders that the run's files need and that are not there, outermost first.
  private var missingFolders: [String] {
    var missing: [String] = []
    var folder = path + "/checkpoints"
    while !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
      missing.insert(folder, at: 0)
      folder = (folder as NSString).deletingLastPathComponent
    }
    return missing
  }

  /// Keeps other processes from training in the folder, which must be there, as long as the lock is held.
  ///
  /// - Returns: The lock.
  /// - Throws: ``RunFolderError/inUse(folder:)`` if another has it.
  func lock() throws(RunFolderError) -> FileLock {
    guard let lock = FileLock(path) else { throw .inUse(folder: path) }
    return lock
  }

  /// Reads the configuration that a run was started with.
  ///
  /// - Parameter models: The models that it can name.
  /// - Returns: The configuration.
  /// - Throws: ``RunFolderError/holdsNoRun(folder:)``, or ``ConfigurationError`` if the file was changed for the worse.
  public func readConfiguration(models: ModelRegistry = .standard) throws -> TrainingConfiguration {
    guard FileManager.default.fileExists(atPath: configuration) else {
      throw RunFolderError.holdsNoRun(folder: path)
    }
    return try TrainingConfiguration(layers: [.init(reading: configuration)], models: models)
  }

  /// The lines of a file that decode as the given type, in order; none if there is no such file.
  ///
  /// What follows the last end of a line is left out: it was cut short, or is being written.
  ///
  /// - Parameters:
  ///   - type: What a line holds.
  ///   - path: The file.
  /// - Returns: The decoded lines.
  /// - Throws: ``RunFolderError/brokenLine(file:line:)`` for a line that does not decode.
  public static func lines<Line: Decodable>(_ type: Line.Type, in path: String) throws -> [Line] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    let decoder = JSONDecoder()
    let whole = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)]
    return try whole.split(separator: "\n").enumerated().map { index, line in
      do {
        return try decoder.decode(Line.self, from: Data(line.utf8))
      } catch {
        throw RunFolderError.brokenLine(file: path, line: index + 1)
      }
    }
  }
}

/// What is wrong with a run's folder.
public enum RunFolderError: ReportableError, Equatable {
  /// A new run would overwrite an old one.
  case holdsRun(folder: String)
  /// There is no run to go on with.
  case holdsNoRun(folder: String)
  /// A new run would overwrite a file that some run has left.
  case holdsFile(folder: String, file: String)
  /// Something else than a folder has the name.
  case noFolder(path: String)
  /// Another process trains in the folder.
  case inUse(folder: String)
  /// The run's state is broken.
  case cannotResume(folder: String, reason: String)
  /// A line that is not what was written.
  case brokenLine(file: String, line: Int)

  /// A mistake of usage, but for broken files.
  public var fault: Fault {
    switch self {
    case .holdsRun, .holdsNoRun, .holdsFile, .noFolder, .inUse: .usage
    case .cannotResume, .brokenLine: .data
    }
  }

  /// One sentence for the person at the terminal.
  public var description: String { message.description }

  /// The sentence, with the options that it names still to be spelled.
  public var message: Message {
    switch self {
    case .holdsRun(let folder):
      "\(folder) already holds a run: go on with it by \(option: "resume", folder), or choose another \(option: "output")."
    case .holdsNoRun(let folder):
      "\(folder) holds no run (there is no config.yaml in it); give the folder that \(option: "output") named."
    case .cannotResume(let folder, let reason):
      "the run in \(folder) cannot be resumed: \(reason)."
    case .holdsFile(let folder, let file):
      "\(folder) holds \(file), which a new run would overwrite: choose another \(option: "output"), or remove it first."
    case .inUse(let folder):
      "the run in \(folder) is being trained by another process: wait until it is done, or stop it first."
    case .noFolder(let path):
      "\(path) is a file, and a run needs a folder: choose another \(option: "output")."
    case .brokenLine(let file, let line):
      "line \(line) of \(file) is not what a run writes; remove it, or the file's end from there on."
    }
  }
}
