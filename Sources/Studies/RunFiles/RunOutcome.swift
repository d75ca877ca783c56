import Foundation
import SystemFiles
import Training

/// What a planned run came to beyond its own files, kept as `outcome.json` in its folder once it is done.
struct RunOutcome: Codable, Equatable {
  /// The number of epochs that are done.
  var epochs: Int
  /// The number of weights; a complex one counts as two.
  var parameters: Int
  /// The mean of α over the linear layers and convolutions at the end, where it is defined.
  var alphaMean: Double?
  /// The standard deviation of α over them.
  var alphaStd: Double?
  /// Why the run diverged; nil if it did not.
  var divergence: String?

  private enum CodingKeys: String, CodingKey {
    case epochs, parameters, divergence
    case alphaMean = "alpha_mean"
    case alphaStd = "alpha_std"
  }

  /// The file's name in the run's folder.
  static let fileName = "outcome.json"

  private static func path(in folder: RunFolder) -> String { "\(folder.path)/\(fileName)" }

  init(
    epochs: Int, parameters: Int, alphaMean: Double? = nil, alphaStd: Double? = nil, divergence: String? = nil
  ) {
    self.epochs = epochs
    self.parameters = parameters
    self.alphaMean = alphaMean
    self.alphaStd = alphaStd
    self.divergence = divergence
  }

  /// The outcome of a run; nil if it is not done.
  init?(of folder: RunFolder) {
    guard let data = FileManager.default.contents(atPath: Self.path(in: folder)),
      let outcome = try? JSONDecoder().decode(Self.self, from: data)
    else { return nil }
    self = outcome
  }

  /// Whether nothing is left to do of a run of so many epochs: what has diverged would do so again.
  func isDone(of epochs: Int) -> Bool { divergence != nil || self.epochs >= epochs }

  func write(to folder: RunFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.replace(
      Self.path(in: folder), with: String(decoding: try encoder.encode(self), as: UTF8.self) + "\n")
  }
}
