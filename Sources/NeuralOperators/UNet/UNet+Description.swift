public import Options
import SystemFiles

extension UNet {
  /// The U-Nets: their options, and how one is recognized from PDEBench's tensors.
  public struct Description: ModelDescription {
    /// The features of the first level.
    public var initialFeatures: Int
    /// What convolutions see beyond the ends of the domain.
    public var padding: PaddingMode
    /// Whether fields of any size are continued to one that fits, and predictions cropped.
    public var padsFields: Bool

    /// The default options.
    public init() {
      self.init(initialFeatures: 32)
    }

    /// Chosen options.
    public init(initialFeatures: Int, padding: PaddingMode = .zeros, padsFields: Bool = false) {
      self.initialFeatures = initialFeatures
      self.padding = padding
      self.padsFields = padsFields
    }

    /// `unet`.
    public static let name = "unet"
    /// In words.
    public static let title = "U-Net"

    /// The options of a U-Net.
    public static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration(
        "init-features", \.initialFeatures, in: .from(1, to: 1024),
        help: "Features of the first level; each lower level has twice as many."),
      OptionDeclaration(
        "padding", \.padding, help: "Padding of the convolutions at the boundaries: zeros or periodic."),
      OptionDeclaration(
        "pad", \.padsFields,
        help: """
          Accept fields whose sizes are not multiples of \(UNet.divisor): pad them (see \(option: "padding")), and \
          crop the predictions.
          """),
    ]

    /// The U-Net of these options.
    ///
    /// - Parameter task: What it is for.
    /// - Returns: The model.
    public func model(for task: ModelTask) -> any NeuralOperator {
      UNet(
        dimensions: task.dimensions, initialFeatures: initialFeatures, initialSteps: task.initialSteps,
        variables: task.variables, padding: task.isPeriodic ? .periodic : padding, padsFields: padsFields,
        staticInputs: task.staticInputs)
    }

    /// The options of a model.
    public init?(describing model: any NeuralOperator) {
      guard let model = model as? UNet else { return nil }
      self.init(
        initialFeatures: model.initialFeatures, padding: model.padding, padsFields: model.padsFields)
    }

    /// The U-Net whose first, deepest and last convolutions have these shapes.
    ///
    /// The shapes do not tell what the convolutions see beyond the ends and whether fields are padded; the metadata do.
    public static func recognize(_ weights: WeightShapes) throws(ModelMismatch) -> (any NeuralOperator)? {
      let firstName = "encoder1.enc1conv1.weight"
      guard weights.contains(firstName) else { return nil }
      let first = try weights.shape(of: firstName)
      let deepest = try weights.shape(of: "bottleneck.bottleneckconv2.weight")
      let output = try weights.shape(of: "conv.weight")
      let features = first.first ?? 0
      guard (3...5).contains(first.count), features > 0, output.count == first.count,
        deepest.count == first.count,
        // Checked here, since the model's other weights are made to this width before they are compared.
        deepest.prefix(2).allSatisfy({ $0 / UNet.divisor == features })
      else {
        throw ModelMismatch(
          "\(firstName), bottleneck.bottleneckconv2.weight and conv.weight have the shapes \(first), \(deepest) and \(output)"
        )
      }
      let inputs = try weights.staticInputs()
      let steps = try WeightShapes.initialSteps(
        inputs: first[1] - inputs, of: "encoder1.enc1conv1", variables: output[0])
      return UNet(
        dimensions: first.count - 2, initialFeatures: features, initialSteps: steps, variables: output[0],
        padding: try weights.setting("padding", among: ["zeros": .zeros, "periodic": .periodic]) ?? .zeros,
        padsFields: try weights.setting("pad", among: ["true": true, "false": false]) ?? false,
        staticInputs: inputs)
    }
  }
}

extension PaddingMode: OptionChoice {}
