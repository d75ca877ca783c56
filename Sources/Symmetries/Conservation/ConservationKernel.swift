/// The projection of one sample onto its start's totals, and its gradient.
struct ConservationKernel {
  private let rules: Conservation
  private let points: Int

  init(_ rules: Conservation, points: Int) {
    self.rules = rules
    self.points = points
  }

  /// What the projection did to one sample.
  struct Correction {
    /// What density was multiplied by; nil if it stayed.
    var densityFactor: Double?
    /// The mean density before.
    var densityMean = 1.0
    /// What velocities were shifted by.
    var shifts: [Double] = []
    /// The mean density after, which the shifts were divided by.
    var inertia = 1.0
    /// What pressure was multiplied by; nil if it stayed.
    var pressureFactor: Double?
    /// The mean pressure before.
    var pressureMean = 1.0
  }

  /// The totals of a sample.
  func totals(_ x: UnsafePointer<Float>) -> (masses: [Double], momentum: [Double], energy: Double) {
    let masses = (rules.density.map { [$0] } ?? []) + rules.scalars
    return (
      masses.map { mean(x + $0 * points) },
      rules.velocities.map { momentum(x + $0 * points, density: rules.density.map { x + $0 * points }) },
      (rules.pressure.map { mean(x + $0 * points) } ?? 0) / (rules.gamma - 1) + kineticEnergy(x)
    )
  }

  private func mean(_ field: UnsafePointer<Float>) -> Double {
    var sum = 0.0
    for point in 0..<points { sum += Double(field[point]) }
    return sum / Double(points)
  }

  private func momentum(_ velocity: UnsafePointer<Float>, density: UnsafePointer<Float>?) -> Double {
    guard let density else { return mean(velocity) }
    var sum = 0.0
    for point in 0..<points { sum += Double(density[point]) * Double(velocity[point]) }
    return sum / Double(points)
  }

  /// mean(½ρ|V|²).
  private func kineticEnergy(_ x: UnsafePointer<Float>) -> Double {
    rules.velocities.reduce(0) { total, place in
      let velocity = x + place * points
      var sum = 0.0
      if let density = rules.density.map({ x + $0 * points }) {
        for point in 0..<points {
          sum += Double(density[point]) * Double(velocity[point]) * Double(velocity[point])
        }
      } else {
        for point in 0..<points { sum += Double(velocity[point]) * Double(velocity[point]) }
      }
      return total + 0.5 * sum / Double(points)
    }
  }

  /// Writes a sample with the given totals.
  func project(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, masses: [Double], momentum: [Double],
    energy: Double
  ) -> Correction {
    y.update(from: x, count: rules.variables * points)
    var correction = Correction()
    if rules.conserves(.mass) {
      if let place = rules.density {
        let field = y + place * points
        correction.densityMean = mean(field)
        if correction.densityMean > 0, masses[0] > 0 {
          let factor = masses[0] / correction.densityMean
          correction.densityFactor = factor
          scale(field, by: factor)
        }
      }
      for (index, place) in rules.scalars.enumerated() {
        let field = y + place * points
        shift(field, by: masses[index + (rules.density == nil ? 0 : 1)] - mean(field))
      }
    }
    let density = rules.density.map { UnsafePointer(y + $0 * points) }
    if rules.conserves(.momentum) {
      correction.inertia = density.map(mean) ?? 1
      let canMove = correction.inertia > 0
      for (axis, place) in rules.velocities.enumerated() {
        let field = y + place * points
        let missing = momentum[axis] - self.momentum(field, density: density)
        correction.shifts.append(canMove ? missing / correction.inertia : 0)
        shift(field, by: correction.shifts[axis])
      }
    }
    if rules.conserves(.energy), let place = rules.pressure {
      let field = y + place * points
      correction.pressureMean = mean(field)
      let internalEnergy = energy - kineticEnergy(y)
      if correction.pressureMean > 0, internalEnergy > 0 {
        let factor = (rules.gamma - 1) * internalEnergy / correction.pressureMean
        correction.pressureFactor = factor
        scale(field, by: factor)
      }
    }
    return correction
  }

  private func scale(_ field: UnsafeMutablePointer<Float>, by factor: Double) {
    for point in 0..<points { field[point] = Float(Double(field[point]) * factor) }
  }

  private func shift(_ field: UnsafeMutablePointer<Float>, by distance: Double) {
    for point in 0..<points { field[point] = Float(Double(field[point]) + distance) }
  }

  /// Turns the gradient with respect to the result into the one with respect to the input, in its place: from the last of the
  /// corrections to the first.
  func pullBack(
    _ g: UnsafeMutablePointer<Float>, from x: UnsafePointer<Float>, to y: UnsafePointer<Float>,
    _ correction: Correction
  ) {
    let count = Double(points)
    if let place = rules.pressure, let factor = correction.pressureFactor {
      let (gradient, old) = (g + place * points, x + place * points)
      // With c = (γ − 1)(E − K)/p̄:  ∂c/∂pⱼ = −c/(p̄·N),  ∂c/∂K = −(γ − 1)/p̄.
      let byFactor = dot(gradient, old)
      let share = byFactor * factor / (correction.pressureMean * count)
      for point in 0..<points { gradient[point] = Float(factor * Double(gradient[point]) - share) }
      pullBackKineticEnergy(g, y, -byFactor * (rules.gamma - 1) / (correction.pressureMean * count))
    }
    if rules.conserves(.momentum), correction.inertia > 0 {
      // With b = (P − mean(ρV))/mean(ρ):  ∂b/∂Vⱼ = −ρⱼ/(mean(ρ)·N),  ∂b/∂ρⱼ = −(Vⱼ + b)/(mean(ρ)·N).
      for place in rules.velocities {
        let (gradient, velocity) = (g + place * points, y + place * points)
        let byShift = sum(gradient) / (correction.inertia * count)
        guard let densityPlace = rules.density else {
          for point in 0..<points { gradient[point] -= Float(byShift) }
          continue
        }
        let (densityGradient, density) = (g + densityPlace * points, y + densityPlace * points)
        for point in 0..<points {
          gradient[point] -= Float(byShift * Double(density[point]))
          densityGradient[point] -= Float(byShift * Double(velocity[point]))
        }
      }
    }
    guard rules.conserves(.mass) else { return }
    if let place = rules.density, let factor = correction.densityFactor {
      let (gradient, old) = (g + place * points, x + place * points)
      let share = dot(gradient, old) * factor / (correction.densityMean * count)
      for point in 0..<points { gradient[point] = Float(factor * Double(gradient[point]) - share) }
    }
    for place in rules.scalars {
      let gradient = g + place * points
      let mean = Float(sum(gradient) / count)
      for point in 0..<points { gradient[point] -= mean }
    }
  }

  /// Adds a multiple of ∂/∂ρ and ∂/∂V of Σ ½ρ|V|².
  private func pullBackKineticEnergy(
    _ g: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ factor: Double
  ) {
    for place in rules.velocities {
      let (gradient, velocity) = (g + place * points, y + place * points)
      guard let densityPlace = rules.density else { continue }
      let (densityGradient, density) = (g + densityPlace * points, y + densityPlace * points)
      for point in 0..<points {
        let speed = Double(velocity[point])
        gradient[point] += Float(factor * Double(density[point]) * speed)
        densityGradient[point] += Float(factor * 0.5 * speed * speed)
      }
    }
  }

  private func sum(_ a: UnsafeMutablePointer<Float>) -> Double {
    var sum = 0.0
    for point in 0..<points { sum += Double(a[point]) }
    return sum
  }

  private func dot(_ a: UnsafeMutablePointer<Float>, _ b: UnsafePointer<Float>) -> Double {
    var sum = 0.0
    for point in 0..<points { sum += Double(a[point]) * Double(b[point]) }
    return sum
  }
}
