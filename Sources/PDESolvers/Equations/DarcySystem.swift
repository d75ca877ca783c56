import TensorCore

/// The linear system of a Darcy flow, and conjugate gradients for it.
struct DarcySystem {
  private let extent: Int
  /// The coefficient of the face below each cell along x; a row more than there are cells.
  private var facesX: [Double]
  /// The coefficient of the face below each cell along y; a column more than there are cells.
  private var facesY: [Double]
  private var diagonal: [Double]

  init(_ coefficient: Tensor) {
    let n = coefficient.shape[0]
    let nu = coefficient.elements.map(Double.init)
    extent = n
    facesX = Array(repeating: 0, count: (n + 1) * n)
    facesY = Array(repeating: 0, count: n * (n + 1))
    diagonal = Array(repeating: 0, count: n * n)
    func mean(_ a: Double, _ b: Double) -> Double { 2 * a * b / (a + b) }
    for line in 0..<n {
      for other in 0...n {
        // At an end, the pressure is zero half a cell away.
        facesX[other * n + line] =
          switch other {
          case 0: 2 * nu[line]
          case n: 2 * nu[(n - 1) * n + line]
          default: mean(nu[(other - 1) * n + line], nu[other * n + line])
          }
        facesY[line * (n + 1) + other] =
          switch other {
          case 0: 2 * nu[line * n]
          case n: 2 * nu[line * n + n - 1]
          default: mean(nu[line * n + other - 1], nu[line * n + other])
          }
      }
    }
    for i in 0..<n {
      for j in 0..<n {
        diagonal[i * n + j] =
          facesX[i * n + j] + facesX[(i + 1) * n + j] + facesY[i * (n + 1) + j] + facesY[i * (n + 1) + j + 1]
      }
    }
  }

  /// Solves the system for the same source in every cell.
  ///
  /// - Parameters:
  ///   - source: The right-hand side.
  ///   - tolerance: The residual to reach, relative to the source.
  ///   - limit: The most iterations.
  /// - Returns: The pressure, the number of iterations and the relative residual.
  func solve(
    source: Double, tolerance: Double, limit: Int
  ) -> (pressure: [Double], iterations: Int, residual: Double) {
    let count = extent * extent
    var pressure = [Double](repeating: 0, count: count)
    var residual = [Double](repeating: source, count: count)
    var direction = zip(residual, diagonal).map { $0 / $1 }
    var image = [Double](repeating: 0, count: count)
    var energy = dot(residual, direction)
    let goal = tolerance * abs(source) * Double(count).squareRoot()
    for iteration in 0..<limit {
      let size = dot(residual, residual).squareRoot()
      if size <= goal { return (pressure, iteration, size / goal * tolerance) }
      apply(direction, into: &image)
      let step = energy / dot(direction, image)
      add(step, direction, to: &pressure)
      add(-step, image, to: &residual)
      let next = precondition(residual, into: &image)
      let ratio = next / energy
      energy = next
      turn(&direction, ratio, image)
    }
    return (pressure, limit, dot(residual, residual).squareRoot() / goal * tolerance)
  }

  /// The system's matrix times a vector.
  private func apply(_ u: [Double], into result: inout [Double]) {
    let n = extent
    u.withUnsafeBufferPointer { u in
      result.withUnsafeMutableBufferPointer { result in
        facesX.withUnsafeBufferPointer { facesX in
          facesY.withUnsafeBufferPointer { facesY in
            diagonal.withUnsafeBufferPointer { diagonal in
              for i in 0..<n {
                let row = i * n
                for j in 0..<n { result[row + j] = diagonal[row + j] * u[row + j] }
                if i > 0 { for j in 0..<n { result[row + j] -= facesX[row + j] * u[row - n + j] } }
                if i < n - 1 { for j in 0..<n { result[row + j] -= facesX[row + n + j] * u[row + n + j] } }
                let faces = i * (n + 1)
                for j in 1..<n { result[row + j] -= facesY[faces + j] * u[row + j - 1] }
                for j in 0..<n - 1 { result[row + j] -= facesY[faces + j + 1] * u[row + j + 1] }
              }
            }
          }
        }
      }
    }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        // Eight sums side by side, so that the loop runs in vectors.
        var sums = SIMD8<Double>()
        let whole = a.count / 8 * 8
        for start in stride(from: 0, to: whole, by: 8) {
          for lane in 0..<8 { sums[lane] += a[start + lane] * b[start + lane] }
        }
        return (whole..<a.count).reduce(sums.sum()) { $0 + a[$1] * b[$1] }
      }
    }
  }

  private func add(_ scale: Double, _ source: [Double], to target: inout [Double]) {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        for index in target.indices { target[index] += scale * source[index] }
      }
    }
  }

  /// Divides by the diagonal, and gives the product with the residual.
  private func precondition(_ residual: [Double], into result: inout [Double]) -> Double {
    residual.withUnsafeBufferPointer { residual in
      diagonal.withUnsafeBufferPointer { diagonal in
        result.withUnsafeMutableBufferPointer { result in
          for index in result.indices { result[index] = residual[index] / diagonal[index] }
        }
      }
    }
    return dot(residual, result)
  }

  /// The next direction of search.
  private func turn(_ direction: inout [Double], _ ratio: Double, _ towards: [Double]) {
    direction.withUnsafeMutableBufferPointer { direction in
      towards.withUnsafeBufferPointer { towards in
        for index in direction.indices { direction[index] = towards[index] + ratio * direction[index] }
      }
    }
  }
}
