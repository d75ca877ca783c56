public import Options
public import PDEData

/// A kind of losses: its name, the options that it has of its own, and how one is made.
///
/// A value is one choice of the options. To add a loss, write such a type beside it and list it in ``LossRegistry``, or pass
/// a registry with it along.
public protocol LossDescription: KindDescription {
  /// The loss of these options.
  ///
  /// - Parameter task: What it is for.
  /// - Returns: The loss.
  func loss(for task: LossTask) -> any Loss
}

/// What a loss is made for: fields on a grid.
public struct LossTask: Sendable, Equatable {
  /// The axes of space with the coordinates of the points that are used.
  public var axes: [FieldAxis]

  /// A task.
  public init(axes: [FieldAxis]) {
    self.axes = axes
  }
}

/// The kinds of losses that can be chosen.
public typealias LossRegistry = KindRegistry<any LossDescription.Type>

extension KindRegistry where Kind == any LossDescription.Type {
  /// The losses of this library, a line each.
  public static var standard: LossRegistry {
    LossRegistry([
      MeanSquaredError.Description.self,
      RelativeL2Error.Description.self,
      NormalizedErrorLoss.Description.self,
      RelativeSobolevError.Description.self,
    ])
  }
}
