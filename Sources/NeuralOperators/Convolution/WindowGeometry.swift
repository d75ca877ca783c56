import CVectorMath

/// The values beyond the ends of a field when a window reaches over them.
public enum PaddingMode: String, Codable, Sendable, Equatable, CaseIterable {
  /// Zeros.
  case zeros
  /// The field again, from its other end.
  case periodic
}

/// How the windows of a kernel lie on a field: window number o of an axis begins at o·stride − padding.
///
/// Always three axes: fields with fewer have leading axes of one point.
package struct WindowGeometry: Sendable, Equatable {
  /// The extents of the field that the windows lie on.
  let input: [Int]
  /// The extents of a window.
  let kernel: [Int]
  /// The distance between windows along each axis.
  let stride: [Int]
  /// How far the first window reaches over the low end, and the last one at most over the high end.
  let padding: [Int]
  /// What is beyond the ends.
  let mode: PaddingMode
  /// The number of windows along each axis.
  let output: [Int]

  /// The windows on a field of one to three axes.
  ///
  /// - Precondition: At least one window fits along each axis, and periodic padding is no wider than the field.
  package init(input: [Int], kernel: [Int], stride: [Int], padding: [Int], mode: PaddingMode = .zeros) {
    precondition(
      (1...3).contains(input.count) && [kernel, stride, padding].allSatisfy { $0.count == input.count },
      "a kernel \(kernel) with stride \(stride) and padding \(padding) does not fit a field of shape \(input)"
    )
    func extended(_ extents: [Int], by one: Int) -> [Int] {
      Array(repeating: one, count: 3 - extents.count) + extents
    }
    self.input = extended(input, by: 1)
    self.kernel = extended(kernel, by: 1)
    self.stride = extended(stride, by: 1)
    self.padding = extended(padding, by: 0)
    self.mode = mode
    output = (0..<3).map {
      [input = self.input, kernel = self.kernel, stride = self.stride, padding = self.padding] in
      (input[$0] + 2 * padding[$0] - kernel[$0]) / stride[$0] + 1
    }
    precondition(
      (0..<3).allSatisfy { self.input[$0] + 2 * self.padding[$0] >= self.kernel[$0] && self.input[$0] > 0 },
      "a kernel \(kernel) with padding \(padding) is wider than a field of shape \(input)")
    precondition(
      mode == .zeros || (0..<3).allSatisfy { self.padding[$0] <= self.input[$0] },
      "a field of shape \(input) cannot be continued periodically by \(padding) points")
  }

  /// The points of the field.
  var inputPoints: Int { input[0] * input[1] * input[2] }
  /// The number of windows.
  var outputPoints: Int { output[0] * output[1] * output[2] }
  /// The points of a window.
  var kernelPoints: Int { kernel[0] * kernel[1] * kernel[2] }
  /// The lines of windows along the last axis.
  var outputLines: Int { output[0] * output[1] }

  /// Whether every window is one point and every point has one, so that columns of windows are the field itself.
  var isIdentity: Bool { kernelPoints == 1 && stride == [1, 1, 1] && padding == [0, 0, 0] }

  /// The same for the loops in C.
  var windows: vm_windows {
    vm_windows(
      input: (input[0], input[1], input[2]), kernel: (kernel[0], kernel[1], kernel[2]),
      stride: (stride[0], stride[1], stride[2]), padding: (padding[0], padding[1], padding[2]),
      output: (output[0], output[1], output[2]), periodic: mode == .periodic ? 1 : 0)
  }
}
