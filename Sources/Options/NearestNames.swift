/// Suggestions for a misspelled name.
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

  /// How many letters must be put in, taken out or changed, or neighbors exchanged, to make one word of another (optimal
  /// string alignment).
  static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var rows = [Array(0...second.count)]
    for i in first.indices {
      var row = [i + 1]
      for j in second.indices {
        var best = min(rows[i][j] + (first[i] == second[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[first.count][second.count]
  }
}
