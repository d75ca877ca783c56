import Foundation

/// GLUE's measures of predictions.
public enum Scores {
  /// The share of right predictions.
  public static func accuracy(_ predicted: [Int], _ labels: [Int]) -> Double {
    Double(zip(predicted, labels).count { $0 == $1 }) / Double(max(labels.count, 1))
  }

  /// F1 of class 1 where there are two classes, 2TP/(2TP + FP + FN); the mean over the classes otherwise.
  ///
  /// - Returns: 0 for a class that is neither predicted nor there.
  public static func f1(_ predicted: [Int], _ labels: [Int], classes: Int) -> Double {
    func score(_ own: Int) -> Double {
      let pairs = zip(predicted, labels)
      let hits = pairs.count { $0 == own && $1 == own }
      let misses = pairs.count { ($0 == own) != ($1 == own) }
      return hits + misses == 0 ? 0 : 2 * Double(hits) / Double(2 * hits + misses)
    }
    if classes == 2 { return score(1) }
    return (0..<classes).map(score).reduce(0, +) / Double(max(classes, 1))
  }

  /// Matthews' correlation, for any number of classes (Gorodkin's R_K).
  ///
  /// - Returns: 0 where the predictions or the labels are all of one class.
  public static func matthews(_ predicted: [Int], _ labels: [Int], classes: Int) -> Double {
    let count = Double(labels.count)
    let hits = Double(zip(predicted, labels).count { $0 == $1 })
    var (both, predictedSquares, labelSquares) = (0.0, 0.0, 0.0)
    for own in 0..<classes {
      let p = Double(predicted.count { $0 == own })
      let t = Double(labels.count { $0 == own })
      both += p * t
      predictedSquares += p * p
      labelSquares += t * t
    }
    let divisor = ((count * count - predictedSquares) * (count * count - labelSquares)).squareRoot()
    return divisor > 0 ? (hits * count - both) / divisor : 0
  }

  /// Pearson's correlation; 0 where either is constant.
  public static func pearson(_ a: [Double], _ b: [Double]) -> Double {
    let count = Double(max(a.count, 1))
    let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - meanA) * (y - meanB)
      aa += (x - meanA) * (x - meanA)
      bb += (y - meanB) * (y - meanB)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
  }

  /// Spearman's correlation: Pearson's of the ranks, equal values sharing their mean.
  public static func spearman(_ a: [Double], _ b: [Double]) -> Double { pearson(ranks(a), ranks(b)) }

  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }
}
