/// The places in the file of the samples, by purpose.
public struct SampleSplit: Sendable, Equatable, Codable {
  /// The samples to measure the error on.
  public let test: [Int]
  /// The samples to train on.
  public let training: [Int]
  /// The samples to choose the best checkpoint by.
  public let validation: [Int]

  /// A division of samples.
  ///
  /// - Parameters:
  ///   - test: The samples to measure the error on.
  ///   - training: The samples to train on.
  ///   - validation: The samples to choose the best checkpoint by.
  public init(test: [Int], training: [Int], validation: [Int] = []) {
    self.test = test
    self.training = training
    self.validation = validation
  }
}
