public import Autodiff
import SpectralLayers
public import SystemFiles
public import TensorCore

/// The U-Net in 1, 2 or 3 dimensions, in PDEBench's form.
///
/// ```
/// e₁ = E₁(frames)    eᵢ₊₁ = Eᵢ₊₁(pool(eᵢ))          down: i = 1, 2, 3        (encoder1 … encoder4)
/// d₅ = B(pool(e₄))                                   at the bottom            (bottleneck)
/// dᵢ = Dᵢ(Uᵢ(dᵢ₊₁), eᵢ)                              up: i = 4, 3, 2, 1       (upconvᵢ, decoderᵢ)
/// y  = W·d₁ + c                                                              (conv)
/// ```
///
/// Eᵢ, B and Dᵢ are blocks with 2ⁱ⁻¹·f features (16·f at the bottom): twice a three-wide convolution without bias, batch
/// normalization and tanh. pool takes the largest of 2 points along each axis, and Uᵢ are transposed convolutions of width
/// and stride 2 that halve the features.
///
/// | Symbol | Shape | Meaning |
/// |---|---|---|
/// | frames | `[samples, T₀·v + s, x…]` | the last T₀ frames of v variables, time-major, and s static inputs |
/// | y | `[samples, v, x…]` | the next frame |
///
/// Source: Ronneberger, Fischer, Brox, arXiv:1505.04597; layers and names are those of PDEBench (Takamoto et al.,
/// arXiv:2210.07182).
public struct UNet: NeuralOperator {
  /// The number of axes of a field.
  public let dimensions: Int
  /// The features of the first level.
  public let initialFeatures: Int
  /// The number of initial frames.
  public let initialSteps: Int
  /// The number of variables in a frame.
  public let variables: Int
  /// The number of fields that it sees beside the frames.
  public let staticInputs: Int
  /// What the convolutions see beyond the ends of the domain.
  public let padding: PaddingMode
  /// Whether fields of any size are taken, by continuing them to the next size that fits and cropping the result.
  public let padsFields: Bool

  /// Times that the fields are halved.
  public static let levels = 4
  /// What must divide each extent of a field.
  public static let divisor = 1 << levels

  private let encoders: [UNetBlock]
  private let bottleneck: UNetBlock
  private let pooling: MaximumPooling
  /// From the bottom up, as the decoders are.
  private let upward: [TransposedConvolution]
  private let decoders: [UNetBlock]
  private let output: Linear

  /// A model for fields with a number of axes.
  ///
  /// - Parameters:
  ///   - dimensions: The number of axes, 1 to 3.
  ///   - initialFeatures: The features of the first level; each level below has twice as many.
  ///   - initialSteps: The number of frames that a prediction starts from.
  ///   - variables: The number of variables in a frame.
  ///   - padding: What the convolutions see beyond the ends of the domain: zeros, as PDEBench has it, or the other end.
  ///   - padsFields: Whether fields whose extents 16 does not divide are continued to the next multiple, half of the
  ///     points at each end, by what `padding` says is beyond, and the prediction cropped.
  ///   - staticInputs: The number of fields that it sees beside the frames.
  /// - Precondition: One to three axes, and every number positive but that of static inputs, which may be 0.
  public init(
    dimensions: Int, initialFeatures: Int, initialSteps: Int, variables: Int, padding: PaddingMode = .zeros,
    padsFields: Bool = false, staticInputs: Int = 0
  ) {
    precondition(
      (1...3).contains(dimensions) && [initialFeatures, initialSteps, variables].allSatisfy { $0 > 0 }
        && staticInputs >= 0,
      "no U-Net has \(dimensions) axes, \(initialFeatures) features, \(initialSteps) initial steps and "
        + "\(variables) variables")
    self.dimensions = dimensions
    self.initialFeatures = initialFeatures
    self.initialSteps = initialSteps
    self.variables = variables
    self.staticInputs = staticInputs
    self.padding = padding
    self.padsFields = padsFields
    let features = (0...Self.levels).map { initialFeatures << $0 }
    func block(_ name: String, _ short: String, _ inputs: Int, _ outputs: Int) -> UNetBlock {
      UNetBlock(
        name: "\(name).\(short)", inputs: inputs, outputs: outputs, dimensions: dimensions, padding: padding)
    }
    encoders = (1...Self.levels).map { level in
      let inputs = level == 1 ? initialSteps * variables + staticInputs : features[level - 2]
      return block("encoder\(level)", "enc\(level)", inputs, features[level - 1])
    }
    bottleneck = block("bottleneck", "bottleneck", features[Self.levels - 1], features[Self.levels])
    pooling = MaximumPooling(window: Array(repeating: 2, count: dimensions))
    let two = Array(repeating: 2, count: dimensions)
    upward = (1...Self.levels).reversed().map { level in
      TransposedConvolution(
        name: "upconv\(level)", inputs: features[level], outputs: features[level - 1], kernel: two,
        stride: two)
    }
    decoders = (1...Self.levels).reversed().map { level in
      block("decoder\(level)", "dec\(level)", features[level], features[level - 1])
    }
    output = Linear(name: "conv", inputs: initialFeatures, outputs: variables, pointAxes: dimensions)
  }

  private var blocks: [UNetBlock] { encoders + [bottleneck] + decoders }

  /// There are no complex parameters.
  public var complexParameters: Set<String> { [] }

  /// The running statistics of batch normalization.
  public var buffers: Set<String> { Set(blocks.flatMap(\.bufferNames)) }

  /// Whether convolutions see the other end beyond an end.
  public var reliesOnPeriodicFields: Bool { padding == .periodic }

  /// The number of weights.
  public var parameterCount: Int {
    let upward = upward.map { $0.weightShape.reduce(1, *) + $0.outputs }
    return (blocks.map(\.parameterCount) + upward).reduce(0, +) + (output.inputs + 1) * output.outputs
  }

  /// The model's name and extents, under the keys of a checkpoint's metadata.
  public var metadata: [String: String] {
    var metadata = [
      "model": "unet\(dimensions)d", "init_features": "\(initialFeatures)",
      "initial_steps": "\(initialSteps)",
      "channels": "\(variables)", "padding": padding.rawValue, "pad": "\(padsFields)",
    ]
    if staticInputs > 0 { metadata[WeightShapes.staticInputsKey] = "\(staticInputs)" }
    return metadata
  }

  /// New parameters, distributed as PyTorch's layers are.
  ///
  /// - Parameter seed: The seed of the run.
  /// - Returns: The parameters in PDEBench's order.
  public func initialParameters(seed: UInt64) -> Parameters {
    let generator = CounterGenerator.weightStreams(seed: seed)
    var pairs = (encoders + [bottleneck]).flatMap { $0.initialParameters(generator) }
    for (upward, decoder) in zip(upward, decoders) {
      pairs += upward.initialParameters(generator) + decoder.initialParameters(generator)
    }
    return Parameters(pairs + output.initialParameters(generator))
  }

  /// A U-Net with the same features for other variables, inputs or frames.
  ///
  /// - Parameter task: What it is for.
  /// - Returns: The model; nil for another number of axes.
  public func adapted(to task: ModelTask) -> (any NeuralOperator)? {
    task.dimensions == dimensions
      ? UNet(
        dimensions: dimensions, initialFeatures: initialFeatures, initialSteps: task.initialSteps,
        variables: task.variables, padding: padding, padsFields: padsFields, staticInputs: task.staticInputs)
      : nil
  }

  /// Says why fields of the given shape cannot be used, or returns nil if they can.
  ///
  /// - Parameter shape: The extents of a field.
  /// - Returns: A clause that names the sizes that would fit.
  public func objection(toShape shape: [Int]) -> Message? {
    if let objection = objection(toDimensions: shape.count) { return objection }
    guard !padsFields, shape != Self.fittingShape(shape) else { return nil }
    let lower = shape.map { max($0 / Self.divisor, 1) * Self.divisor }
    let sizes = lower == Self.fittingShape(shape) ? [lower] : [lower, Self.fittingShape(shape)]
    return """
      the U-Net halves fields \(Self.levels) times, and \(Self.divisor) does not divide \(shape.extents) points; \
      sizes that fit are multiples of \(Self.divisor), such as \(sizes.map(\.extents).joined(separator: " or ")): choose \
      another \(option: "reduced-resolution"), or train with \(option: "pad")
      """
  }

  /// The least shape that holds the given one and can be halved often enough.
  private static func fittingShape(_ shape: [Int]) -> [Int] {
    shape.map { ($0 + divisor - 1) / divisor * divisor }
  }

  /// The arithmetic of one prediction for one sample, see ``NeuralOperator/operations(onShape:)``.
  ///
  /// - Parameter shape: The extents of a field.
  /// - Returns: Floating-point operations.
  public func operations(onShape shape: [Int]) -> Double {
    let all = Self.fittingShape(shape).reduce(1, *)
    func points(_ level: Int) -> Int { all >> (dimensions * level) }
    var products = bottleneck.weightsPerPoint * points(Self.levels) + output.inputs * output.outputs * all
    for level in 0..<Self.levels {
      let (upward, decoder) = (upward[Self.levels - 1 - level], decoders[Self.levels - 1 - level])
      products += (encoders[level].weightsPerPoint + decoder.weightsPerPoint) * points(level)
      // Every point of the lower level is multiplied by the whole kernel.
      products += upward.weightShape.reduce(1, *) * points(level + 1)
    }
    return 2 * Double(products)
  }

  /// The next frame.
  ///
  /// - Parameters:
  ///   - frames: The last frames, oldest first, each `[samples, variables, x(, y(, z))]`.
  ///   - grid: The coordinates of the points, which this model does not use.
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
  ///   - grid: The coordinates of the points, which this model does not use.
  ///   - parameters: The model's parameters.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  public func nextFrame(
    after frames: [Variable], inputs: Tensor?, grid: Tensor, _ parameters: TracedParameters
  ) -> Variable {
    checkInputs(frames, inputs)
    let window = Variable.concatenated(frames + (inputs.map { [Variable($0)] } ?? []), axis: 1)
    let continuation = FieldContinuation(
      from: Array(window.shape[2...]), to: Self.fittingShape(Array(window.shape[2...])), mode: padding)
    return continuation.cropped(next(continuation.extended(window), parameters))
  }

  private func next(_ window: Variable, _ parameters: TracedParameters) -> Variable {
    var z = window
    var skipped: [Variable] = []
    for encoder in encoders {
      skipped.append(encoder(z, parameters))
      z = pooling(skipped[skipped.count - 1])
    }
    z = bottleneck(z, parameters)
    for (upward, decoder) in zip(upward, decoders) {
      z = decoder(.concatenated([upward(z, parameters), skipped.removeLast()], axis: 1), parameters)
    }
    return output(z, parameters)
  }
}
