public import Options
import SystemFiles

extension FNO {
  /// The Fourier neural operators: their options, and how one is recognized from PDEBench's tensors.
  public struct Description: ModelDescription {
    /// Kept Fourier modes, one number for all axes, or one an axis.
    public var modes: [Int]
    /// Hidden channels.
    public var width: Int
    /// Whether each block adds to its input.
    public var hasResidualBlocks: Bool
    /// Points by which open fields are continued at both ends of each axis; nil for PDEBench's coordinates and zeros.
    public var edgePoints: Int?

    /// The default options.
    public init() {
      self.init(modes: [12])
    }

    /// Chosen options.
    public init(modes: [Int], width: Int = 20, hasResidualBlocks: Bool = false, edgePoints: Int? = nil) {
      self.modes = modes
      self.width = width
      self.hasResidualBlocks = hasResidualBlocks
      self.edgePoints = edgePoints
    }

    /// `fno`.
    public static let name = "fno"
    /// In words.
    public static let title = "Fourier neural operator"

    /// The options of an FNO.
    public static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration(
        "modes", \.modes, in: .count, where: { !$0.isEmpty },
        expecting: "one or more positive whole numbers, like 12 or 12,12",
        help: "Number of Fourier modes kept; one number, or one per axis.", example: [12, 12]),
      OptionDeclaration("width", \.width, in: .from(1, to: 4096), help: "Hidden channels."),
      OptionDeclaration(
        "residual-blocks", \.hasResidualBlocks,
        help: "Add each Fourier block's input to its output, so that a block learns a change."),
      OptionDeclaration(
        "edge-points", \.edgePoints, in: .from(0, to: 4096),
        help: """
          For open boundaries: repeat the end values this many times beyond both ends of each axis, and see the distance \
          from the middle instead of the coordinates.
          """, default: "coordinates, and zeros at one end", example: 16),
    ]

    /// The one that continues fields beyond their ends.
    public static let optionsOfEnds = ["edge-points"]

    /// The FNO of these options.
    ///
    /// - Parameter task: What it is for.
    /// - Returns: The model.
    /// - Throws: ``ModelMismatch`` if there are neither one number of modes nor one an axis.
    public func model(for task: ModelTask) throws(ModelMismatch) -> any NeuralOperator {
      guard modes.count == 1 || modes.count == task.dimensions else {
        throw ModelMismatch(
          "\(modes.count) numbers of modes were given for \(task.dimensions)D fields; give one, or one an axis"
        )
      }
      return FNO(
        modes: modes.count == 1 ? Array(repeating: modes[0], count: task.dimensions) : modes, width: width,
        initialSteps: task.initialSteps, variables: task.variables, staticInputs: task.staticInputs,
        boundary: task.isPeriodic ? .periodic : edgePoints.map { .open(points: $0) } ?? .zeros,
        hasResidualBlocks: hasResidualBlocks)
    }

    /// The options of a model.
    public init?(describing model: any NeuralOperator) {
      guard let model = model as? FNO else { return nil }
      let isSame = model.modes.allSatisfy { $0 == model.modes[0] }
      self.init(
        modes: isSame ? [model.modes[0]] : model.modes, width: model.width,
        hasResidualBlocks: model.hasResidualBlocks)
      if case .open(let points) = model.boundary { edgePoints = points }
    }

    /// The FNO whose lifting, first spectral weights and projection have these shapes.
    public static func recognize(_ weights: WeightShapes) throws(ModelMismatch) -> (any NeuralOperator)? {
      guard weights.contains("conv0.weights1") || weights.contains("fc0.weight") else { return nil }
      let spectral = try weights.shape(of: "conv0.weights1")
      let lifting = try weights.shape(of: "fc0.weight")
      let output = try weights.shape(of: "fc2.weight")
      guard (4...6).contains(spectral.count), spectral.last == 2, lifting.count == 2, output.count == 2 else {
        throw ModelMismatch(
          "conv0.weights1, fc0.weight and fc2.weight have the shapes \(spectral), \(lifting) and \(output)")
      }
      let modes = Array(spectral[2...].dropLast())
      guard spectral[0] == lifting[0], spectral[1] == lifting[0] else {
        // Checked here, since the model's other weights are made to this width before they are compared.
        throw ModelMismatch(
          "fc0 gives \(lifting[0]) channels, conv0 takes \(spectral[0]) and gives \(spectral[1])")
      }
      guard (modes + [lifting[0]]).allSatisfy({ $0 > 0 }) else {
        throw ModelMismatch("conv0.weights1 has the shape \(spectral)")
      }
      let inputs = try weights.staticInputs()
      let boundary = try Boundary(weights)
      let steps = try WeightShapes.initialSteps(
        inputs: lifting[1] - boundary.coordinates(ofAxes: modes.count) - inputs, of: "fc0",
        variables: output[0])
      return FNO(
        modes: modes, width: lifting[0], initialSteps: steps, variables: output[0], staticInputs: inputs,
        boundary: boundary,
        hasResidualBlocks: try weights.setting(residualKey, among: ["true": true, "false": false]) ?? false)
    }
  }
}
