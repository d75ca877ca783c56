extension ConvolutionCase {
  /// Windows that follow one another without a gap, in 1 to 3 dimensions, of the numbers of points that are read in a way of their
  /// own and of others; points that fill no window are left over, and windows that fill no vector.
  static let adjoining: [ConvolutionCase] = [2, 3, 4, 5, 8, 16].flatMap { points -> [ConvolutionCase] in
    let cubes = points > 8 ? [1, 2, points] : [points, points, points]
    return [
      tiled([points], windows: [37], leftOver: [points - 1]),
      tiled([points], windows: [1], leftOver: [0]),
      tiled([points], windows: [64], leftOver: [points / 2]),
      tiled([points, points], windows: [2, 5], leftOver: [1, points / 2]),
      tiled([3, points], windows: [2, 18], leftOver: [2, 1]),
      tiled(cubes, windows: [1, 2, 3], leftOver: [0, 0, points - 1]),
      tiled([1, 2, points], windows: [2, 3, 9], leftOver: [0, 1, 1]),
    ]
  }

  private static func tiled(_ kernel: [Int], windows: [Int], leftOver: [Int]) -> ConvolutionCase {
    ConvolutionCase(
      shape: kernel.indices.map { kernel[$0] * windows[$0] + leftOver[$0] }, kernel: kernel, stride: kernel,
      padding: kernel.map { _ in 0 })
  }
}
