public import Autodiff
import Foundation
public import TensorCore

extension CanonicalForm {
  /// Frames of some samples in canonical variables.
  ///
  /// A moved field is read between its points, where a front may reach below all values; a logarithm is taken of no less than
  /// half of the field's least value.
  ///
  /// - Parameters:
  ///   - frame: One frame of each sample, `[samples, variables, x(, y(, z))]`, in physical units.
  ///   - time: The frame's time after the reference frame.
  ///   - reference: The samples' references.
  /// - Returns: As many frames.
  /// - Precondition: The frame has the system's variables and points, and as many samples as the reference.
  public func encode(_ frame: Tensor, time: Double, _ reference: SampleReference) -> Tensor {
    encode(frame, times: [time], reference)
  }

  /// Several frames of some samples in canonical variables.
  ///
  /// - Parameters:
  ///   - frames: `[samples, frames, variables, x(, y(, z))]`, in physical units.
  ///   - times: The frames' times after the reference frame.
  ///   - reference: The samples' references.
  /// - Returns: As many frames.
  /// - Precondition: The frames have the system's variables and points, and there is a time for each.
  public func encode(_ frames: Tensor, times: [Double], _ reference: SampleReference) -> Tensor {
    checkShape(frames, items: reference.samples * times.count)
    let moved = moved(frames, times: times, reference)
    guard logarithms || scales || galilean else { return moved }
    let recipes = recipes(reference)
    var result = Tensor(uninitialized: frames.shape)
    let (original, source, target) = (frames.storage, moved.storage, result.mutableStorage())
    forEachField(of: frames, frames: times.count) { start, points, sample, variable in
      let recipe = recipes[sample * system.variables.count + variable]
      let (x, y) = (source.base + start, target.base + start)
      let (inverse, offset) = (1 / recipe.scale, recipe.offset)
      guard recipe.isLogarithm else {
        for point in 0..<points { y[point] = (x[point] - offset) * inverse }
        return
      }
      var least = Float.infinity
      for point in start..<start + points { least = min(least, original.base[point]) }
      for point in 0..<points { y[point] = log(max(x[point], 0.5 * least) * inverse) }
    }
    return result
  }

  /// Frames in physical units where the samples have been moved to: by −U·t, so that they can be compared with predictions
  /// that have not been moved back.
  ///
  /// - Parameters:
  ///   - frames: `[samples, frames, variables, x(, y(, z))]`, or one frame of each without that axis, in physical units.
  ///   - times: The frames' times after the reference frame.
  ///   - reference: The samples' references.
  /// - Returns: As many frames; velocities are still those of the given frame of reference.
  /// - Precondition: The frames have the system's variables and points, and there is a time for each.
  public func moved(_ frames: Tensor, times: [Double], _ reference: SampleReference) -> Tensor {
    shifted(frames, times: times, reference, direction: -1)
  }

  /// Frames moved back to where the samples are.
  private func movedBack(_ frames: Tensor, times: [Double], _ reference: SampleReference) -> Tensor {
    shifted(frames, times: times, reference, direction: 1)
  }

  private func shifted(
    _ frames: Tensor, times: [Double], _ reference: SampleReference, direction: Double
  ) -> Tensor {
    checkShape(frames, items: reference.samples * times.count)
    guard galilean else { return frames }
    let distances = reference.velocities.flatMap { velocity in
      times.map { time in velocity.map { direction * $0 * time } }
    }
    return FieldShift(system)(frames, by: distances)
  }

  /// Frames in canonical variables in physical units again, still where they have been moved to.
  ///
  /// One primitive: y = s·eˣ, or y = s·x + U, with ∂L/∂x = g·y or g·s.
  ///
  /// - Parameters:
  ///   - frame: `[samples, variables, x(, y(, z))]`, or with an axis of frames after that of samples.
  ///   - reference: The samples' references.
  /// - Returns: As many frames.
  /// - Precondition: The frame has the system's variables and points.
  public func decodeUnmoved(_ frame: Variable, _ reference: SampleReference) -> Variable {
    let points = system.shape.reduce(1, *)
    let (variables, frames) = (
      system.variables.count, frame.value.count / max(reference.samples * system.variables.count * points, 1)
    )
    checkShape(frame.value, items: reference.samples * frames)
    if isIdentity { return frame }
    let recipes = recipes(reference)
    var result = Tensor(uninitialized: frame.shape)
    let (source, target) = (frame.value.storage, result.mutableStorage())
    forEachField(of: result, frames: frames) { start, points, sample, variable in
      let recipe = recipes[sample * variables + variable]
      let (x, y, scale, offset) = (source.base + start, target.base + start, recipe.scale, recipe.offset)
      if recipe.isLogarithm {
        for point in 0..<points { y[point] = scale * exp(x[point]) }
      } else {
        for point in 0..<points { y[point] = scale * x[point] + offset }
      }
    }
    return .primitive(result, inputs: [frame]) { [result] gradient in
      var inputGradient = Tensor(uninitialized: gradient.shape)
      let (g, y, dx) = (gradient.storage, result.storage, inputGradient.mutableStorage())
      forEachField(of: gradient, frames: frames) { start, points, sample, variable in
        let recipe = recipes[sample * variables + variable]
        let (from, to, scale) = (g.base + start, dx.base + start, recipe.scale)
        if recipe.isLogarithm {
          let values = y.base + start
          for point in 0..<points { to[point] = from[point] * values[point] }
        } else {
          for point in 0..<points { to[point] = from[point] * scale }
        }
      }
      return [inputGradient]
    }
  }

  /// Frames in canonical variables in physical units again, and where they belong: undoes ``encode(_:time:_:)``.
  ///
  /// - Parameters:
  ///   - frame: One frame of each sample, `[samples, variables, x(, y(, z))]`.
  ///   - time: The frame's time after the reference frame.
  ///   - reference: The samples' references.
  /// - Returns: As many frames.
  /// - Precondition: The frame has the system's variables and points, and as many samples as the reference.
  public func decode(_ frame: Tensor, time: Double, _ reference: SampleReference) -> Tensor {
    decode(frame, times: [time], reference)
  }

  /// Several frames in canonical variables in physical units again, and where they belong.
  ///
  /// - Parameters:
  ///   - frames: `[samples, frames, variables, x(, y(, z))]`.
  ///   - times: The frames' times after the reference frame.
  ///   - reference: The samples' references.
  /// - Returns: As many frames.
  /// - Precondition: The frames have the system's variables and points, and there is a time for each.
  public func decode(_ frames: Tensor, times: [Double], _ reference: SampleReference) -> Tensor {
    movedBack(decodeUnmoved(Variable(frames), reference).value, times: times, reference)
  }

  /// How one variable of one sample comes from its canonical form: scale · exp(x), or scale · x + offset.
  struct Recipe {
    let scale: Float
    let offset: Float
    let isLogarithm: Bool
  }

  /// The recipes of all variables of all samples, sample by sample.
  func recipes(_ reference: SampleReference) -> [Recipe] {
    (0..<reference.samples).flatMap { sample in
      let speed = reference.speed(of: sample)
      return system.characters.map { character in
        let (scale, offset) =
          switch character.quantity {
          case .density: (reference.density[sample], 0.0)
          case .pressure: (reference.pressure[sample], 0.0)
          case .velocity(let axis) where reference.velocities[sample].indices.contains(axis):
            (speed, reference.velocities[sample][axis])
          default: (1.0, 0.0)
          }
        return Recipe(
          scale: Float(scale), offset: Float(offset), isLogarithm: logarithms && character.isPositive)
      }
    }
  }

  /// Calls `body` on all cores with the place of each field, its number of points, its sample and its variable.
  func forEachField(
    of fields: Tensor, frames: Int,
    _ body: (_ start: Int, _ points: Int, _ sample: Int, _ variable: Int) -> Void
  ) {
    let (variables, points) = (system.variables.count, system.shape.reduce(1, *))
    parallelForRows(points > 0 ? fields.count / points : 0, length: points) { rows in
      for row in rows { body(row * points, points, row / (frames * variables), row % variables) }
    }
  }
}
