public import Autodiff
internal import CVectorMath
internal import Glibc
internal import TensorCore

/// Adafactor, which keeps of the second moments of a matrix only the means over its rows and over its columns.
///
/// ```
/// R ← βR + (1 − β)·mean over columns (|g|² + ε₁)         one number a row
/// C ← βC + (1 − β)·mean over rows (|g|² + ε₁)            one number a column       β = 1 − t^(−0.8)
/// u ← g / √(R·Cᵀ / mean R)
/// u ← u / max(1, RMS(u)/d)
/// θ ← (1 − ηλ)θ
/// θ ← θ − η·s·r·u      s = max(ε₂, RMS(θ)), or 1        r = min(1, 100/√t), or 1
/// ```
///
/// η is the learning rate, λ the weight decay (the source has none; it is decoupled, as in AdamW), t the step, counted
/// from 1; R and C begin at zero. RMS is the root of the mean square over a tensor.
///
/// A vector is a matrix of one column, for which the factors lose nothing. A convolution has one outputs × inputs matrix
/// for each kernel position, and a spectral convolution one inputs × outputs matrix for each mode, each with its own R and
/// C: the matrices whose spectra TempBalance looks at. For complex parameters |g|² is the squared modulus, and RMS
/// counts a complex number once; or the two parts are taken by themselves, as matrices of real numbers.
///
/// With η = 10⁻², relative steps and scaling by the parameters' size this is the source's method, whose relative step is
/// min(10⁻², 1/√t): here that rate is a multiple of η, so that a schedule or a layer's own rate keeps its effect at
/// every t.
///
/// Source: Shazeer and Stern, *Adafactor: Adaptive Learning Rates with Sublinear Memory Cost*, arXiv:1804.04235,
/// algorithms 4 to 6.
public struct Adafactor: Optimizer {
  /// The weight decay λ.
  public let weightDecay: Double
  /// Whether steps are relative to the size of the parameters: the factor s.
  public let scalesByParameters: Bool
  /// Whether steps shrink with time: the factor r.
  public let usesRelativeStep: Bool
  /// ε₁, added to each squared gradient, and ε₂, the smallest size of parameters that steps are relative to.
  public let epsilons: (gradient: Double, parameter: Double)
  /// d, the root mean square above which an update is scaled down.
  public let clippingThreshold: Double
  /// How the second moment of complex parameters is taken.
  public let complexMoment: Adam.ComplexMoment
  /// The names of the complex parameters.
  public let complexParameters: Set<String>
  /// The number of steps taken.
  public private(set) var steps = 0

  private var moments = Moments("row_moment", "column_moment")

  /// An optimizer that has taken no step.
  ///
  /// - Parameters:
  ///   - weightDecay: The weight decay, apart from the gradient.
  ///   - scalesByParameters: Whether steps are relative to the size of the parameters.
  ///   - usesRelativeStep: Whether steps shrink with time, from the 10,000th on.
  ///   - epsilons: ε₁, added to each squared gradient, and ε₂, the smallest size that steps are relative to; above 0.
  ///   - clippingThreshold: The root mean square above which an update is scaled down, above 0.
  ///   - complexMoment: The second moment of complex parameters.
  ///   - complexParameters: The names of the parameters whose last axis is (real, imaginary).
  public init(
    weightDecay: Double = 0, scalesByParameters: Bool = true, usesRelativeStep: Bool = true,
    epsilons: (gradient: Double, parameter: Double) = (1e-30, 1e-3), clippingThreshold: Double = 1,
    complexMoment: Adam.ComplexMoment = .shared, complexParameters: Set<String> = []
  ) {
    precondition(
      Float(epsilons.gradient) > 0 && epsilons.parameter > 0 && clippingThreshold > 0,
      "Adafactor's ε and d are above 0 in single precision, got \(epsilons) and \(clippingThreshold)")
    self.weightDecay = weightDecay
    self.scalesByParameters = scalesByParameters
    self.usesRelativeStep = usesRelativeStep
    self.epsilons = epsilons
    self.clippingThreshold = clippingThreshold
    self.complexMoment = complexMoment
    self.complexParameters = complexParameters
  }

  /// One tensor's part of a step.
  private struct Job {
    let shape: vm_factored
    let parameter, gradient, row, column: TensorStorage
    let learningRate, weightDecay: Double
  }

  /// Takes one step. Parameters without a gradient stay as they are.
  ///
  /// - Parameters:
  ///   - parameters: The parameters to move.
  ///   - gradients: Gradients by the parameters' names and in their shapes.
  ///   - weightDecayFactor: What the weight decay of the parameter of that name is to the optimizer's.
  ///   - learningRate: The learning rate of the parameter of that name.
  /// - Precondition: Every gradient belongs to a parameter.
  public mutating func update(
    _ parameters: inout Parameters, gradients: Parameters, weightDecayFactor: (_ name: String) -> Double,
    learningRate: (_ name: String) -> Double
  ) {
    moments.begin(for: parameters, shape: momentShape)
    steps += 1
    var jobs: [Job] = []
    for (name, gradient) in gradients {
      parameters.require(gradient: gradient, of: name)
      jobs.append(
        Job(
          shape: matrices(of: name, gradient), parameter: parameters.mutableStorage(of: name),
          gradient: gradient.storage, row: moments.mutableStorage(0, of: name),
          column: moments.mutableStorage(1, of: name), learningRate: learningRate(name),
          weightDecay: weightDecay * weightDecayFactor(name)))
    }
    // A tensor is one thread's: its sums over rows and columns have one order.
    parallelFor(jobs.count) { run(jobs[$0]) }
  }

  private func run(_ job: Job) {
    var shape = job.shape
    let time = Double(steps)
    let weight = pow(time, -0.8)
    vm_factored_moments(
      &shape, Float(1 - weight), Float(weight), Float(epsilons.gradient), job.gradient.base, job.row.base,
      job.column.base)
    let count = job.parameter.count
    let (update, scratch) = (TensorStorage(count: count), TensorStorage(count: job.column.count))
    vm_factored_update(
      &shape, job.gradient.base, job.row.base, job.column.base, scratch.base, update.base)

    func rootMeanSquare(_ storage: TensorStorage) -> Double {
      (vm_sum_of_squares(storage.base, count) / Double(count / shape.parts)).squareRoot()
    }
    var rate = job.learningRate / max(1, rootMeanSquare(update) / clippingThreshold)
    if scalesByParameters { rate *= max(epsilons.parameter, rootMeanSquare(job.parameter)) }
    if usesRelativeStep { rate *= min(1, 100 / time.squareRoot()) }
    vm_scale(job.parameter.base, Float(1 - job.learningRate * job.weightDecay), count)
    vm_add_scaled(job.parameter.base, update.base, Float(-rate), count)
  }
}

extension Adafactor {
  /// The means over rows and columns: `row_moment.NAME`, `[rows, positions]`, and `column_moment.NAME`,
  /// `[columns, positions]`.
  public var state: Parameters { moments.state }

  /// Goes on from a state that was taken out before.
  ///
  /// - Parameters:
  ///   - state: The tensors of ``state``, and perhaps others.
  ///   - steps: The number of steps taken by then.
  ///   - parameters: The parameters that are to be moved.
  ///   - file: Where the state comes from, for errors.
  /// - Throws: If a tensor is missing or has another shape than its parameter asks for; the optimizer is then as before.
  public mutating func restore(
    _ state: Parameters, steps: Int, for parameters: Parameters, file: String
  ) throws(OptimizerStateError) {
    try moments.restore(state, for: parameters, file: file, shape: momentShape)
    self.steps = steps
  }

  /// A parameter as matrices over its first two axes, one for each position along the others.
  private func matrices(of name: String, _ parameter: Tensor) -> vm_factored {
    let isComplex = complexMoment == .shared && complexParameters.contains(name)
    precondition(
      !isComplex || parameter.shape.last == 2,
      "the complex parameter '\(name)' needs a last axis of 2, its shape is \(parameter.shape)")
    let shape = isComplex ? parameter.shape.dropLast() : parameter.shape[...]
    return vm_factored(
      rows: shape.first ?? 1, columns: shape.dropFirst().first ?? 1,
      positions: shape.dropFirst(2).reduce(1, *), parts: isComplex ? 2 : 1)
  }

  /// The shape of the means over the rows (0) or over the columns (1).
  private func momentShape(_ kind: Int, of name: String, _ parameter: Tensor) -> [Int] {
    let matrices = matrices(of: name, parameter)
    return [kind == 0 ? matrices.rows : matrices.columns, matrices.positions]
  }
}
