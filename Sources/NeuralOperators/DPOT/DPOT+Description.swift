public import Options
import SystemFiles

extension DPOT {
  /// The DPOTs: their options, and how one is recognized from the released code's tensors.
  public struct Description: ModelDescription {
    /// Extents that go together.
    public enum Size: String, OptionChoice {
      /// For small grids and few samples: it trains on two cores in minutes.
      case mini
      /// 7 million weights, the smallest that is published.
      case tiny
      /// 30 million weights.
      case small
      /// 122 million weights.
      case medium

      /// The extents.
      var extents: Extents {
        switch self {
        case .mini: Extents(width: 128, depth: 4, channelBlocks: 4, patch: 4)
        case .tiny: Extents(width: 512, depth: 4, channelBlocks: 4)
        case .small: Extents(width: 1024, depth: 6, channelBlocks: 8)
        case .medium: Extents(width: 1024, depth: 12, channelBlocks: 8, hiddenWidth: 4096)
        }
      }
    }

    /// The extents that are not given.
    public var size = Size.mini
    /// Hidden channels.
    public var width: Int?
    /// Blocks of Fourier attention.
    public var depth: Int?
    /// Blocks of channels within an attention.
    public var channelBlocks: Int?
    /// Hidden channels of a block's perceptron, over the width.
    public var ratio: Double?
    /// Kept indices of each axis of the half spectrum.
    public var modes: [Int]?
    /// Points of a patch along each axis.
    public var patch: Int?
    /// Channels of the output head.
    public var outputWidth: Int?
    /// Points along each axis of the grid that the embedding of positions is for; nil for the data's.
    public var positionGrid: [Int]?

    /// The default options.
    public init() {}

    /// The options of a size.
    public init(size: Size) {
      self.size = size
    }

    /// `dpot`.
    public static let name = "dpot"
    /// In words.
    public static let title = "denoising operator transformer"

    /// The options of a DPOT.
    public static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration(
        "model-size", \.size,
        help: """
          Extents that go together: mini (width 128, 4 blocks, patches of 4), tiny (512, 4, patches of 8: 7 million weights), small \
          (1024, 6: 30 million), medium (1024, 12: 122 million). Other options replace single ones.
          """),
      OptionDeclaration(
        "width", \.width, in: .from(8, to: 8192), help: "Hidden channels, a multiple of 8.",
        default: "as \(option: "model-size") says", example: 256),
      OptionDeclaration(
        "depth", \.depth, in: .from(1, to: 256), help: "Blocks of Fourier attention, one after the other.",
        default: "as \(option: "model-size") says", example: 4),
      OptionDeclaration(
        "channel-blocks", \.channelBlocks, in: .from(1, to: 1024),
        help:
          "Blocks of channels within an attention, each with a perceptron of its own; they divide the width.",
        default: "as \(option: "model-size") says", example: 4),
      OptionDeclaration(
        "mlp-ratio", \.ratio, in: .above(0, to: 64),
        help: "Hidden channels of the perceptron at the end of a block, over the width.",
        default: "as \(option: "model-size") says", example: 1),
      OptionDeclaration(
        "modes", \.modes, in: .count, where: { $0.map { $0.count == 1 } ?? true },
        expecting: "a positive whole number, like 32",
        help: "Number of Fourier modes of the patches that are kept along each axis, if there are as many.",
        default: "32", example: [32]),
      OptionDeclaration(
        "patch-size", \.patch, in: .from(1, to: 256), help: "Points of a patch along each axis.",
        default: "as \(option: "model-size") says", example: 8),
      OptionDeclaration(
        "output-width", \.outputWidth, in: .from(1, to: 4096), help: "Channels of the output head.",
        default: "32",
        example: 32),
      OptionDeclaration(
        "position-grid", \.positionGrid, in: .count, where: { $0?.isEmpty != true },
        expecting: "one or more positive whole numbers, like 128 or 128,128",
        help: """
          Points along each axis of the grid that the embedding of positions is made for; fields on other grids see it \
          interpolated.
          """, default: "the data's", example: [128, 128]),
    ]

    /// The extents of these options.
    private var extents: Extents {
      var extents = size.extents
      if let width {
        extents.hiddenWidth = extents.hiddenWidth / extents.width * width
        extents.width = width
      }
      if let depth { extents.depth = depth }
      if let channelBlocks { extents.channelBlocks = channelBlocks }
      if let ratio { extents.hiddenWidth = max(Int(Double(extents.width) * ratio), 1) }
      if let modes { extents.modes = modes[0] }
      if let patch { extents.patch = patch }
      if let outputWidth { extents.outputWidth = outputWidth }
      return extents
    }

    /// The DPOT of these options.
    ///
    /// - Parameter task: What it is for.
    /// - Returns: The model.
    /// - Throws: ``ModelMismatch`` if the options do not suit each other or the task.
    public func model(for task: ModelTask) throws(ModelMismatch) -> any NeuralOperator {
      let extents = extents
      if let flaw = DPOT.flaw(ofWidth: extents.width, blocks: extents.channelBlocks) {
        throw ModelMismatch(
          "\(flaw); choose another \(option: "width") or \(option: "channel-blocks")")
      }
      let grid =
        positionGrid.map { $0.count == 1 ? task.shape.map { _ in positionGrid?[0] ?? 1 } : $0 } ?? task.shape
      guard grid.count == task.dimensions else {
        throw ModelMismatch(
          "\(grid.count) numbers of points were given for a grid of \(task.dimensions)D fields; give one, or one an axis by \(option: "position-grid")"
        )
      }
      return DPOT(
        extents, positions: grid.map { max($0 / extents.patch, 1) }, initialSteps: task.initialSteps,
        variables: task.variables, staticInputs: task.staticInputs)
    }

    /// The options of a model.
    public init?(describing model: any NeuralOperator) {
      guard let model = model as? DPOT else { return nil }
      let extents = model.extents
      self.init()
      width = extents.width
      depth = extents.depth
      channelBlocks = extents.channelBlocks
      ratio = Double(extents.hiddenWidth) / Double(extents.width)
      modes = [extents.modes]
      patch = extents.patch
      outputWidth = extents.outputWidth
      positionGrid = model.positions.map { $0 * extents.patch }
    }

    /// The DPOT whose embeddings, blocks and head have these shapes.
    ///
    /// The shapes do not tell how many modes are kept; the metadata do, and 32 is what the released weights keep.
    public static func recognize(_ weights: WeightShapes) throws(ModelMismatch) -> (any NeuralOperator)? {
      let aggregationName = DPOT.aggregationName
      guard weights.contains(aggregationName), weights.contains("blocks.0.filter.w1") else { return nil }
      let position = try weights.shape(of: DPOT.positionsName)
      let patches = try weights.shape(of: "patch_embed.proj.0.weight")
      let aggregation = try weights.shape(of: aggregationName)
      let filter = try weights.shape(of: "blocks.0.filter.w1")
      let mixing = try weights.shape(of: "blocks.0.mlp.0.weight")
      let expansion = try weights.shape(of: "out_layer.0.weight")
      let head = try weights.shape(of: "out_layer.4.weight")
      let axes = position.count - 2
      // Checked here, since the model's other weights are made to these extents before they are compared.
      guard (1...3).contains(axes),
        (position + patches + aggregation + filter + mixing + expansion + head).allSatisfy({ $0 > 0 }),
        patches.count == axes + 2, Set(patches[2...]).count == 1, aggregation.count == 3,
        aggregation[1] == position[1], aggregation[2] == position[1], filter.count == 4, filter[0] == 2,
        filter[2] == filter[3], filter[1].multipliedReportingOverflow(by: filter[2]) == (position[1], false),
        mixing.count == axes + 2, mixing[1] == position[1], expansion.count == axes + 2,
        expansion[0] == position[1], head.count == axes + 2, head[1] == expansion[1]
      else {
        throw ModelMismatch(
          """
          pos_embed, patch_embed.proj.0.weight, \(aggregationName), blocks.0.filter.w1, blocks.0.mlp.0.weight, \
          out_layer.0.weight and out_layer.4.weight have the shapes \(position), \(patches), \(aggregation), \(filter), \
          \(mixing), \(expansion) and \(head)
          """)
      }
      if let flaw = DPOT.flaw(ofWidth: position[1], blocks: filter[1]) { throw ModelMismatch("\(flaw)") }
      let depth = try depth(weights, filter: filter, mixing: mixing)
      let point = Array(repeating: 1, count: axes)
      let pairs = [
        ("patch_embed.proj.2.weight", [position[1], patches[0]] + point),
        ("out_layer.2.weight", [expansion[1], expansion[1]] + point),
      ]
      for (name, expected) in pairs { try require(name, expected, in: weights) }
      let (inputs, variables) = (try weights.staticInputs(), head[0])
      guard patches[1] == variables + inputs + axes + 1 else {
        throw ModelMismatch(
          """
          patch_embed.proj.0 takes \(patches[1]) channels, expected \(variables) variables, \(inputs) inputs and \
          \(axes + 1) coordinates
          """)
      }
      var modes = 32
      if let word = weights.metadata[DPOT.modesKey] {
        guard let number = Int(word), (1...1 << 20).contains(number) else {
          throw ModelMismatch("\(DPOT.modesKey) = \(word) is no number of modes")
        }
        modes = number
      }
      let classes =
        weights.contains("cls_head.4.weight") ? try weights.shape(of: "cls_head.4.weight").first : nil
      guard classes ?? 1 > 0 else { throw ModelMismatch("cls_head.4.weight has no rows") }
      return DPOT(
        Extents(
          width: position[1], depth: depth, channelBlocks: filter[1], hiddenWidth: mixing[0], modes: modes,
          patch: patches[2], patchWidth: patches[0], outputWidth: expansion[1]),
        positions: Array(position[2...]), initialSteps: aggregation[0], variables: variables,
        staticInputs: inputs,
        classes: classes)
    }

    /// The number of blocks, all of the first one's shapes.
    private static func depth(
      _ weights: WeightShapes, filter: [Int], mixing: [Int]
    ) throws(ModelMismatch) -> Int {
      var depth = 0
      while weights.contains("blocks.\(depth).filter.w1") {
        let name = "blocks.\(depth)"
        for part in ["w1", "w2"] { try require("\(name).filter.\(part)", filter, in: weights) }
        try require("\(name).mlp.0.weight", mixing, in: weights)
        try require("\(name).mlp.2.weight", [mixing[1], mixing[0]] + mixing[2...], in: weights)
        depth += 1
      }
      return depth
    }

    /// Checks a shape before a model of that shape is made.
    private static func require(
      _ name: String, _ expected: [Int], in weights: WeightShapes
    ) throws(ModelMismatch) {
      let found = try weights.shape(of: name)
      guard found == expected else {
        throw ModelMismatch("\(name) has the shape \(found), expected \(expected)")
      }
    }
  }
}
