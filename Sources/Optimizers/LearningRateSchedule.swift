#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How the learning rate changes from epoch to epoch: a factor by which the initial rate is multiplied.
///
/// ```
/// factor(e) = min(1, (e + 1) / w) · decay(e)
///
/// constant    decay(e) = 1
/// step        decay(e) = γ^⌊e / n⌋
/// cosine      decay(e) = f + (1 − f) · (1 + cos(πe / E)) / 2
/// ```
///
/// e is the epoch, counted from 0; w the number of epochs over which the rate warms up, the first of which already takes
/// steps; γ, n, E and f are the decay's own. Past its last epoch E a cosine stays at its floor f.
///
/// Source of the cosine: Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*,
/// arXiv:1608.03983, equation 5, without restarts.
public struct LearningRateSchedule: Sendable, Equatable {
  /// How the rate falls.
  public enum Decay: Sendable, Equatable {
    /// It does not.
    case constant
    /// By a factor after every so many epochs.
    case step(epochs: Int, factor: Double)
    /// Along half a cosine from 1 to `floor`, which is reached after `epochs`.
    case cosine(epochs: Int, floor: Double)
  }

  /// How the rate falls.
  public let decay: Decay
  /// The number of epochs over which the rate rises linearly; 0 for none.
  public let warmUpEpochs: Int

  /// A schedule.
  ///
  /// - Parameters:
  ///   - decay: How the rate falls.
  ///   - warmUpEpochs: The number of epochs over which the rate rises linearly; 0 for none.
  /// - Precondition: Numbers of epochs are positive (that of the warm-up may be zero), and so is a step's factor; a
  ///   floor lies in [0, 1].
  public init(_ decay: Decay, warmUpEpochs: Int = 0) {
    switch decay {
    case .constant: break
    case .step(let epochs, let factor):
      precondition(epochs > 0 && factor > 0, "a step needs epochs and a factor above 0, got \(decay)")
    case .cosine(let epochs, let floor):
      precondition(
        epochs > 0 && (0...1).contains(floor), "a cosine needs epochs and a floor in [0, 1], got \(decay)")
    }
    precondition(warmUpEpochs >= 0, "a warm-up cannot last \(warmUpEpochs) epochs")
    self.decay = decay
    self.warmUpEpochs = warmUpEpochs
  }

  /// What to multiply the initial learning rate by.
  ///
  /// - Parameter epoch: The epoch, counted from 0.
  /// - Returns: A factor from 0 to 1, unless a step's factor is greater than 1.
  public func factor(epoch: Int) -> Double {
    precondition(epoch >= 0, "epochs are counted from 0, got \(epoch)")
    let warmth = epoch < warmUpEpochs ? Double(epoch + 1) / Double(warmUpEpochs) : 1
    switch decay {
    case .constant: return warmth
    case .step(let epochs, let factor): return warmth * pow(factor, Double(epoch / epochs))
    case .cosine(let epochs, let floor):
      let progress = Double(min(epoch, epochs)) / Double(epochs)
      return warmth * (floor + (1 - floor) * (1 + cos(.pi * progress)) / 2)
    }
  }
}
