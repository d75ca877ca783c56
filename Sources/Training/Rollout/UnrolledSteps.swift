public import Options

/// How many of a rollout's last steps are differentiated: a number, or one that grows evenly over the epochs.
///
/// Written `8`, or `2..8` for two in the first epochs and eight in the last ones.
public struct UnrolledSteps: Sendable, Equatable, ExpressibleByIntegerLiteral {
  /// The steps in the first epoch.
  public let first: Int
  /// The steps in the last epoch.
  public let last: Int

  /// Steps that grow, or fall, from the first epoch to the last.
  public init(_ first: Int, to last: Int) {
    self.first = first
    self.last = last
  }

  /// The same steps in every epoch.
  public init(_ steps: Int) { self.init(steps, to: steps) }

  /// The same steps in every epoch.
  public init(integerLiteral value: Int) { self.init(value) }

  /// The steps of an epoch: every number of steps has the same part of the epochs.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, from 0.
  ///   - epochs: The number of epochs of the training.
  /// - Returns: A number from ``first`` to ``last``.
  public func steps(epoch: Int, of epochs: Int) -> Int {
    let (span, direction) = (abs(last - first) + 1, last < first ? -1 : 1)
    return first + direction * min(epoch * span / max(epochs, 1), span - 1)
  }
}

extension UnrolledSteps: OptionValue {
  /// A number such as `8`, or two such as `2..8`.
  public static var form: OptionForm { .span }

  /// Reads one number, or two with two dots between them.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text else { return nil }
    let parts = word.split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(parts.count), let first = parts[0], let last = parts[parts.count - 1] else {
      return nil
    }
    self.init(first, to: last)
  }

  /// The number, or both.
  public var text: OptionText { .word(first == last ? "\(first)" : "\(first)..\(last)") }

  /// Both numbers.
  public var numbers: [Double] { [Double(first), Double(last)] }
}
