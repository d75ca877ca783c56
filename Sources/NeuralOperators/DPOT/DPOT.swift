public import Autodiff
import Foundation
import SpectralLayers
public import SystemFiles
public import TensorCore

/// DPOT, the auto-regressive denoising operator transformer, in 1, 2 or 3 dimensions.
///
/// ```
/// h_t = σ(P·(frame, inputs, coordinates)_t + c)            patches of a frame                  (patch_embed.proj.0)
/// z   = Σ_t W_tᵀ·((A·h_t + a + p) ⊙ cos(γ·τ_t))            embedding, positions, aggregation   (patch_embed.proj.2,
///                                                                              pos_embed, time_agg_layer)
/// z   ← MLP(G₂(F(G₁ z))) + z        for each block         Fourier attention                   (blocks.i)
/// y   = O₃·σ(O₂·σ(O₁·z + o₁) + o₂) + o₃                    output head                         (out_layer.0, .2, .4)
/// ```
///
/// σ is GELU, G group normalization of 8 groups, F `FourierAttention`, P a convolution and O₁ a transposed one of width and
/// stride `patch`. Coordinates run from 0 to 1 along each axis and over the frames, both ends included.
///
/// | Symbol | Shape | Meaning |
/// |---|---|---|
/// | frame | `[samples, v, x…]` | v variables, the last T₀ frames; s static inputs follow the variables |
/// | z | `[samples, width, x / patch…]` | hidden fields |
/// | y | `[samples, v, x…]` | the next frame |
///
/// The embedding of positions has a grid of its own, and is interpolated on any other. What the released weights keep beside
/// (`cls_head`, which tells data sets apart) is kept, and changes nothing.
///
/// Source: Hao et al., *DPOT: Auto-Regressive Denoising Operator Transformer for Large-Scale PDE Pre-Training*,
/// arXiv:2403.03542; layers and names are those of its released code.
public struct DPOT: NeuralOperator {
  /// The extents of the layers.
  public struct Extents: Sendable, Equatable {
    /// Hidden channels, a multiple of 8 and of the blocks of channels.
    public var width: Int
    /// Blocks of Fourier attention, one after the other.
    public var depth: Int
    /// Blocks of channels within an attention, each with a perceptron of its own.
    public var channelBlocks: Int
    /// Hidden channels of a block's perceptron.
    public var hiddenWidth: Int
    /// Kept indices of each axis of the patches' half spectrum, at most.
    public var modes: Int
    /// Points of a patch along each axis.
    public var patch: Int
    /// Channels between the two layers of a patch's embedding; nil for the released code's, v·patch + 3.
    public var patchWidth: Int?
    /// Channels of the output head.
    public var outputWidth: Int

    /// Extents.
    public init(
      width: Int, depth: Int, channelBlocks: Int, hiddenWidth: Int? = nil, modes: Int = 32, patch: Int = 8,
      patchWidth: Int? = nil, outputWidth: Int = 32
    ) {
      self.width = width
      self.depth = depth
      self.channelBlocks = channelBlocks
      self.hiddenWidth = hiddenWidth ?? width
      self.modes = modes
      self.patch = patch
      self.patchWidth = patchWidth
      self.outputWidth = outputWidth
    }
  }

  /// The extents of the layers.
  public let extents: Extents
  /// Patches along each axis of the grid that the embedding of positions is for.
  public let positions: [Int]
  /// The number of initial frames.
  public let initialSteps: Int
  /// The number of variables in a frame.
  public let variables: Int
  /// The number of fields that it sees beside the frames.
  public let staticInputs: Int
  /// The data sets that the unused classifier tells apart; nil where there is none.
  public let classes: Int?

  private let patches: Convolution
  private let embedding: Linear
  private let blocks: [DPOTBlock]
  private let expansion: TransposedConvolution
  private let head: (hidden: Linear, output: Linear)

  /// A model for fields with as many axes as `positions` has entries.
  ///
  /// - Parameters:
  ///   - extents: The extents of the layers.
  ///   - positions: Patches along each axis of the grid that the embedding of positions is for.
  ///   - initialSteps: The number of frames that a prediction starts from.
  ///   - variables: The number of variables in a frame.
  ///   - staticInputs: The number of fields that it sees beside the frames.
  ///   - classes: The data sets that an unused classifier tells apart, if there is one.
  /// - Precondition: One to three axes, every number positive but that of static inputs, which may be 0, and a width that 8 and
  ///   the blocks of channels divide.
  public init(
    _ extents: Extents, positions: [Int], initialSteps: Int, variables: Int, staticInputs: Int = 0,
    classes: Int? = nil
  ) {
    let numbers = [
      extents.width, extents.depth, extents.channelBlocks, extents.hiddenWidth, extents.modes, extents.patch,
      extents.patchWidth ?? 1, extents.outputWidth, initialSteps, variables, classes ?? 1,
    ]
    precondition(
      (1...3).contains(positions.count) && (positions + numbers).allSatisfy { $0 > 0 } && staticInputs >= 0
        && Self.flaw(ofWidth: extents.width, blocks: extents.channelBlocks) == nil,
      "no DPOT has the extents \(extents), \(positions) patches, \(initialSteps) initial steps and \(variables) variables"
    )
    let axes = positions.count
    let window = Array(repeating: extents.patch, count: axes)
    self.extents = extents
    self.positions = positions
    self.initialSteps = initialSteps
    self.variables = variables
    self.staticInputs = staticInputs
    self.classes = classes
    let patchWidth = extents.patchWidth ?? variables * extents.patch + 3
    patches = Convolution(
      name: "patch_embed.proj.0", inputs: variables + staticInputs + axes + 1, outputs: patchWidth,
      kernel: window,
      stride: window)
    embedding = Linear(
      name: "patch_embed.proj.2", inputs: patchWidth, outputs: extents.width, pointAxes: axes)
    blocks = (0..<extents.depth).map {
      DPOTBlock(
        name: "blocks.\($0)", channels: extents.width, hidden: extents.hiddenWidth,
        blocks: extents.channelBlocks,
        modes: extents.modes, dimensions: axes)
    }
    expansion = TransposedConvolution(
      name: "out_layer.0", inputs: extents.width, outputs: extents.outputWidth, kernel: window, stride: window
    )
    head = (
      Linear(name: "out_layer.2", inputs: extents.outputWidth, outputs: extents.outputWidth, pointAxes: axes),
      Linear(name: "out_layer.4", inputs: extents.outputWidth, outputs: variables, pointAxes: axes)
    )
  }

  /// Why a width cannot be divided into groups and blocks; nil if it can.
  static func flaw(ofWidth width: Int, blocks: Int) -> String? {
    width % DPOTBlock.groups == 0 && width % blocks == 0
      ? nil : "a width of \(width) is no multiple of \(DPOTBlock.groups) and of \(blocks) blocks of channels"
  }

  /// The number of axes of a field.
  public var dimensions: Int { positions.count }

  static let positionsName = "pos_embed"
  static let aggregationName = "time_agg_layer.w"
  static let frequencyName = "time_agg_layer.gamma"
  /// The layers of the classifier.
  private var classifier: [Linear] {
    guard let classes else { return [] }
    let width = extents.width
    return [(0, width), (2, width), (4, classes)].map {
      Linear(name: "cls_head.\($0)", inputs: width, outputs: $1)
    }
  }

  /// The classifier's weights, which nothing depends on.
  public var buffers: Set<String> { Set(classifier.flatMap { [$0.weightName, $0.biasName] }) }

  /// The number of weights, without the classifier's; a complex one counts as two.
  public var parameterCount: Int {
    let width = extents.width
    let convolutions = [
      patches.weightShape.reduce(1, *) + patches.outputs,
      expansion.weightShape.reduce(1, *) + expansion.outputs,
    ]
    let linear = [embedding, head.hidden, head.output].map { ($0.inputs + 1) * $0.outputs }
    return (convolutions + linear + blocks.map(\.parameterCount)).reduce(0, +)
      + width * positions.reduce(1, *) + initialSteps * width * width + width
  }

  /// The model's name and extents, under the keys of a checkpoint's metadata.
  public var metadata: [String: String] {
    let resolution = positions.map { "\($0 * extents.patch)" }
    let isSquare = resolution.allSatisfy { $0 == resolution[0] }
    var metadata = [
      "model": "dpot\(dimensions)d", "embedding": "\(extents.width)", "depth": "\(extents.depth)",
      "blocks": "\(extents.channelBlocks)", Self.modesKey: "\(extents.modes)",
      "patch_size": "\(extents.patch)",
      "output_width": "\(extents.outputWidth)", "initial_steps": "\(initialSteps)",
      "channels": "\(variables)",
      "resolution": (isSquare ? Array(resolution.prefix(1)) : resolution).joined(separator: ","),
    ]
    if staticInputs > 0 { metadata[WeightShapes.staticInputsKey] = "\(staticInputs)" }
    return metadata
  }

  /// The key in the metadata for the kept modes, which leave no trace in the shapes.
  static let modesKey = "modes"

  /// New parameters: convolutions and linear layers distributed as PyTorch's are, positions normal with deviation 0.02, the
  /// aggregation's matrices normal with deviation 1/(T₀·√width), its frequencies 2⁻¹⁰ to 2¹⁰.
  ///
  /// - Parameter seed: The seed of the run.
  /// - Returns: The parameters in the model's order.
  public func initialParameters(seed: UInt64) -> Parameters {
    let generator = CounterGenerator.weightStreams(seed: seed)
    func normal(_ name: String, _ shape: [Int], deviation: Float) -> (name: String, tensor: Tensor) {
      var generator = generator(name)
      return (name, Tensor.zeros(shape).map { _ in deviation * generator.normal() })
    }
    let (width, steps) = (extents.width, initialSteps)
    let frequencies = (0..<width).map { Float(exp2(-10 + 20 * Double($0) / Double(max(width - 1, 1)))) }
    var pairs = [normal(Self.positionsName, [1, width] + positions, deviation: 0.02)]
    pairs += patches.initialParameters(generator) + embedding.initialParameters(generator)
    for block in blocks { pairs += block.initialParameters(generator) }
    pairs.append(
      normal(
        Self.aggregationName, [steps, width, width], deviation: 1 / (Float(steps) * Float(width).squareRoot())
      ))
    pairs.append((Self.frequencyName, Tensor(frequencies, shape: [1, width])))
    pairs += expansion.initialParameters(generator)
    for layer in [head.hidden, head.output] + classifier { pairs += layer.initialParameters(generator) }
    return Parameters(pairs)
  }

  /// A DPOT with the same extents and embedding of positions for other variables, inputs or frames.
  ///
  /// - Parameter task: What it is for.
  /// - Returns: The model; nil for another number of axes.
  public func adapted(to task: ModelTask) -> (any NeuralOperator)? {
    guard task.dimensions == dimensions else { return nil }
    var extents = extents
    extents.patchWidth = patches.outputs
    return DPOT(
      extents, positions: positions, initialSteps: task.initialSteps, variables: task.variables,
      staticInputs: task.staticInputs, classes: classes)
  }

  /// Says why fields of the given shape cannot be used, or returns nil if they can.
  ///
  /// - Parameter shape: The extents of a field.
  /// - Returns: A clause that names the sizes that would fit.
  public func objection(toShape shape: [Int]) -> Message? {
    if let objection = objection(toDimensions: shape.count) { return objection }
    let patch = extents.patch
    guard shape.contains(where: { !$0.isMultiple(of: patch) }) else { return nil }
    let near = shape.map { max($0 / patch, 1) * patch }
    return """
      \(patch) points of a patch do not divide \(shape.extents) points; sizes that fit are multiples of \(patch), such as \
      \(near.extents): choose another \(option: "reduced-resolution"), or train with another \(option: "patch-size")
      """
  }

  /// The arithmetic of one prediction for one sample, see ``NeuralOperator/operations(onShape:)``.
  ///
  /// - Parameter shape: The extents of a field.
  /// - Returns: Floating-point operations.
  public func operations(onShape shape: [Int]) -> Double {
    let (points, width) = (shape.reduce(1, *), extents.width)
    let grid = shape.map { max($0 / extents.patch, 1) }
    let patchCount = grid.reduce(1, *)
    let frame = patches.weightShape.reduce(1, *) + embedding.inputs * width + width * width
    let ends =
      expansion.weightShape.reduce(1, *) * patchCount
      + (head.hidden.inputs * head.hidden.outputs + head.output.inputs * variables) * points
    return 2 * Double(initialSteps * frame * patchCount + ends)
      + blocks.reduce(0) { $0 + $1.operations(onShape: grid) }
  }
}

extension DPOT {
  /// The next frame.
  ///
  /// - Parameters:
  ///   - frames: The last frames, oldest first, each `[samples, variables, x(, y(, z))]`.
  ///   - grid: The coordinates of the points, which this model does not use: it has its own.
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
    let h = patched(frames, inputs: inputs, parameters).gelu()
    var z = aggregated(
      h, embedding: (parameters[embedding.weightName], parameters[embedding.biasName]),
      position: parameters[Self.positionsName].interpolated(to: Array(h.shape[2...])),
      weight: parameters[Self.aggregationName], frequency: parameters[Self.frequencyName])
    for block in blocks { z = block(z, parameters) }
    func matrix(_ layer: Linear) -> Variable {
      parameters[layer.weightName].reshaped([layer.outputs, layer.inputs])
    }
    let shape = Array(frames[0].shape[2...])
    return project(
      expansion(z, parameters).gelu(), hidden: (matrix(head.hidden), parameters[head.hidden.biasName]),
      output: (matrix(head.output), parameters[head.output.biasName]),
      domain: PaddedDomain(shape: shape, padding: shape.map { _ in 0 }))
  }

  /// The first layer of the embedding of each frame's patches, `[samples, frames · hidden, patches…]`.
  ///
  /// The coordinates are the same for all samples: their part of the convolution is computed once.
  private func patched(_ frames: [Variable], inputs: Tensor?, _ parameters: TracedParameters) -> Variable {
    let (samples, shape) = (frames[0].shape[0], Array(frames[0].shape[2...]))
    let (steps, channels) = (initialSteps, variables + staticInputs)
    let weight = parameters[patches.weightName]
    let fields = Variable.concatenated(
      frames.flatMap { [$0] + (inputs.map { [Variable($0)] } ?? []) }, axis: 1
    ).reshaped([samples * steps, channels] + shape)
    let seen = fields.convolved(
      weight: weight.sliced(axis: 1, 0..<channels), stride: patches.stride)
    let placed = Variable(Self.coordinates(shape: shape, steps: steps)).convolved(
      weight: weight.sliced(axis: 1, channels..<patches.inputs), bias: parameters["\(patches.name).bias"],
      stride: patches.stride)
    let result = [samples, steps * patches.outputs] + seen.shape[2...]
    return seen.reshaped(result) + placed.reshaped([1] + result.dropFirst()).broadcast(to: result)
  }

  /// The places along each axis and in time, `[steps, axes + 1, x…]`.
  private static func coordinates(shape: [Int], steps: Int) -> Tensor {
    let points = shape.reduce(1, *)
    var result = Tensor(uninitialized: [steps, shape.count + 1] + shape)
    var field = result.mutableStorage().base
    func part(_ index: Int, of count: Int) -> Float { count > 1 ? Float(index) / Float(count - 1) : 0 }
    for step in 0..<steps {
      for axis in shape.indices {
        fillField(field, shape: shape, along: axis) { part($0, of: shape[axis]) }
        field += points
      }
      field.update(repeating: part(step, of: steps), count: points)
      field += points
    }
    return result
  }
}
