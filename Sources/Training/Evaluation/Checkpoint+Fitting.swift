import NeuralOperators
public import PDEData
import Symmetries
public import SystemFiles
import TensorCore

extension Checkpoint {
  /// Checks that a data set has the model's variables, by their names and in their order. Checkpoints that know no names take any, and
  /// names that come from the data's file stand for the model's.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint's file, for messages.
  ///   - data: The data set.
  ///   - byPlace: Whether a person has named the data set's variables in the model's order, so that other names stand for
  ///     the model's; not even then may one of its names stand in the place of another.
  /// - Throws: ``CheckpointError/otherVariables(file:data:own:found:)``.
  public func requireOwnVariables(
    of checkpoint: String, _ data: any FieldDataSet, byPlace: Bool
  ) throws(CheckpointError) {
    let found = data.states.map { data.variables[$0].name }
    guard let own = statistics?.variables, own != found else { return }
    // Other numbers of variables are told as such, unless the model's are among those of the data.
    guard own.count == found.count || Set(own).isSubset(of: found) else { return }
    let isMisplaced = zip(own, found).contains { $0 != $1 && (found.contains($0) || own.contains($1)) }
    if byPlace || data.isNamedAfterFile, own.count == found.count, !isMisplaced { return }
    throw .otherVariables(file: checkpoint, data: data.path, own: own, found: found)
  }

  /// What people should know of predictions on a data set, a sentence each.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint's file.
  ///   - loader: Reads the data set.
  /// - Returns: That the model sees fields as they are, where its file does not say how it was trained; which variables of its mixture the
  ///   data lack; that they are scaled as another set of it; and that frames are not as far apart as in training, unless it was training
  ///   on these.
  public func notes(of checkpoint: String, on loader: BatchLoader) -> [Message] {
    var notes: [Message] = []
    if knowsNoFormulation {
      notes.append(
        """
        \(checkpoint) has neither scaling nor formulation: fields are fed as they are. If the model was trained on scaled ones, use \
        the checkpoint that keeps both.
        """)
    }
    notes += loader.unevenPoints.map { Message($0) }
    let path = loader.dataSet.path
    let lacked = loader.lackedVariables.joined(separator: ", ")
    if !lacked.isEmpty {
      notes.append(
        "\(path) has no \(lacked): the model sees zeros there, as in its training, and the variables of the file alone count."
      )
    }
    // What cannot be read is another set.
    if mixesVariables, let fingerprint,
      (try? DataFingerprint(of: loader.dataSet.withoutMixture)) != fingerprint
    {
      notes.append(
        """
        Fields of \(path) are scaled as those of the first set of the mixture in \(checkpoint); a set that was scaled by its own \
        samples in training is not seen so here.
        """)
    }
    func step(_ time: Double) -> Message {
      """
      with the model in \(checkpoint) each predicted frame is \(time.timeText) later than the one before it, as in training, whatever \
      times the file gives
      """
    }
    guard let own = forecastStep(on: loader), let found = loader.frameInterval else {
      // What was trained on is known already.
      guard frameInterval == nil, let uneven = loader.unevenFrames else { return notes }
      return notes + [Message(uneven)]
    }
    guard loader.hasEvenTimes else {
      notes.append(
        "The frames of \(path) are not evenly spaced in time, but \(loader.times.distances) apart, and \(step(own)); give frames that are evenly spaced."
      )
      return notes
    }
    let every = (own / found).rounded()
    let isStride = (2...Double(max(loader.dataSet.frames, 2))).contains(every)
    let advice: Message =
      isStride && own.isTimeStep(every * found)
      ? "\(option: "reduced-resolution-t", "\(loader.subsampling.reducedResolutionTime * Int(every))") takes frames that far apart"
      : "give frames that far apart"
    notes.append("The frames of \(path) are \(found.timeText) apart, but \(step(own)); \(advice).")
    return notes
  }

  /// The times of a rollout's frames on a data set: those of the given ones are the data set's, and each predicted frame is as much
  /// later than the one before it as in training.
  ///
  /// - Parameters:
  ///   - loader: Reads the data set.
  ///   - start: The first of the given frames.
  ///   - count: The number of frames of the rollout, the given ones included.
  /// - Returns: A time for each frame.
  package func times(on loader: BatchLoader, from start: Int, count: Int) -> [Double] {
    loader.times(
      from: start, count: count, given: formulation.initialSteps, step: forecastStep(on: loader))
  }

  /// The time from each predicted frame to the next on a data set: that of the training, where the data set has a single frame, or
  /// frames at other distances; nil where the data set's own times hold, as on the frames of the training.
  ///
  /// - Parameter loader: Reads the data set.
  /// - Returns: The time.
  func forecastStep(on loader: BatchLoader) -> Double? {
    guard let own = frameInterval, own.isFinite, own != 0, loader.dataSet.frameNames == nil else {
      return nil
    }
    guard let found = loader.frameInterval else { return own }
    let isSame = loader.hasEvenTimes && own.isTimeStep(found)
    return isSame || isOfOwnFrames(loader) ? nil : own
  }

  /// Whether nothing is known of how fields were prepared for the model, as with weights of other programs.
  private var knowsNoFormulation: Bool {
    statistics == nil && formulation.normalization.inputs == nil && fingerprint == nil
      && formulation.record(history: model.initialSteps) == nil
  }

  /// Whether a loader reads the frames that the model was trained on, as far as the checkpoint knows; what cannot be read are others.
  private func isOfOwnFrames(_ loader: BatchLoader) -> Bool {
    guard let fingerprint,
      loader.subsampling.reducedResolutionTime == subsampling.reducedResolutionTime,
      let found = try? DataFingerprint(of: loader.dataSet.withoutMixture)
    else { return false }
    return found == fingerprint
  }

  /// The time between frames in training and in a data set, where both are known and differ.
  func otherInterval(of loader: BatchLoader) -> (own: Double, found: Double)? {
    guard let own = frameInterval, own.isFinite, own != 0, let found = loader.frameInterval,
      !own.isTimeStep(found)
    else { return nil }
    return (own, found)
  }

  /// The axis along which a data set is not periodic, by its own word or its name, though the model relies on that, in words; nil if there
  /// is none.
  func openAxis(of loader: BatchLoader) throws -> String? {
    guard model.reliesOnPeriodicFields else { return nil }
    let stride = loader.subsampling.reducedResolution
    func words(_ axis: String) -> String {
      axis + (stride > 1 ? ", of which one point in \(stride) is used" : "")
    }
    if let axis = loader.axes.first(where: { $0.isPeriodic == false }) { return words(axis.name) }
    let axes = FieldSystem(loader.dataSet, axes: loader.axes).axes
    guard let axis = axes.first(where: { $0.isPeriodic == false }) else { return nil }
    // A person's word goes before a name, and in training one was given for this data set.
    if let fingerprint, try fingerprint == DataFingerprint(of: loader.dataSet.withoutMixture) { return nil }
    return words(axis.name)
  }

  /// Checks that training can go on from the checkpoint on fields with such ends.
  ///
  /// - Parameters:
  ///   - loader: Reads the fields.
  ///   - file: The checkpoint's file, for the message.
  /// - Throws: ``CheckpointError/cannotStart(file:data:reason:)``, or what reading the data set throws.
  func requireEnds(of loader: BatchLoader, _ file: String) throws {
    guard let axis = try openAxis(of: loader) else { return }
    throw CheckpointError.cannotStart(
      file: file, data: loader.dataSet.path,
      reason: """
        it relies on periodic fields, and the data are not periodic along \(axis); start from a checkpoint trained with \
        \(option: "periodic", "no"), or from new weights
        """)
  }

  /// Why the model cannot take the points of a data set, and which it can, as a clause; nil if it can. The model's own clause is for one
  /// that is still to be made, whose options may change.
  func objection(toPointsOf loader: BatchLoader) -> Message? {
    let shape = loader.spatialShape
    guard let objection = model.objection(toShape: shape) else { return nil }
    guard let fitting = fittingShape(from: shape) else { return objection }
    let advice: Message =
      loader.subsampling.reducedResolution > 1
      ? "choose another \(option: "reduced-resolution")" : "give data of such a resolution"
    return "it takes no fields of \(shape.extents) points, but of \(fitting.extents); \(advice)"
  }

  /// The least shape that the model takes and that has at least the given extents; nil if none is found.
  private func fittingShape(from shape: [Int]) -> [Int]? {
    let least = shape.max() ?? 1
    let large = (least...least + 4096).first { points in
      model.objection(toShape: shape.map { _ in points }) == nil
    }
    guard let large else { return nil }
    // Whether an axis fits does not depend on the others.
    return shape.indices.map { axis in
      (shape[axis]...large).first { points in
        var tried = shape.map { _ in large }
        tried[axis] = points
        return model.objection(toShape: tried) == nil
      } ?? large
    }
  }
}

extension FieldDataSet {
  /// The data set itself, where a mixture shows it under the variables of all its sets and it has all of them.
  var withoutMixture: any FieldDataSet {
    let unified = self as? UnifiedDataSet
    guard let unified, unified.base.variables.count == unified.variables.count else { return self }
    return unified.base
  }
}
