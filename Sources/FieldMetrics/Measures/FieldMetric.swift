/// A measure of how far predicted fields are from true ones, such as PDEBench's.
///
/// A metric sums over samples, for each variable and frame apart, and makes values of its sums in the end. One of one's own
/// conforms to this protocol and goes to the trainer or the evaluator; one that is always computed gets a line in
/// ``Metrics/all``. Its keys in JSON and its rows in tables follow.
///
/// ```swift
/// /// ⟨Σ |d| / N⟩
/// struct MeanAbsoluteError: FieldMetric {
///   static let key = "MAE"
///   static let rows = [MetricRow("MAE", "all frames")]
///   init(shape: [Int]) {}
///
///   func add(
///     _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
///   ) {
///     var total = 0.0
///     for index in difference.indices { total += Double(abs(difference[index])) }
///     sums[0] += total / Double(difference.count)
///   }
///
///   func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] { [sums.first.map { $0 / Double(samples) }] }
/// }
/// ```
public protocol FieldMetric: Sendable {
  /// The key of the metric in JSON.
  static var key: String { get }

  /// The rows that the metric has in tables.
  static var rows: [MetricRow] { get }

  /// The metric for fields of a shape.
  ///
  /// - Parameter shape: The number of points along x(, y(, z)).
  init(shape: [Int])

  /// The number of sums that it keeps for each variable and frame; they begin at zero.
  var sumCount: Int { get }

  /// Takes one predicted field of one sample into account.
  ///
  /// - Parameters:
  ///   - moments: Sums over the points that many metrics need.
  ///   - difference: d = prediction − target at each point.
  ///   - target: What should have been predicted.
  ///   - sums: The sums of the field's variable and frame.
  func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>)

  /// The values for one variable and frame.
  ///
  /// - Parameters:
  ///   - sums: What ``add(_:difference:target:to:)`` has summed.
  ///   - samples: The number of samples.
  /// - Returns: A value, or one for each component; nil where it is not defined, NaN where it is no number.
  func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?]

  /// The values over all variables and frames, by their keys in JSON: the mean of those that are defined, unless a metric
  /// knows better.
  func summary(of table: MetricTable) -> MetricSummary
}

extension FieldMetric {
  /// One.
  public var sumCount: Int { 1 }

  /// The mean over variables and frames of each component, under the metric's key.
  public func summary(of table: MetricTable) -> MetricSummary {
    MetricSummary(values: [Self.key: table.means(frames: 0..<table.frames)])
  }
}

/// A row of a table of metrics.
public struct MetricRow: Sendable {
  /// What the value is called.
  public let name: String
  /// What it is of.
  public let meaning: String
  /// Its key in JSON; the metric's if nil.
  public let key: String?
  /// Which component it is.
  public let component: Int
  /// Why there may be no value beside a finite error; nil if there always is.
  public let absence: String?

  /// A row.
  ///
  /// - Parameters:
  ///   - name: What the value is called.
  ///   - meaning: What it is of.
  ///   - key: Its key in JSON; the metric's if nil.
  ///   - component: Which component it is.
  ///   - absence: Why there may be no value beside a finite error; nil if there always is.
  public init(
    _ name: String, _ meaning: String, key: String? = nil, component: Int = 0, absence: String? = nil
  ) {
    self.name = name
    self.meaning = meaning
    self.key = key
    self.component = component
    self.absence = absence
  }
}

/// A metric's value over all variables and frames.
public struct MetricSummary: Sendable {
  /// The values of the components, by key.
  public var values: [String: [Double]]
  /// The number of fields that are left out, because the metric is not defined for them.
  public var leftOut: Int

  /// A summary.
  ///
  /// - Parameters:
  ///   - values: The values of the components, by key.
  ///   - leftOut: The number of fields that are left out.
  public init(values: [String: [Double]], leftOut: Int = 0) {
    self.values = values
    self.leftOut = leftOut
  }
}

/// What a metric has summed for every variable and frame, and the values of that.
public struct MetricTable: Sendable {
  /// The number of variables.
  public let variables: Int
  /// The number of frames.
  public let frames: Int
  /// The first frames, which were given and not predicted.
  public let initialSteps: Int
  /// The number of samples.
  public let samples: Int
  /// The values by frame, variable and component.
  let values: [[Double?]]
  /// The sums by frame and variable.
  private let sums: [ArraySlice<Double>]

  init(
    _ metric: some FieldMetric, shape: [Int], initialSteps: Int, samples: Int, sums: [ArraySlice<Double>]
  ) {
    (frames, variables) = (shape[0], shape[1])
    self.initialSteps = initialSteps
    self.samples = samples
    self.sums = sums
    values = sums.map { metric.values(of: $0, samples: samples) }
  }

  /// The sums of one variable and frame.
  public func sums(variable: Int, frame: Int) -> ArraySlice<Double> { sums[frame * variables + variable] }

  /// The mean of each component over variables and a range of frames, as far as it is defined; NaN where it is nowhere.
  public func means(frames: Range<Int>) -> [Double] {
    (values.first ?? []).indices.map { component in
      var (sum, count) = (0.0, 0)
      for variable in 0..<variables {
        for frame in frames {
          guard let value = values[frame * variables + variable][component] else { continue }
          sum += value
          count += 1
        }
      }
      return sum / Double(count)
    }
  }
}
