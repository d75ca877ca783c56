/// Measures of predicted fields, as means over variables and frames.
///
/// d = prediction − target, N is the number of points, ⟨·⟩ the mean over samples; each measure is taken per variable and
/// frame first (``FrameMetrics`` keeps those) and then averaged over variables and frames. PDEBench's are
///
/// | Key | Definition per variable and frame | |
/// |---|---|---|
/// | `RMSE` | ⟨√(Σ d² / N)⟩ | ``RootMeanSquareError`` |
/// | `nRMSE` | ⟨√(Σ d² / N) / √(Σ target² / N)⟩ | ``NormalizedError`` |
/// | `CSV` | √⟨(Σ d)²⟩ / N, the error of the conserved total | ``ConservedError`` |
/// | `Max` | max over samples and points of \|d\| | ``MaximumError`` |
/// | `BD` | ⟨√(sum of d² over all sides / number of points on all sides)⟩, the error at the boundary | ``BoundaryError`` |
/// | `F` | three bands of √⟨Σ of \|d̂\|² over a shell of wavenumbers⟩ / N, the mean over each band's shells | ``FourierError`` |
///
/// The initial frames count, as in the code that the low-data results of PDE learning were published with: a prediction
/// repeats them, so that their error is 0. `nRMSE_predicted` is the mean of nRMSE over the other frames, as PDEBench
/// itself reports it.
///
/// Source: Takamoto et al., *PDEBench: An Extensive Benchmark for Scientific Machine Learning*, arXiv:2210.07182,
/// appendix B.
public struct Metrics: Sendable, Equatable {
  /// The values of the components by their keys in JSON.
  public let values: [String: [Double]]
  /// The number of samples.
  public let samples: Int
  /// The number of fields: samples times variables times frames; nil if an earlier version wrote the metrics.
  public let fields: Int?
  /// How many fields are left out of nRMSE: their target is zero at every point, and the prediction is not.
  public let zeroTargets: Int

  /// Measures of one's own, of something that is no field.
  ///
  /// - Parameters:
  ///   - values: Single values by their keys in JSON.
  ///   - samples: The number of samples.
  public init(_ values: [String: Double], samples: Int) {
    self.init(values: values.mapValues { [$0] }, samples: samples, fields: nil, zeroTargets: 0)
  }

  init(values: [String: [Double]], samples: Int, fields: Int?, zeroTargets: Int) {
    self.values = values
    self.samples = samples
    self.fields = fields
    self.zeroTargets = zeroTargets
  }

  /// The value, or a component of it, under a key; NaN if there is none.
  public subscript(key: String, component component: Int = 0) -> Double {
    guard let components = values[key], components.indices.contains(component) else { return .nan }
    return components[component]
  }

  /// What is left out of nRMSE, and why; nil if nothing is.
  public var omission: String? {
    guard zeroTargets > 0 else { return nil }
    return "\(zeroTargets)\(fields.map { " of \($0)" } ?? "") fields are left out of nRMSE: "
      + "their target is zero at every point, and the prediction is not. Zeros that are predicted exactly, as given frames "
      + "are, count as error 0, but only beside other targets"
  }
}

/// The measures of ``Metrics`` for every variable and frame, before the mean over them.
public struct FrameMetrics: Sendable, Equatable {
  /// By key, the values of each variable, component and frame; NaN where one is not defined.
  let tables: [String: [[[Double]]]]

  /// A metric of one component, `[variable][frame]`; empty if there is none of that key.
  public subscript(key: String) -> [[Double]] { (tables[key] ?? []).map { $0.first ?? [] } }

  /// A metric of several components, `[variable][component][frame]`; empty if there is none of that key.
  public subscript(components key: String) -> [[[Double]]] { tables[key] ?? [] }
}
