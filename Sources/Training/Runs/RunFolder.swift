import Foundation
import SystemFiles

/// The files of a training run.
///
/// ```
/// config.yaml                     every option, resolved, and the program's version
/// data.json                       where the data set is, and what it holds
/// steps.jsonl                     epoch, step, loss
/// metrics.jsonl                   a line an epoch
/// layers.jsonl                    a line an epoch and layer, under TempBalance
/// machine.jsonl                   the machines that the run was started and resumed on
/// checkpoints/best.safetensors    the weights with the lowest nRMSE so far
/// checkpoints/last.safetensors    the weights after the last whole epoch
/// checkpoints/best.lora.safetensors, last.lora.safetensors    the corrections alone, where LoRA trains them
/// checkpoints/resume.safetensors  weights, optimizer and position, for resuming
/// ```
public struct RunFolder: Sendable {
  /// The folder.
  public let path: String

  /// The names of files that may be in the folder before there is a run.
  private let companions: Set<String>

  /// A folder, which need not exist.
  ///
  /// - Parameters:
  ///   - path: The folder; slashes at its end do not count.
  ///   - companions: The names of files that its owner keeps beside the run. With any other file in it, a new run is
  ///     refused the folder.
  public init(_ path: String, companions: Set<String> = []) {
    let end = path.lastIndex { $0 != "/" }
    self.path = end.map { String(path[...$0]) } ?? path
    self.companions = companions
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
  public var best: String { checkpoints + "/best.safetensors" }
  /// The last weights.
  public var last: String { checkpoints + "/last.safetensors" }
  /// Whether the folder has weights that it stands for, as a checkpoint.
  package var hasCheckpoint: Bool { exists(best) || exists(last) }
  /// What resuming needs.
  var state: String { checkpoints + "/resume.safetensors" }
  /// The folder of the weights.
  public var checkpoints: String { path + "/checkpoints" }
  /// Which data set the run is about.
  var data: String { path + "/data.json" }
  /// Is there while the folder is made: what else there is then is of no run yet.
  private var marker: String { path + "/.making" }

  /// What a run has from the beginning, but for its configuration.
  private var beginnings: [String] { [data, machines, last, AdapterFile.path(beside: last), state] }
  /// Everything that a run writes.
  private var files: [String] {
    [configuration, steps, metrics, layers, best, AdapterFile.path(beside: best)] + beginnings
  }

  /// Checks that a new run would overwrite nothing, and mix with nothing.
  ///
  /// What a kill has left of a run that never started does not count.
  ///
  /// - Throws: ``RunFolderError/holdsRun(folder:)``, ``RunFolderError/holdsFile(folder:file:)``,
  ///   ``RunFolderError/holdsOthers(folder:name:)`` or ``RunFolderError/noFolder(path:)``, or a `FileError`.
  func requireNoRun() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
    guard isFolder.boolValue else { throw RunFolderError.noFolder(path: path) }
    if exists(configuration) { throw RunFolderError.holdsRun(folder: path) }
    let remains = exists(marker) ? beginnings : []
    if let file = files.first(where: { !remains.contains($0) && exists($0) }) {
      throw RunFolderError.holdsFile(folder: path, file: file)
    }
    let own = remains + [checkpoints]
    for folder in [path, checkpoints] where folder == path || exists(folder) {
      let other = try names(in: folder).first { name in
        !name.hasPrefix(".") && !companions.contains(name) && !own.contains("\(folder)/\(name)")
      }
      if let other { throw RunFolderError.holdsOthers(folder: folder, name: other) }
    }
  }

  private func names(in folder: String) throws(FileError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw FileError(.open, folder, code: EACCES)
    }
  }

  private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether there is a run to resume.
  var holdsState: Bool { exists(state) && !exists(marker) }

  /// Makes the folder of a new run and takes its lock; if that fails, nothing of it stays behind.
  ///
  /// The lock is taken before anything is written, so of several processes that start a run at the same time one gets the folder
  /// and the others are refused.
  ///
  /// - Parameters:
  ///   - resolved: The run's configuration, for a run of one. It is written last: a folder that has one can be resumed.
  ///   - fill: Writes what the run starts from.
  /// - Returns: The lock.
  /// - Throws: ``RunFolderError`` if a run is there already, a `FileError` if the folder cannot be made, or what `fill`
  ///   throws.
  func create(_ resolved: TrainingConfiguration? = nil, _ fill: () throws -> Void) throws -> FileLock {
    let (lock, made) = try lockNew()
    try requireNoRun()
    do {
      _ = try OutputFile(marker, mode: .append)
      try makeFolder(checkpoints)
      try fill()
      if let resolved { try AtomicFile.replace(configuration, with: resolved.yaml()) }
      unlink(marker)
    } catch {
      // What is left of a failure cannot be mended by another.
      for file in files + [marker] { unlink(file) }
      for folder in [checkpoints] + made.reversed() { rmdir(folder) }
      throw error
    }
    return lock
  }

  /// Makes the folder and those above it, and locks it.
  ///
  /// - Returns: The lock, and the folders that were not there.
  private func lockNew() throws -> (lock: FileLock, made: [String]) {
    var made: [String] = []
    // Another process that has just failed to begin a run removes its folders; a few of them may do so.
    for _ in 0..<100 {
      guard let folders = try makeFoldersAbove() else { continue }
      made += folders
      guard let lock = FileLock(path) else { throw RunFolderError.inUse(folder: path) }
      if lock.isOf(path) { return (lock, made) }
    }
    throw FileError(.create, path, code: ENOENT)
  }

  /// Makes the run's folder and those above it; returns those that were not there, or nil if another process removed one.
  private func makeFoldersAbove() throws(FileError) -> [String]? {
    var made: [String] = []
    for folder in foldersAbove {
      do {
        if try makeFolder(folder) { made.append(folder) }
      } catch {
        guard error.code == ENOENT else { throw error }
        return nil
      }
    }
    return made
  }

  /// Makes a folder; returns whether it was not there.
  @discardableResult
  private func makeFolder(_ folder: String) throws(FileError) -> Bool {
    if mkdir(folder, 0o777) == 0 { return true }
    // Looking for the folder sets another.
    let code = errno
    // Systems differ in what they say first of a folder that is there and could not have been made.
    guard code == EEXIST || (code != ENOENT && exists(folder)) else {
      throw FileError(.create, folder, code: code)
    }
    return false
  }

  /// The run's folder and those above it that are not there, outermost first.
  private var foldersAbove: [String] {
    var missing: [String] = []
    var folder = Substring(path)
    while !folder.isEmpty, !exists(String(folder)) {
      missing.insert(String(folder), at: 0)
      folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
      while folder.hasSuffix("/") { folder.removeLast() }
    }
    return missing
  }

  /// Keeps other processes from training in the folder, which must be there, as long as the lock is held.
  ///
  /// - Returns: The lock.
  /// - Throws: ``RunFolderError/inUse(folder:)`` if another has it.
  func lock() throws(RunFolderError) -> FileLock {
    guard let lock = FileLock(path) else { throw .inUse(folder: path) }
    if exists(configuration) { unlink(marker) }
    return lock
  }

  /// Reads the configuration that a run was started with.
  ///
  /// - Parameter kinds: The kinds that it can name.
  /// - Returns: The configuration.
  /// - Throws: ``RunFolderError/holdsNoRun(folder:)``, ``RunFolderError/neverBegun(folder:)``,
  ///   ``RunFolderError/otherVersion(folder:version:)``, or ``ConfigurationError`` if the file was damaged by an edit.
  public func readConfiguration(kinds: TrainingKinds = .standard) throws -> TrainingConfiguration {
    guard exists(configuration) else {
      throw exists(marker) ? RunFolderError.neverBegun(folder: path) : .holdsNoRun(folder: path)
    }
    let layer = try TrainingConfiguration.Layer(reading: configuration)
    if let version = layer.version, !Version.readsRun(of: version) {
      throw RunFolderError.otherVersion(folder: path, version: version)
    }
    var configuration = try TrainingConfiguration(layers: [layer], kinds: kinds)
    // A run that does not say so is from before there were parts.
    configuration.data.batchParts = configuration.data.batchParts ?? 1
    return configuration
  }

  /// Reads the configuration that a run was started with, where it was started with one.
  ///
  /// - Returns: The configuration; nil for a run of a ``Trainer``, which a program makes from parts.
  /// - Throws: What ``readConfiguration(kinds:)`` throws.
  package func readConfigurationIfAny() throws -> TrainingConfiguration? {
    !exists(configuration) && holdsState ? nil : try readConfiguration()
  }

  /// The version that started the run; nil if the configuration does not say.
  var version: String? { (try? TrainingConfiguration.Layer(reading: configuration))?.version }
}
