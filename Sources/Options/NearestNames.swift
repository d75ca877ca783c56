/// Names that someone may have meant.
public enum NearestNames {
  /// The names that are most like a word: those that begin with it, or differ from it in a third of its letters or less.
  ///
  /// - Parameters:
  ///   - word: The word.
  ///   - names: The names that there are.
  /// - Returns: At most three names, the nearest first.
  public static func of(_ word: String, among names: [String]) -> [String] {
    let distances = names.map { name in
      (name: name, distance: name.hasPrefix(word) && word.count > 2 ? 0 : distance(word, name))
    }
    return distances.filter { $0.distance <= max(1, word.count / 3) }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(3).map(\.name)
  }

  /// How many letters must be put in, taken out or changed to make one word of another (Levenshtein).
  static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let changed = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
      }
    }
    return row[second.count]
  }
}
