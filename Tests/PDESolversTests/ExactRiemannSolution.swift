import Foundation

/// The exact solution of the Euler equations for two constant states (Toro, chapter 4).
struct ExactRiemannSolution {
  struct State {
    var density: Double
    var velocity: Double
    var pressure: Double
  }

  let left: State
  let right: State
  let gamma: Double
  /// Pressure and velocity between the two outer waves.
  let starPressure: Double
  let starVelocity: Double

  init(left: State, right: State, gamma: Double) {
    self.left = left
    self.right = right
    self.gamma = gamma
    // The difference of the velocities behind the two waves falls monotonically with the pressure: bisect.
    var (low, high) = (1e-9, 10 * max(left.pressure, right.pressure))
    for _ in 0..<200 {
      let middle = 0.5 * (low + high)
      let excess =
        Self.jump(middle, left, gamma) + Self.jump(middle, right, gamma) + right.velocity - left.velocity
      if excess > 0 { high = middle } else { low = middle }
    }
    starPressure = low
    starVelocity =
      0.5 * (left.velocity + right.velocity)
      + 0.5 * (Self.jump(low, right, gamma) - Self.jump(low, left, gamma))
  }

  /// The change of velocity across a shock or rarefaction that leads to a pressure.
  private static func jump(_ pressure: Double, _ side: State, _ gamma: Double) -> Double {
    if pressure > side.pressure {
      let a = 2 / ((gamma + 1) * side.density)
      let b = (gamma - 1) / (gamma + 1) * side.pressure
      return (pressure - side.pressure) * sqrt(a / (pressure + b))
    }
    let sound = sqrt(gamma * side.pressure / side.density)
    return 2 * sound / (gamma - 1) * (pow(pressure / side.pressure, (gamma - 1) / (2 * gamma)) - 1)
  }

  /// The state on the ray x/t = `speed`.
  func state(at speed: Double) -> State {
    // The right half is the mirror image of the left one.
    let isLeft = speed < starVelocity
    let side = isLeft ? left : right
    let sign: Double = isLeft ? 1 : -1
    let result = Self.leftHalf(
      sign * speed, State(density: side.density, velocity: sign * side.velocity, pressure: side.pressure),
      starPressure, sign * starVelocity, gamma)
    return State(density: result.density, velocity: sign * result.velocity, pressure: result.pressure)
  }

  private static func leftHalf(
    _ speed: Double, _ side: State, _ starPressure: Double, _ starVelocity: Double, _ gamma: Double
  ) -> State {
    let sound = sqrt(gamma * side.pressure / side.density)
    let ratio = starPressure / side.pressure
    let g = (gamma - 1) / (gamma + 1)
    if ratio > 1 {
      let shock = side.velocity - sound * sqrt((gamma + 1) / (2 * gamma) * ratio + (gamma - 1) / (2 * gamma))
      guard speed > shock else { return side }
      return State(
        density: side.density * (ratio + g) / (g * ratio + 1), velocity: starVelocity, pressure: starPressure)
    }
    guard speed > side.velocity - sound else { return side }
    let starSound = sound * pow(ratio, (gamma - 1) / (2 * gamma))
    guard speed < starVelocity - starSound else {
      return State(
        density: side.density * pow(ratio, 1 / gamma), velocity: starVelocity, pressure: starPressure)
    }
    let factor = 2 / (gamma + 1) + g / sound * (side.velocity - speed)
    return State(
      density: side.density * pow(factor, 2 / (gamma - 1)),
      velocity: 2 / (gamma + 1) * (sound + (gamma - 1) / 2 * side.velocity + speed),
      pressure: side.pressure * pow(factor, 2 * gamma / (gamma - 1)))
  }
}
