import TensorCore

/// Computes the spectra of layers and fits power laws to them.
///
/// The spectrum of a linear layer is that of its matrix W: the eigenvalues of WᵀW, without the zeros that WᵀW has more
/// than WWᵀ. A convolution has one outputs × inputs matrix for each kernel position, each times √½, in one, two or
/// three dimensions alike; a spectral convolution has one complex matrix for each mode it keeps. A low-rank
/// correction has its product, one matrix also for a convolution. The eigenvalues of a layer's matrices are pooled. The
/// paper's released code reads convolutions in one dimension in another way, which ``lineConvolution`` offers.
///
/// All matrices of all layers are processed in parallel, on all cores. For a matrix of sides m ≥ n the work is about
/// m·n² + 4/3·n³ multiplications in double precision. The numbers do not depend on how many cores there are.
public struct LayerAnalyzer: Sendable, Equatable {
  /// Where the power law is taken to begin.
  public var fit: FitMethod
  /// The divisor of the median fit (`xmin_pos`), above 1: the tail begins at ⌊N / divisor⌋.
  public var medianDivisor: Double
  /// Which eigenvalues are too small to be used.
  public var threshold: EigenvalueThreshold
  /// Sub-matrices to take instead of whole matrices; then the eigenvalues, and all that is computed from them, are those
  /// of the sub-matrices.
  public var submatrices: SubmatrixSampling?
  /// How convolutions in one dimension are read as matrices.
  public var lineConvolution: LineConvolution

  /// An analyzer with the paper's settings, or others.
  ///
  /// - Parameters:
  ///   - fit: Where the power law is taken to begin.
  ///   - medianDivisor: The divisor of the median fit, above 1.
  ///   - threshold: Which eigenvalues are too small to count.
  ///   - submatrices: Sub-matrices to take instead of whole matrices.
  ///   - lineConvolution: How convolutions in one dimension are read as matrices.
  public init(
    fit: FitMethod = .median, medianDivisor: Double = 2, threshold: EigenvalueThreshold = .absolute(1e-5),
    submatrices: SubmatrixSampling? = nil, lineConvolution: LineConvolution = .matrix
  ) {
    self.fit = fit
    self.medianDivisor = medianDivisor
    self.threshold = threshold
    self.submatrices = submatrices
    self.lineConvolution = lineConvolution
  }

  /// Computes the eigenvalues of a number of matrices or of groups of them, the longest work first, by a function of their
  /// places: on all cores (`parallelMap`), or on other machines as well.
  package typealias Distribution = (
    _ count: Int, _ eigenvalues: (_ place: Int) throws(TempBalanceError) -> [Double]
  ) throws(TempBalanceError) -> [[Double]]

  /// Analyzes layers.
  ///
  /// - Parameter layers: The weights of the layers.
  /// - Returns: One analysis for each layer, in the same order.
  /// - Throws: ``TempBalanceError/nonFiniteWeights(layer:value:)`` for the first layer with a NaN or an infinity;
  ///   ``TempBalanceError/eigenvaluesNotConverged(layer:size:status:)``, which has not been seen.
  public func analyze(_ layers: [LayerWeights]) throws(TempBalanceError) -> [LayerAnalysis] {
    try analyze(layers) { count, eigenvalues throws(TempBalanceError) in try parallelMap(count, eigenvalues) }
  }

  /// Analyzes layers, the matrices of which are shared out.
  ///
  /// - Parameters:
  ///   - layers: The weights of the layers.
  ///   - distribution: Computes the eigenvalues of all matrices.
  /// - Returns: One analysis for each layer, in the same order.
  /// - Throws: What ``analyze(_:)`` throws.
  package func analyze(
    _ layers: [LayerWeights], _ distribution: Distribution
  ) throws(TempBalanceError) -> [LayerAnalysis] {
    _ = try parallelMap(layers.count) { index throws(TempBalanceError) in try layers[index].checkFinite() }
    let spectra = try spectra(of: layers, distribution)
    return parallelMap(layers.count) { index in
      let (layer, spectrum) = (layers[index], spectra[index])
      return LayerAnalysis(
        name: layer.name, kind: layer.kind, shape: layer.shape, spectrum: spectrum,
        fit: PowerLawFit(spectrum.kept, method: fit, medianDivisor: medianDivisor))
    }
  }

  private func spectra(
    of layers: [LayerWeights], _ distribution: Distribution
  ) throws(TempBalanceError) -> [Spectrum] {
    var jobs: [(layer: Int, matrix: WeightMatrix)] = []
    for (index, layer) in layers.enumerated() {
      for matrix in layer.matrices(of: lineConvolution) {
        let parts = submatrices?.submatrices(of: matrix) ?? [matrix]
        jobs.append(contentsOf: parts.map { (index, $0) })
      }
    }
    // The longest first, so that no core is left with a long one at the end.
    jobs.sort { $0.matrix.cost > $1.matrix.cost }
    let eigenvalues = try distribution(jobs.count) { index throws(TempBalanceError) in
      let (layer, matrix) = (layers[jobs[index].layer], jobs[index].matrix)
      do throws(EigenvalueError) {
        return try matrix.eigenvalues(in: layer.tensors[matrix.tensor])
      } catch {
        throw .eigenvaluesNotConverged(layer: layer.name, size: error.size, status: error.status)
      }
    }
    var pools = [[Double]](repeating: [], count: layers.count)
    for (job, values) in zip(jobs, eigenvalues) { pools[job.layer].append(contentsOf: values) }
    return parallelMap(pools.count) { Spectrum(pools[$0], threshold: threshold) }
  }
}
