public import Autodiff
import Foundation
import SpectralLayers
public import SystemFiles
public import TensorCore

/// The Fourier neural operator in 1, 2 or 3 dimensions, in PDEBench's form.
///
/// ```
/// z₀   = W₀·(frames, coordinates) + c₀                      lifting (fc0), then zero padding
/// zᵢ₊₁ = Kᵢ(σ(zᵢ)) + wᵢ·σ(zᵢ) + bᵢ     for i = 0 … 3      four Fourier blocks (convᵢ, wᵢ); σ = GELU, none for i = 0
///        (+ zᵢ with residual blocks)
/// y    = W₂·GELU(W₁·z₄ + c₁) + c₂                           cropping, then projection (fc1, fc2)
/// ```
///
/// | Symbol | Shape | Meaning |
/// |---|---|---|
/// | frames | `[samples, T₀·v + s, x…]` | the last T₀ frames of v variables, time-major, and s static inputs |
/// | z | `[samples, width, x + padding…]` | hidden fields |
/// | y | `[samples, v, x…]` | the next frame |
///
/// The padding is two points at the high end of each axis in 1D and 2D, six on the last axis in 3D. On periodic domains
/// neither coordinates nor padding are needed, and on open ones there is a better way than zeros: see ``Boundary``.
///
/// Source: Li et al., arXiv:2010.08895, section 4; the layout is that of PDEBench (Takamoto et al., arXiv:2210.07182).
public struct FNO: NeuralOperator {
  /// Kept Fourier modes along each axis.
  public let modes: [Int]
  /// Hidden channels.
  public let width: Int
  /// The number of initial frames.
  public let initialSteps: Int
  /// The number of variables in a frame.
  public let variables: Int
  /// The number of fields that it sees beside the frames.
  public let staticInputs: Int
  /// What it does at the ends of the domain.
  public let boundary: Boundary
  /// Whether each block adds to its input.
  public let hasResidualBlocks: Bool

  /// Fourier blocks.
  public static let blocks = 4
  /// Channels of the projection's hidden layer.
  public static let projectionWidth = 128

  private let lifting: Linear
  private let convolutions: [SpectralConvolution]
  private let pointwise: [Linear]
  private let projection: (hidden: Linear, output: Linear)

  /// A model for fields with as many axes as `modes` has entries.
  ///
  /// - Precondition: One to three axes, and every number positive but that of static inputs, which may be 0.
  public init(
    modes: [Int], width: Int, initialSteps: Int, variables: Int, staticInputs: Int = 0,
    boundary: Boundary = .zeros, hasResidualBlocks: Bool = false
  ) {
    precondition(
      (1...3).contains(modes.count) && (modes + [width, initialSteps, variables]).allSatisfy { $0 > 0 }
        && staticInputs >= 0,
      "no FNO has modes \(modes), width \(width), \(initialSteps) initial steps and \(variables) variables")
    self.modes = modes
    self.width = width
    self.initialSteps = initialSteps
    self.variables = variables
    self.staticInputs = staticInputs
    self.boundary = boundary
    self.hasResidualBlocks = hasResidualBlocks
    lifting = Linear(
      name: "fc0",
      inputs: initialSteps * variables + staticInputs + boundary.coordinates(ofAxes: modes.count),
      outputs: width)
    convolutions = (0..<Self.blocks).map {
      SpectralConvolution(name: "conv\($0)", inputs: width, outputs: width, modes: modes)
    }
    pointwise = (0..<Self.blocks).map {
      Linear(name: "w\($0)", inputs: width, outputs: width, pointAxes: modes.count)
    }
    projection = (
      Linear(name: "fc1", inputs: width, outputs: Self.projectionWidth),
      Linear(name: "fc2", inputs: Self.projectionWidth, outputs: variables)
    )
  }

  /// The number of axes of a field.
  public var dimensions: Int { modes.count }

  /// Whether there are neither coordinates nor padding.
  public var reliesOnPeriodicFields: Bool { boundary == .periodic }

  /// The number of weights; a complex one counts as two.
  public var parameterCount: Int {
    let spectral = convolutions.map { $0.weightNames.count * $0.weightShape.reduce(1, *) }
    let linear = ([lifting] + pointwise + [projection.hidden, projection.output])
      .map { ($0.inputs + 1) * $0.outputs }
    return (spectral + linear).reduce(0, +)
  }

  /// The names of the spectral weights.
  public var complexParameters: Set<String> { Set(convolutions.flatMap(\.weightNames)) }

  /// The model's name and extents, under the keys of a checkpoint's metadata.
  public var metadata: [String: String] {
    let sameModes = modes.allSatisfy { $0 == modes[0] }
    var metadata = [
      "model": "fno\(dimensions)d",
      "modes": (sameModes ? Array(modes.prefix(1)) : modes).map(String.init).joined(separator: ","),
      "width": "\(width)", "initial_steps": "\(initialSteps)", "channels": "\(variables)",
    ]
    if staticInputs > 0 { metadata[WeightShapes.staticInputsKey] = "\(staticInputs)" }
    if hasResidualBlocks { metadata[Self.residualKey] = "true" }
    return metadata.merging(boundary.metadata) { $1 }
  }

  /// The key in the metadata for residual blocks.
  static let residualKey = "residual_blocks"

  /// Points that are added along each axis: zeros at the high end, or end values at both.
  public var padding: [Int] {
    switch boundary {
    case .zeros: dimensions == 3 ? [0, 0, 6] : Array(repeating: 2, count: dimensions)
    case .periodic: Array(repeating: 0, count: dimensions)
    case .open(let points): Array(repeating: 2 * points, count: dimensions)
    }
  }

  /// New parameters, distributed as PyTorch's layers and PDEBench's spectral convolutions are.
  ///
  /// - Parameter seed: The seed of the run.
  /// - Returns: The parameters in PDEBench's order.
  public func initialParameters(seed: UInt64) -> Parameters {
    let names = parameterOrder
    func generator(_ name: String) -> CounterGenerator {
      CounterGenerator(seed: seed, purpose: .weights, index: names.firstIndex(of: name) ?? 0)
    }
    var pairs = lifting.initialParameters(generator)
    for convolution in convolutions { pairs += convolution.initialParameters(generator) }
    for layer in pointwise { pairs += layer.initialParameters(generator) }
    pairs += projection.hidden.initialParameters(generator) + projection.output.initialParameters(generator)
    return Parameters(pairs)
  }

  private var parameterOrder: [String] {
    let linear = [lifting] + pointwise + [projection.hidden, projection.output]
    return convolutions.flatMap(\.weightNames) + linear.flatMap { [$0.weightName, $0.biasName] }
  }

  /// An FNO with the same modes and width for other variables, inputs or frames.
  ///
  /// - Parameter task: What it is for.
  /// - Returns: The model; nil for another number of axes.
  public func adapted(to task: ModelTask) -> (any NeuralOperator)? {
    task.dimensions == dimensions
      ? FNO(
        modes: modes, width: width, initialSteps: task.initialSteps, variables: task.variables,
        staticInputs: task.staticInputs, boundary: boundary, hasResidualBlocks: hasResidualBlocks) : nil
  }

  /// Says why fields of the given shape cannot be used, or returns nil if they can.
  ///
  /// - Parameter shape: The extents of a field.
  /// - Returns: A clause that names the modes that would fit.
  public func objection(toShape shape: [Int]) -> Message? {
    if let objection = objection(toDimensions: shape.count) { return objection }
    let padded = zip(shape, padding).map(+)
    guard !convolutions[0].fits(shape: padded) else { return nil }
    let most = padded.enumerated().map { $0.offset == padded.count - 1 ? $0.element / 2 + 1 : $0.element / 2 }
    return """
      \(modes.extents) modes do not fit \(shape.extents) points, which have at most \(most.extents) (padding included); \
      lower \(option: "modes") or \(option: "reduced-resolution")
      """
  }

  /// The arithmetic of one prediction for one sample, see ``NeuralOperator/operations(onShape:)``.
  ///
  /// - Parameter shape: The extents of a field.
  /// - Returns: Floating-point operations.
  public func operations(onShape shape: [Int]) -> Double {
    let points = Double(shape.reduce(1, *))
    let padded = Double(zip(shape, padding).map(+).reduce(1, *))
    let transform = 2.5 * padded * log2(padded)
    let mixing = convolutions[0].weightNames.count * convolutions[0].weightShape.reduce(1, *)
    let block =
      2 * Double(width * width) * padded + 2 * Double(width) * transform + 4 * Double(mixing)
    let pointwise = [lifting, projection.hidden, projection.output].map { 2 * Double($0.inputs * $0.outputs) }
    return Double(Self.blocks) * block + pointwise.reduce(0, +) * points
  }

  /// The next frame.
  ///
  /// - Parameters:
  ///   - frames: The last frames, oldest first, each `[samples, variables, x(, y(, z))]`.
  ///   - grid: The coordinates of the points, `[axes, x(, y(, z))]`.
  ///   - parameters: The model's parameters.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  public func nextFrame(after frames: [Variable], grid: Tensor, _ parameters: TracedParameters) -> Variable {
    nextFrame(after: frames, inputs: nil, grid: grid, parameters)
  }

  /// The next frame after frames and static inputs.
  ///
  /// - Parameters:
  ///   - frames: The last frames, oldest first, each `[samples, variables, x(, y(, z))]`.
  ///   - inputs: The static inputs, `[samples, staticInputs, x(, y(, z))]`.
  ///   - grid: The coordinates of the points, `[axes, x(, y(, z))]`.
  ///   - parameters: The model's parameters.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  public func nextFrame(
    after frames: [Variable], inputs: Tensor?, grid: Tensor, _ parameters: TracedParameters
  ) -> Variable {
    checkInputs(frames, inputs)
    let fields = frames + (inputs.map { [Variable($0)] } ?? [])
    switch boundary {
    case .zeros:
      let domain = PaddedDomain(shape: Array(grid.shape[1...]), padding: padding)
      return output(of: fields, coordinates: grid, domain, parameters)
    case .periodic:
      let domain = PaddedDomain(shape: Array(grid.shape[1...]), padding: padding)
      return output(of: fields, coordinates: nil, domain, parameters)
    case .open(let points):
      let continuation = EdgeContinuation(points: points)
      let distances = continuation.distances(of: grid)
      let domain = PaddedDomain(shape: Array(distances.shape[1...]), padding: padding.map { _ in 0 })
      return continuation.cropped(
        output(of: fields.map(continuation.extended), coordinates: distances, domain, parameters))
    }
  }

  private func output(
    of fields: [Variable], coordinates: Tensor?, _ domain: PaddedDomain, _ parameters: TracedParameters
  ) -> Variable {
    var z = lift(
      fields, grid: coordinates, weight: parameters[lifting.weightName],
      bias: parameters[lifting.biasName], domain: domain)
    for (index, (convolution, pointwise)) in zip(convolutions, pointwise).enumerated() {
      z = z.fourierBlock(
        activated: index > 0, isResidual: hasResidualBlocks,
        spectralWeights: convolution.weightNames.map { parameters[$0] },
        weight: parameters[pointwise.weightName], bias: parameters[pointwise.biasName])
    }
    return project(
      z, hidden: (parameters[projection.hidden.weightName], parameters[projection.hidden.biasName]),
      output: (parameters[projection.output.weightName], parameters[projection.output.biasName]),
      domain: domain)
  }
}
