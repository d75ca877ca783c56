/// What a layer does with its weights, which decides how they are read as matrices.
public enum LayerKind: String, Sendable, Codable, CaseIterable {
  /// One matrix, `[outputs, inputs]`.
  case linear
  /// A convolution in one to three dimensions, `[outputs, inputs, positions…]`.
  case convolution
  /// A transposed convolution in one to three dimensions, `[inputs, outputs, positions…]`.
  case transposedConvolution = "transposed-convolution"
  /// The complex weights of a spectral convolution, `[inputs, outputs, modes…, 2]`, the last axis holding the real and
  /// the imaginary part; one tensor for each corner of the spectrum.
  case spectral
  /// A table of vectors, `[entries, width]`.
  case embedding
  /// A low-rank correction (LoRA), of which the product alone is a layer, whatever it corrects. B·A corrects a matrix or, as one
  /// of outputs × (inputs, positions…), a convolution: A is `[rank, inputs, positions…]`, B is `[outputs, rank, 1…]`. A·B corrects a
  /// spectral convolution, mode by mode: A is `[inputs, rank, modes…, 2]`, B is `[rank, outputs, modes…, 2]`, and each corner has its own.
  case lowRank = "low-rank"
  /// Any other matrix of a model, such as an LSTM's `weight_ih_l0` or an attention's `in_proj_weight`, whatever is
  /// stacked in it. It is a layer of its own under the parameter's whole name.
  case matrix

  /// The kinds that the paper balances: linear layers and convolutions.
  public static let paper: Set<LayerKind> = [.linear, .convolution]

  /// The kind of layer whose weights a parameter holds, recognized by its name and shape; none for a bias, a
  /// normalization or anything unknown that is no matrix.
  ///
  /// Understood are the names of PyTorch's modules (`….weight`), of PDEBench's spectral convolutions (`….weights1`)
  /// and of LoRA's pairs (`….lora_A.weight`, `….lora_B.weight`, `….lora_A.weights1`). Shapes cannot
  /// tell a transposed convolution from a plain one, nor an embedding from a linear layer, so their names must: a layer named
  /// `…upconv…`, `…deconv…` or `…transpose…` is a transposed convolution, and one under a name with `embed`, `wte` or `wpe` is
  /// an embedding.
  ///
  /// - Parameters:
  ///   - parameter: The parameter's full name.
  ///   - shape: The parameter's shape.
  public init?(parameter: String, shape: [Int]) {
    let components = parameter.lowercased().split(separator: ".")
    guard let last = components.last else { return nil }
    let layer = components.dropLast()
    let isNumbered = last.hasPrefix("weights") && last.dropFirst("weights".count).allSatisfy(\.isNumber)
    let isSpectral = isNumbered && (4...6).contains(shape.count) && shape.last == 2
    if layer.contains(where: { $0 == "lora_a" || $0 == "lora_b" }) {
      let isOfConvolution = last == "weight" && (3...5).contains(shape.count)
      guard shape.count == 2 || isOfConvolution || isSpectral else { return nil }
      self = .lowRank
    } else if isSpectral {
      self = .spectral
    } else if last != "weight" {
      guard shape.count == 2 else { return nil }
      self = .matrix
    } else if shape.count == 2 {
      let isTable = layer.contains { $0.contains("embed") || $0 == "wte" || $0 == "wpe" }
      self = isTable ? .embedding : .linear
    } else if (3...5).contains(shape.count) {
      let isTransposed = ["upconv", "deconv", "transpose"].contains { layer.last?.contains($0) ?? false }
      self = isTransposed ? .transposedConvolution : .convolution
    } else {
      return nil
    }
  }
}
