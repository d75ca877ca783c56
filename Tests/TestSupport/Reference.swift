import Foundation

/// Files made outside this project's Swift code, to compare with.
///
/// Tests run on every set that is there; both have the same names and layouts.
public struct Reference: Sendable, CustomStringConvertible {
  /// Small files that are a part of the project: Tests/Reference/README.md says what made them.
  public static let own = Reference(folder: Repository.path("Tests/Reference"))

  private static let largerFolder = Repository.root.appending(path: "../shared/reference")
    .standardizedFileURL.path

  /// More and larger files, if they lie beside the project.
  public static let larger: Reference? =
    FileManager.default.fileExists(atPath: largerFolder) ? Reference(folder: largerFolder) : nil

  /// Why a test is skipped that needs the larger set.
  public static let absence = "the larger set of reference files is not in \(largerFolder)"

  /// The sets that are there.
  public static let sets = [own] + (larger.map { [$0] } ?? [])

  private let folder: String

  /// Where the file of that name is.
  public func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// The folder's name.
  public var description: String { folder }
}
