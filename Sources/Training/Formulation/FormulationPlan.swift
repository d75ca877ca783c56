import PDEData
import Symmetries
import SystemFiles
import TensorCore

/// A configuration's formulation for a data set, before the statistics of the samples are known.
struct FormulationPlan {
  /// The number of frames that a rollout is given.
  let initialSteps: Int
  /// The number of frames that the model sees.
  let history: Int
  /// Whether the model relies on periodic fields.
  let isPeriodic: Bool
  /// The axes of space, with all that is known of their ends.
  let axes: [FieldAxis]
  /// The form in which the model sees each sample.
  let canonical: CanonicalForm?
  /// How training samples are transformed; nil for as they are.
  let augmentation: Augmentation?

  private let predictsIncrements: Bool
  private let conservation: Conservation?
  /// The fields whose symmetries predictions are averaged over; nil for no mean.
  let symmetrization: FieldSystem?

  /// The number of rollouts that a prediction is the mean of.
  var forecasts: Int { symmetrization.map { SymmetryGroup.elements(of: $0).count } ?? 1 }

  /// The number of inputs that the model sees beside the data's own.
  var extraInputs: Int { canonical?.extraInputs ?? 0 }

  /// The formulation that a configuration asks for.
  ///
  /// - Throws: ``ConfigurationError/doesNotFit(_:)`` for what the data set does not have.
  init(_ configuration: TrainingConfiguration, for data: TrainingData) throws(ConfigurationError) {
    let asked = configuration.formulation
    let (loader, path) = (data.loader, data.dataSet.path)
    initialSteps = configuration.model.initialSteps
    history = asked.history ?? initialSteps
    guard history <= initialSteps else {
      throw .doesNotFit(
        """
        \(option: "history", "\(history)") is more than the \(initialSteps) frames that are given; lower it, or raise \
        \(option: "initial-steps")
        """)
    }
    predictsIncrements = asked.predict == .increment
    let needsTime = predictsIncrements || configuration.loss.window != nil
    if needsTime, data.dataSet.frameNames != nil {
      throw .doesNotFit(
        """
        the frames of \(path) are different quantities, none of which follows from the last by a small change; leave out \
        \(option: "predict", "increment") and \(option: "window")
        """)
    }
    if let window = configuration.loss.window, history + window > loader.frames {
      throw .doesNotFit(
        """
        \(path) has \(loader.frames) frames, too few for windows of \(history) + \(window); lower \(option: "window") to at \
        most \(loader.frames - history)
        """)
    }
    do {
      let system = try FieldSystem(asked, loader)
      isPeriodic = try Self.periodicity(asked.periodic, of: system, loader.axes, path)
      axes = zip(loader.axes, system.axes).map { axis, known in
        FieldAxis(
          axis.name, coordinates: axis.coordinates, isPeriodic: known.isPeriodic, isAssumed: axis.isAssumed)
      }
      let form = try CanonicalForm(for: system, asked.canonical)
      canonical = form.isIdentity ? nil : form
      let conserved = try Conservation(asked.conserve, for: system)
      conservation = conserved.quantities.isEmpty ? nil : conserved
      augmentation = try Augmentation(asked.augment, of: system)
      symmetrization = asked.symmetrize ? system : nil
    } catch let error as SymmetryError {
      throw .symmetry(file: path, error)
    } catch let error as ConfigurationError {
      throw error
    } catch {
      preconditionFailure("only two kinds of errors are thrown here, not \(error)")
    }
    if canonical?.galilean == true, configuration.loss.window != nil, !loader.hasEvenTimes {
      throw .doesNotFit(
        """
        the frames of \(path) are not evenly spaced in time, and windows from anywhere would be moved by the distances of the \
        first frames; give the parts of \(option: "canonical") without galilean, or leave out \(option: "window")
        """)
    }
  }

  private static func periodicity(
    _ asked: FormulationConfiguration.Periodicity, of system: FieldSystem, _ axes: [FieldAxis], _ path: String
  ) throws(ConfigurationError) -> Bool {
    switch asked {
    case .no: return false
    case .auto: return system.isPeriodic
    case .yes:
      // A file's own word goes before a person's, a name's does not.
      guard let other = axes.first(where: { $0.isPeriodic == false }) else { return true }
      throw .doesNotFit("\(path) is not periodic along \(other.name); leave out \(option: "periodic", "yes")")
    }
  }

  /// A formulation that a model was trained in, where its training goes on.
  ///
  /// - Parameters:
  ///   - own: The formulation.
  ///   - data: The data, which may be other ones than before.
  /// - Returns: The formulation as it is where the plan makes the same, but for numbers; else for the data's grid.
  /// - Throws: ``ConfigurationError/symmetry(file:_:)`` where the grid does not have what the formulation needs.
  func goingOn(with own: Formulation, on data: TrainingData) throws(ConfigurationError) -> Formulation {
    let isPlanned =
      own.canonical == canonical && own.conservation == conservation && own.symmetries == symmetrization
    guard !isPlanned else { return own }
    do { return try own.on(data.loader, symmetries: symmetrization) } catch {
      throw .symmetry(file: data.dataSet.path, error)
    }
  }

  /// The formulation, with statistics over the training samples as the model sees them.
  ///
  /// - Parameters:
  ///   - method: How variables are scaled.
  ///   - data: The data, with the statistics of its own variables.
  /// - Returns: The formulation.
  /// - Throws: What reading the samples throws.
  func formulation(_ method: Normalization.Method, _ data: TrainingData) throws -> Formulation {
    guard let own = data.statistics else { preconditionFailure("the data must be surveyed first") }
    var formulation = Formulation(
      Normalization(method, of: own, inputs: data.inputStatistics), initialSteps: initialSteps,
      canonical: canonical, conservation: conservation, symmetries: symmetrization)
    try formulation.requirePositive(in: data)
    guard canonical != nil || predictsIncrements else { return formulation }
    let survey = try FormulationSurvey(formulation, data)
    if canonical != nil {
      formulation.normalization = Normalization(method, of: survey.statistics, inputs: data.inputStatistics)
      formulation.numbers = survey.numbers
    }
    if predictsIncrements {
      let units = formulation.normalization.units(ofFrame: 0, variables: own.variables.count)
      formulation.increments = zip(survey.increments, units.scale).map { increment, scale in
        // What never changes keeps its unit.
        increment > 0 ? Float(increment / scale) : 1
      }
    }
    return formulation
  }
}

extension TrainingData {
  /// How many times the work of a rollout over a training window the prediction of a sample takes.
  ///
  /// - Parameter configuration: The configuration of the training.
  /// - Returns: A factor.
  /// - Throws: ``ConfigurationError`` for what the data set does not have.
  package func evaluationEffort(_ configuration: TrainingConfiguration) throws(ConfigurationError) -> Double {
    let plan = try FormulationPlan(configuration, for: self)
    let predicted = Double(loader.frames - plan.initialSteps)
    return Double(plan.forecasts) * predicted / (configuration.loss.window.map(Double.init) ?? predicted)
  }
}

/// The moments of the training samples in their canonical form.
private struct FormulationSurvey {
  /// The statistics of the variables.
  let statistics: VariableStatistics
  /// The root mean square of each variable's change from a frame to the next.
  let increments: [Double]
  /// The scaling of the samples' own numbers; nil if there are none.
  let numbers: Formulation.Scaling?

  init(_ formulation: Formulation, _ data: TrainingData) throws {
    var formulation = formulation
    formulation.normalization = Normalization(nil)
    let (loader, variables) = (data.loader, data.loader.variables.count)
    var (values, changes) = (
      Array(repeating: RunningMoments(), count: variables),
      Array(repeating: RunningMoments(), count: variables)
    )
    var numbers = Array(repeating: RunningMoments(), count: formulation.extraInputs)
    let samples = loader.batches(data.split.training.map { [$0] })
    while let batch = try samples.next() {
      let frames = FormulatedFrames(
        formulation, batch.frames, first: formulation.initialSteps, times: loader.times, inputs: nil)
      var last: Tensor?
      for time in 0..<loader.frames {
        let frame = frames.frame(time)
        for variable in 0..<variables {
          let own = frame.sliced(axis: 1, variable..<(variable + 1))
          values[variable].add(own)
          if let last {
            changes[variable].add(
              own.map(with: last.sliced(axis: 1, variable..<(variable + 1))) { $0 - $1 })
          }
        }
        last = frame
      }
      for index in numbers.indices { numbers[index].add(Tensor(frames.numbers(index), shape: [1])) }
    }
    statistics = VariableStatistics(
      variables: loader.variables.map(\.name), mean: values.map(\.mean),
      standardDeviation: values.map(\.standardDeviation))
    increments = changes.map(\.rootMeanSquare)
    self.numbers =
      numbers.isEmpty
      ? nil
      : Formulation.Scaling(
        mean: numbers.map(\.mean),
        scale: numbers.map { $0.standardDeviation > 0 ? $0.standardDeviation : 1 })
  }
}
