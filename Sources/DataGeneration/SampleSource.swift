package import PDEData

/// Where the samples of a data set come from. A sample depends on its number alone.
package protocol SampleSource: Sendable {
  /// What a file of the samples describes.
  var layout: PDEBenchLayout { get }
  /// The file that the samples start from, and how many it has; `nil` if there is no end to them.
  var origin: (file: String, samples: Int)? { get }

  /// Computes one sample.
  ///
  /// - Parameter index: Its number.
  /// - Returns: The sample, and what it took.
  /// - Throws: What keeps it from being computed.
  func sample(_ index: Int) throws -> GeneratedSample
}

extension SampleSource {
  /// The number of samples is unlimited.
  package var origin: (file: String, samples: Int)? { nil }
}

/// A computed sample, and what it took.
package struct GeneratedSample: Sendable {
  /// What is written.
  package let content: PDEBenchSample
  /// The number of random states that were tried; all but the last gave no finite solution.
  package let attempts: Int
  /// Points times steps.
  package let pointUpdates: Int

  /// A sample.
  package init(_ content: PDEBenchSample, attempts: Int = 1, pointUpdates: Int) {
    self.content = content
    self.attempts = attempts
    self.pointUpdates = pointUpdates
  }
}
