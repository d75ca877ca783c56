/// Coordinates and times as they are used: those of the file where they are in order, and else others, with a note.
enum OrderedCoordinates {
  /// The coordinates of points, which only rise or only fall.
  ///
  /// - Parameters:
  ///   - values: What the file has.
  ///   - name: What the file calls it.
  ///   - notes: Is told where they are not used.
  /// - Returns: The coordinates, and whether they are others than the file's.
  static func points(
    _ values: [Double], named name: String, _ notes: inout [String]
  ) -> (values: [Double], isAssumed: Bool) {
    guard let entry = values.turningEntry else { return (values, false) }
    notes.append(
      "'\(name)' neither only rises nor only falls, see entry \(entry) (counted from 0), so points are taken to be the centers of \(values.count) equal cells of [0, 1]."
    )
    return (centers(of: values.count), true)
  }

  /// The times of frames, which rise.
  ///
  /// - Parameters:
  ///   - values: What the file has.
  ///   - name: What the file calls it.
  ///   - notes: Is told where they are not used.
  /// - Returns: The times: the numbers of the frames where the file's do not rise.
  static func times(_ values: [Double], named name: String, _ notes: inout [String]) -> [Double] {
    guard let entry = values.notRisingEntry else { return values }
    notes.append(
      "'\(name)' does not rise at entry \(entry) (counted from 0), so times are taken to be the numbers of the frames."
    )
    return values.indices.map(Double.init)
  }

  /// The centers of equal cells of [0, 1].
  static func centers(of count: Int) -> [Double] { (0..<count).map { (Double($0) + 0.5) / Double(count) } }
}
