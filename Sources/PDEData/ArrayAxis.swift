import ArrayFiles
import SystemFiles

/// What an axis of a stored array stands for, by its letter.
enum ArrayAxis: Character, Sendable {
  case sample = "n"
  case time = "t"
  case x = "x"
  case y = "y"
  case z = "z"
  case variable = "v"

  /// The axes of space, in order.
  static let space: [ArrayAxis] = [.x, .y, .z]

  /// The place among the axes of space; nil for any other.
  var spacePlace: Int? { Self.space.firstIndex(of: self) }

  /// The axis that goes by a name in files; nil if the name says nothing.
  init?(named name: String) {
    let word = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
    guard let axis = Self.names.first(where: { $0.value.contains(word) })?.key else { return nil }
    self = axis
  }

  /// The axis that a list is the coordinate of, by the scale that it is or by its own name; nil if neither says.
  init?(ofList name: String, scaleNames: [String: String]) {
    guard let axis = scaleNames[name].flatMap(ArrayAxis.init(named:)) ?? ArrayAxis(named: name) else {
      return nil
    }
    self = axis
  }

  private static let names: [ArrayAxis: Set<String>] = [
    .sample: [
      "n", "sample", "samples", "batch", "trajectory", "member", "members", "number", "ens", "ensemble",
      "realization", "realisation", "simulation", "simulations", "case", "run",
    ],
    .time: ["t", "time", "times", "t-coordinate", "t_coordinate", "frame", "frames"],
    .x: ["x", "x-coordinate", "x_coordinate", "lon", "longitude"],
    .y: ["y", "y-coordinate", "y_coordinate", "lat", "latitude"],
    .z: ["z", "z-coordinate", "z_coordinate", "lev", "level", "height"],
    .variable: ["v", "channel", "channels", "variable", "variables", "component", "components"],
  ]

  /// Letters for messages, as in "n,t,x,y".
  static func letters(_ axes: [ArrayAxis]) -> String {
    axes.map { String($0.rawValue) }.joined(separator: ",")
  }
}

extension StoredArray {
  /// The extent of the only axis that has more than one entry, for an array that is a list; nil for any other.
  var listLength: Int? {
    let long = shape.filter { $0 != 1 }
    guard !shape.isEmpty, long.count < 2 else { return nil }
    return long.first ?? 1
  }

  /// Whether its numbers are complex, of which the last axis has the real and the imaginary part.
  var isComplex: Bool { elementType.hasPrefix("complex") && shape.last == 2 }

  /// How complex numbers are read, as the end of a sentence; empty for others.
  var complexAdvice: String {
    isComplex
      ? "; its numbers are complex, and its last axis is their real and imaginary part: its letter is v, or write the parts as two arrays"
      : ""
  }

  /// The name and the shape, for messages.
  var words: String { name.isEmpty ? "an array \(shape)" : "'\(name.abridged(to: 40))' \(shape)" }
}
