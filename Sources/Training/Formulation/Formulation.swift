package import NeuralOperators
public import Symmetries

/// The way between the frames of a data set and what a model sees and computes.
///
/// ```
/// z_t = (C(u_t) − mean) / scale              what the model sees of frame t
/// z_{t+1} = f(z_{t−k+1}, …, z_t)             or  z_t + D·f(z_{t−k+1}, …, z_t)  for increments of deviation D
/// ```
///
/// C is the sample's canonical form, u itself where there is none, and k the number of frames that the model sees. A
/// conservation law corrects z_{t+1} in the data's units. Everything is undone in predictions, so errors are always
/// those of the data's units.
public struct Formulation: Sendable, Equatable {
  /// The scaling of the variables that the model sees.
  public var normalization: Normalization
  /// The number of frames that a rollout is given.
  public var initialSteps: Int
  /// The deviation of each variable's increments in the model's units; nil where the model computes frames.
  public var increments: [Float]?
  /// The form in which the model sees each sample; nil for the data's own variables.
  public var canonical: CanonicalForm?
  /// The scaling of the sample's own numbers, which its canonical form takes out of the fields.
  public var numbers: Scaling?
  /// What every frame has in common with the last given one; nil for nothing.
  public var conservation: Conservation?
  /// The fields whose reflections and exchanges of axes predictions are averaged over; nil for no mean.
  public var symmetries: FieldSystem?

  /// Means and deviations of numbers.
  public struct Scaling: Sendable, Equatable, Codable {
    /// The means.
    public var mean: [Double]
    /// What deviations from them are divided by.
    public var scale: [Double]

    /// A scaling.
    public init(mean: [Double], scale: [Double]) {
      self.mean = mean
      self.scale = scale
    }
  }

  /// A formulation; PDEBench's unless more is given.
  ///
  /// - Parameters:
  ///   - normalization: The scaling of the variables that the model sees.
  ///   - initialSteps: The number of frames that a rollout is given.
  ///   - increments: The deviation of each variable's increments in the model's units.
  ///   - canonical: The form in which the model sees each sample.
  ///   - numbers: The scaling of the sample's own numbers.
  ///   - conservation: What every frame has in common with the last given one.
  ///   - symmetries: The fields whose symmetries predictions are averaged over.
  public init(
    _ normalization: Normalization, initialSteps: Int, increments: [Float]? = nil,
    canonical: CanonicalForm? = nil, numbers: Scaling? = nil, conservation: Conservation? = nil,
    symmetries: FieldSystem? = nil
  ) {
    self.normalization = normalization
    self.initialSteps = initialSteps
    self.increments = increments
    self.canonical = canonical
    self.numbers = numbers
    self.conservation = conservation
    self.symmetries = symmetries
  }

  /// The number of inputs that the model sees beside the data's own: the sample's numbers.
  public var extraInputs: Int { canonical?.extraInputs ?? 0 }

  /// What is kept of the formulation with a checkpoint, beside the normalization.
  package struct Record: Codable {
    package var initialSteps: Int
    package var increments: [Float]?
    var canonical: CanonicalForm?
    var numbers: Scaling?
    var conservation: Conservation?
    var symmetries: FieldSystem?

    /// The record of a formulation that is given some frames, PDEBench's otherwise.
    package init(initialSteps: Int) { self.initialSteps = initialSteps }

    init(_ formulation: Formulation) {
      initialSteps = formulation.initialSteps
      increments = formulation.increments
      canonical = formulation.canonical
      numbers = formulation.numbers
      conservation = formulation.conservation
      symmetries = formulation.symmetries
    }

    private enum CodingKeys: String, CodingKey {
      case increments, canonical, numbers, conservation, symmetries
      case initialSteps = "initial_steps"
    }
  }

  /// The record of the formulation; nil for PDEBench's, in which the model's own number of frames says all.
  ///
  /// - Parameter history: The number of frames that the model sees.
  /// - Returns: The record.
  package func record(history: Int) -> Record? {
    let isPlain =
      initialSteps == history && increments == nil && canonical == nil && conservation == nil
      && symmetries == nil
    return isPlain ? nil : Record(self)
  }

  init(_ normalization: Normalization, _ record: Record) {
    self.init(
      normalization, initialSteps: record.initialSteps, increments: record.increments,
      canonical: record.canonical, numbers: record.numbers, conservation: record.conservation,
      symmetries: record.symmetries)
  }
}

extension Formulation.Record {
  /// The number of inputs that the model sees beside the data's own.
  var extraInputs: Int { canonical?.extraInputs ?? 0 }

  /// What is wrong with a record for a model, as a clause; nil if it fits.
  package func flaw(for model: any NeuralOperator) -> String? {
    guard (model.initialSteps...Int(Int32.max)).contains(initialSteps) else {
      return "it gives a rollout \(initialSteps) frames, and the model sees \(model.initialSteps)"
    }
    if let increments, increments.count != model.variables || !increments.allSatisfy(\.isFinite) {
      return "its \(increments.count) deviations of increments do not suit \(model.variables) variables"
    }
    let extra = extraInputs
    guard numbers?.mean.count ?? 0 == extra, numbers?.scale.count ?? 0 == extra, extra <= model.staticInputs
    else { return "its canonical form gives \(extra) numbers, and their scaling is of others" }
    if let numbers, !(numbers.mean + numbers.scale).allSatisfy(\.isFinite) || numbers.scale.contains(0) {
      return "the scaling of its numbers is not finite"
    }
    let systems = [canonical?.system, conservation?.system, symmetries].compactMap(\.self)
    guard systems.allSatisfy({ $0.variables.count == model.variables && $0.axes.count == model.dimensions })
    else { return "it is of fields with other variables or axes" }
    if let symmetries, symmetries.inputs.count != model.staticInputs - extra {
      return "its symmetries are of fields with other inputs"
    }
    return nil
  }
}
