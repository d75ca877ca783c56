import Foundation
public import TensorCore

/// The files of a training run.
///
/// ```
/// config.yaml                     every option, resolved, and the program's version
/// steps.jsonl                     epoch, step, loss
/// metrics.jsonl                   a line an epoch
/// layers.jsonl                    a line an epoch and layer, under TempBalance
/// checkpoints/best.safetensors    the weights with the lowest nRMSE so far
/// checkpoints/last.safetensors    the weights after the last whole epoch
/// checkpoints/resume.safetensors  weights, optimizer and position, for resuming
/// ```
public struct RunFolder: Sendable {
  /// The folder.
  public let path: String

  /// A folder, whether it is there or not.
  public init(_ path: String) {
    self.path = path
  }

  /// The resolved configuration.
  public var configuration: String { path + "/config.yaml" }
  /// The losses of all steps.
  public var steps: String { path + "/steps.jsonl" }
  /// Losses and metrics of all epochs.
  public var metrics: String { path + "/metrics.jsonl" }
  /// The spectra and learning rates of all layers in all epochs.
  public var layers: String { path + "/layers.jsonl" }
  /// The best weights.
  public var best: String { path + "/checkpoints/best.safetensors" }
  /// The last weights.
  public var last: String { path + "/checkpoints/last.safetensors" }
  /// What resuming needs.
  var state: String { path + "/checkpoints/resume.safetensors" }

  /// Makes the folder for a new run.
  ///
  /// - Throws: ``RunFolderError/holdsRun(folder:)`` if a run is there already.
  func create() throws {
    guard !FileManager.default.fileExists(atPath: configuration) else {
      throw RunFolderError.holdsRun(folder: path)
    }
    do {
      try FileManager.default.createDirectory(
        atPath: path + "/checkpoints", withIntermediateDirectories: true)
    } catch {
      throw RunFolderError.cannotCreate(folder: path, reason: (error as NSError).localizedDescription)
    }
  }

  /// Reads the configuration that a run was started with.
  ///
  /// - Returns: The configuration.
  /// - Throws: ``RunFolderError/holdsNoRun(folder:)``, or ``ConfigurationError`` if the file was changed for the worse.
  public func readConfiguration() throws -> TrainingConfiguration {
    guard FileManager.default.fileExists(atPath: configuration) else {
      throw RunFolderError.holdsNoRun(folder: path)
    }
    return try TrainingConfiguration(layers: [.init(reading: configuration)])
  }

  /// The lines of a file that decode as the given type, in order; none if there is no such file.
  ///
  /// - Parameters:
  ///   - type: What a line holds.
  ///   - path: The file.
  /// - Returns: The decoded lines.
  /// - Throws: ``RunFolderError/brokenLine(file:line:)`` for a line that does not decode.
  public static func lines<Line: Decodable>(_ type: Line.Type, in path: String) throws -> [Line] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    let decoder = JSONDecoder()
    return try text.split(separator: "\n").enumerated().map { index, line in
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
  /// The run was stopped before there was anything to go on with, or its state is of another run.
  case cannotResume(folder: String, reason: String)
  /// The folder cannot be made.
  case cannotCreate(folder: String, reason: String)
  /// A line that is not what was written.
  case brokenLine(file: String, line: Int)

  /// A mistake of usage, but for broken files.
  public var fault: Fault {
    switch self {
    case .holdsRun, .holdsNoRun: .usage
    case .cannotCreate: .run
    case .cannotResume, .brokenLine: .data
    }
  }

  /// One sentence for the person at the terminal.
  public var description: String {
    switch self {
    case .holdsRun(let folder):
      "\(folder) already holds a run: go on with it by --resume \(folder), or choose another --output."
    case .holdsNoRun(let folder):
      "\(folder) holds no run (there is no config.yaml in it); give the folder that --output named."
    case .cannotResume(let folder, let reason):
      "the run in \(folder) cannot be resumed: \(reason)."
    case .cannotCreate(let folder, let reason):
      "the folder \(folder) cannot be made: \(reason)"
    case .brokenLine(let file, let line):
      "line \(line) of \(file) is not what a run writes; remove it, or the file's end from there on."
    }
  }
}
