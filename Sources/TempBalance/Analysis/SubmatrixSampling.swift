/// Takes the spectrum over sub-matrices of one fixed aspect ratio instead of over whole matrices.
///
/// The spectrum of a random matrix depends on the ratio of its sides, and α with it: two layers of different shapes have
/// different α though neither has learned anything. Sub-matrices of one ratio remove that bias. Each matrix is covered
/// by its largest sub-matrices of the ratio, evenly spaced along the axis that they do not fill and overlapping where
/// they must; their eigenvalues are pooled, which averages their densities. A matrix of the very ratio stays whole.
///
/// The source leaves the number and size of the sub-matrices open; covering each weight with as few and as large ones as
/// possible is our choice.
///
/// Source: Hu, Goel, Killiakov, Yang, *Eigenspectrum Analysis of Neural Networks without Aspect Ratio Bias* (FARMS),
/// arXiv:2506.06280.
public struct SubmatrixSampling: Sendable, Equatable {
  /// The longer side over the shorter one.
  public let aspectRatio: Double

  /// Sub-matrices of a ratio of sides.
  ///
  /// - Parameter aspectRatio: The longer side over the shorter one.
  /// - Precondition: The ratio is at least 1.
  public init(aspectRatio: Double = 1) {
    precondition(
      aspectRatio >= 1, "a ratio of the longer to the shorter side is at least 1, got \(aspectRatio)")
    self.aspectRatio = aspectRatio
  }

  /// The sub-matrices that cover a matrix.
  func submatrices(of matrix: WeightMatrix) -> [WeightMatrix] {
    let rowsAreLong = matrix.rows >= matrix.columns
    let (long, short) = rowsAreLong ? (matrix.rows, matrix.columns) : (matrix.columns, matrix.rows)
    let slidesAlongLong = Double(long) >= aspectRatio * Double(short)
    let extent = slidesAlongLong ? long : short
    let ideal = slidesAlongLong ? aspectRatio * Double(short) : Double(long) / aspectRatio
    let window = min(max(Int(ideal.rounded()), 1), extent)
    let slidesAlongRows = slidesAlongLong == rowsAreLong
    let count = (extent + window - 1) / window
    return (0..<count).map { index in
      let start = count == 1 ? 0 : index * (extent - window) / (count - 1)
      var part = matrix
      if slidesAlongRows {
        part.offset += start * matrix.rowStride
        part.rows = window
      } else {
        part.offset += start * matrix.columnStride
        part.columns = window
      }
      return part
    }
  }
}
