package import HDF5
import SystemFiles

/// What is said of the ends of the domain.
package enum DomainEnds {
  private static let attribute = "boundary"

  /// What the attribute says of ends that are not joined, and that may be open: our words, PDEBench's, and those of other solvers.
  private static let openEnds: Set = [
    "not periodic", "non-periodic", "nonperiodic", "aperiodic", "outgoing", "trans", "transmissive",
    "outflow", "open", "free", "absorbing", "neumann", "zero-gradient",
  ]

  /// What it says of ends that are not joined, and at which something holds or throws back the fields.
  private static let walls: Set = [
    "wall", "walls", "no-slip", "noslip", "free-slip", "slip", "reflecting", "reflective", "closed",
    "dirichlet", "robin",
  ]

  /// Whether the attribute says that the ends are walls.
  ///
  /// - Parameter attributes: The attributes of a file.
  /// - Returns: Whether it does.
  package static func areWalls(_ attributes: [String: AttributeValue]) -> Bool {
    attributes[attribute]?.text.map { walls.contains($0.lowercased()) } ?? false
  }

  /// Whether the domain is periodic by the attribute that PDEBench's solver and ours write; nil if there is none, or it says
  /// something else than any of the words that are known, in letters of either case.
  static func arePeriodic(_ attributes: [String: AttributeValue]) -> Bool? {
    guard let word = attributes[attribute]?.text?.lowercased() else { return nil }
    return word == "periodic" ? true : openEnds.contains(word) || walls.contains(word) ? false : nil
  }

  /// Whether the domain is periodic by the words of a file's name, as PDEBench names its flows.
  ///
  /// - Parameter path: The file.
  /// - Returns: Whether it is; nil if the name does not say.
  static func arePeriodic(byNameOf path: String) -> Bool? {
    let words = FilePath.name(of: path).split { $0 == "_" || $0 == "." }
    return words.contains("periodic") ? true : words.contains("trans") ? false : nil
  }

  /// Attributes that say whether the domain is periodic. A number of the attribute's name is something else, and stays.
  static func attributes(
    _ attributes: [String: AttributeValue], arePeriodic: Bool
  ) -> [String: AttributeValue] {
    if let other = attributes[attribute], other.text == nil { return attributes }
    return attributes.merging([attribute: .text(arePeriodic ? "periodic" : "not periodic")]) { $1 }
  }
}

extension FieldAxis {
  /// Whether some of the points repeat after the same length as all of them, so that a periodic axis stays one with them.
  ///
  /// - Parameter used: The axis with the points that are used.
  /// - Returns: Whether they do, to half a spacing of all points.
  package func hasPeriod(of used: FieldAxis) -> Bool {
    abs(used.period - period) <= 0.5 * abs(spacing)
  }

  /// The mean distance of neighbors.
  private var spacing: Double {
    guard let first = coordinates.first, let last = coordinates.last, coordinates.count > 1 else { return 1 }
    return (last - first) / Double(coordinates.count - 1)
  }

  /// The length after which the points repeat where the axis is periodic.
  private var period: Double { abs(spacing) * Double(coordinates.count) }
}

extension FieldDataSet {
  /// Whether the domain is periodic by the words of the files' names, as PDEBench names its flows; nil where one does not say.
  package var isPeriodicByName: Bool? {
    switch self {
    case let files as ConcatenatedDataSet: files.arePeriodicByName
    case let unified as UnifiedDataSet: unified.base.isPeriodicByName
    default: DomainEnds.arePeriodic(byNameOf: path)
    }
  }
}
