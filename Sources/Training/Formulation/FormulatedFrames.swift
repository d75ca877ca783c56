package import Autodiff
import Symmetries
package import TensorCore

/// The frames of a batch as a model sees them in a formulation, and the way from its output to the next frame.
package struct FormulatedFrames {
  /// The formulation.
  let formulation: Formulation
  /// `[samples, time, variables, x(, y(, z))]` in the data's units.
  let frames: Tensor
  /// The place of the first predicted frame. The one before it is the frame of reference of the canonical form.
  let first: Int
  /// What the model sees beside the frames, `[samples, inputs, x(, y(, z))]`.
  package let inputs: Tensor?

  private let times: [Double]
  private let reference: SampleReference?
  private let totals: ConservedTotals?

  /// The frames of a batch.
  ///
  /// - Parameters:
  ///   - formulation: The formulation.
  ///   - frames: `[samples, time, variables, x(, y(, z))]` in the data's units; the given ones suffice.
  ///   - first: The place of the first predicted frame.
  ///   - times: The times of the frames, those to be predicted included.
  ///   - inputs: The data's inputs in their own units, `[samples, inputs, x(, y(, z))]`; nil where the model takes none.
  package init(_ formulation: Formulation, _ frames: Tensor, first: Int, times: [Double], inputs: Tensor?) {
    self.formulation = formulation
    self.frames = frames
    self.first = first
    self.times = times.map { $0 - times[first - 1] }
    let last = frames.frame(first - 1)
    let reference = formulation.canonical?.reference(of: last)
    self.reference = reference
    totals = formulation.conservation?.totals(of: last)
    let fields = formulation.normalization.normalizedInputs(inputs)
    let numbers = formulation.numbers.flatMap { scaling in
      reference?.fields(
        shape: Array(frames.shape[3...]), means: scaling.mean, deviations: scaling.scale)
    }
    self.inputs = [fields, numbers].compactMap(\.self).joinedChannels
  }

  /// A frame in the model's units, `[samples, variables, x(, y(, z))]`.
  package func frame(_ time: Int) -> Tensor {
    guard let canonical = formulation.canonical, let reference else {
      return formulation.normalization.normalizedFrame(time, of: frames)
    }
    return formulation.normalization.normalized(
      canonical.encode(frames.frame(time), time: times[time], reference), ofFrame: time)
  }

  /// What values of a frame in the model's units are in the data's.
  package func units(_ time: Int) -> FrameUnits {
    var units = formulation.normalization.units(ofFrame: time, variables: frames.shape[2])
    if let canonical = formulation.canonical, let reference {
      units.transform = { canonical.decodeUnmoved($0, reference) }
    }
    return units
  }

  /// The next frame in the model's units.
  ///
  /// - Parameters:
  ///   - output: What the model computes.
  ///   - last: The frame before it.
  ///   - time: The frame's place.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  package func next(_ output: Variable, after last: Variable, _ time: Int) -> Variable {
    var next = output
    if let increments = formulation.increments {
      next = last + output.scaledChannels(by: increments)
    }
    guard let conservation = formulation.conservation, let totals else { return next }
    let units = units(time)
    let corrected = conservation(units.restored(next), start: totals)
    let encoded =
      if let canonical = formulation.canonical, let reference {
        canonical.encodeUnmoved(corrected, reference)
      } else { corrected }
    return units.scaled(encoded)
  }

  /// A predicted frame in the data's units.
  ///
  /// - Parameters:
  ///   - frame: `[samples, variables, x(, y(, z))]` in the model's units.
  ///   - time: The frame's place.
  /// - Returns: The same shape.
  package func restored(_ frame: Tensor, _ time: Int) -> Tensor {
    let restored = formulation.normalization.restored(frame, ofFrame: time)
    guard let canonical = formulation.canonical, let reference else { return restored }
    return canonical.decode(restored, time: times[time], reference)
  }

  /// One of the samples' own numbers, for each sample.
  func numbers(_ index: Int) -> [Float] { reference?.numbers.map { Float($0[index]) } ?? [] }
}

extension [Tensor] {
  /// Fields joined along their channels; nil if there are none.
  fileprivate var joinedChannels: Tensor? {
    count < 2 ? first : Tensor.concatenated(self, axis: 1)
  }
}
