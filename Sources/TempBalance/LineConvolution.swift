/// How the weights of a convolution in one dimension, `[outputs, inputs, positions]`, are read as matrices.
///
/// The two readings give the layers of a one-dimensional model nearly opposite shares of the learning rate: with one
/// position, the released one leaves as many values as there are outputs, which lie close together, so that α is large.
public enum LineConvolution: String, Sendable, Codable, CaseIterable {
  /// One matrix, outputs × inputs, for each position, times √½, as in two and three dimensions.
  case matrix
  /// One matrix, inputs × positions, for each output, as the paper's released code reads it. With one position the
  /// eigenvalues are the squared norms of the rows, Σᵢ w[o, i]².
  case released
}
