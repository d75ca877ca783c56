import Foundation
import PDESolvers
import TensorCore
import TestSupport
import Testing

/// The solvers beside the compressible one, against exact solutions.
@Suite struct EquationTests {
  @Test("an advected wave comes back after a period, and is the shifted one before")
  func advection() throws {
    let grid = try LineGrid(resolution: 50, finalTime: 2.5, saveInterval: 0.25)
    let waves = RandomWaves(seed: 3, sample: 7)
    let frames = try LinearAdvection(velocity: -0.4, grid: grid).solve { waves($0) }
    #expect(frames.shape == [11, 1, 50])
    for cell in 0..<50 {
      let x = (Double(cell) + 0.5) / 50
      #expect(frames[0, 0, cell] == Float(waves(x)))
      #expect(abs(frames[5, 0, cell] - Float(waves(x + 0.5))) < 1e-6)
      // β·t = −1 at t = 2.5. The steep end of a window turns a rounding of x into a hundred of u.
      #expect(abs(frames[10, 0, cell] - frames[0, 0, cell]) < 1e-6)
    }
    // β·t = −0.8 at t = 2, which is 40 cells.
    for cell in 0..<50 { #expect(abs(frames[8, 0, cell] - frames[0, 0, (cell + 40) % 50]) < 1e-5) }
  }

  @Test(
    "random waves are periodic, reproducible, and different for every sample and seed",
    arguments: RandomWaves.Kind.allCases)
  func randomWaves(kind: RandomWaves.Kind) {
    let all = (0..<200).map { sample in
      (0..<40).map { RandomWaves(kind, seed: 1, sample: sample)(Double($0) / 40) }
    }
    #expect(Set(all.map { $0.map(\.bitPattern) }).count == 200)
    for sample in 0..<200 {
      let (waves, again) = (
        RandomWaves(kind, seed: 1, sample: sample), RandomWaves(kind, seed: 1, sample: sample)
      )
      #expect(waves(0.3) == again(0.3) && waves(0.3) != RandomWaves(kind, seed: 2, sample: sample)(0.3))
      #expect(abs(waves(-0.7) - waves(0.3)) < 1e-12 && abs(waves(1 - 1e-9) - waves(0)) < 1e-5)
    }
    // An absolute value keeps its sign in one of ten, and so does a wave on a large constant; a window leaves the ends at
    // zero in one of ten.
    #expect(
      (kind == .paper ? 5...40 : 30...100).contains(
        all.count { values in values.allSatisfy { $0 >= 0 } || values.allSatisfy { $0 <= 0 } }))
    #expect((5...40).contains(all.count { abs($0[0]) < 1e-6 && abs($0[39]) < 1e-6 }))
  }

  @Test(
    "random waves have the means and wavelengths of the released files, or of the paper",
    arguments: [(RandomWaves.Kind.released, 0.60, 3.1), (.paper, 0.15, 4.8)])
  func waveStatistics(kind: RandomWaves.Kind, rootMeanSquareOfMeans: Double, meanWavenumber: Double) {
    let (points, samples) = (128, 1500)
    let cosine = (0..<points).map { cos(2 * .pi * Double($0) / Double(points)) }
    let sine = (0..<points).map { sin(2 * .pi * Double($0) / Double(points)) }
    var squaredMeans = 0.0
    var wavenumbers = 0.0
    for sample in 0..<samples {
      let waves = RandomWaves(kind, seed: 5, sample: sample)
      let values = (0..<points).map { waves(Double($0) / Double(points)) }
      let mean = values.reduce(0, +) / Double(points)
      squaredMeans += mean * mean
      var (energy, weighted) = (0.0, 0.0)
      for number in 1...24 {
        var (real, imaginary) = (0.0, 0.0)
        for point in 0..<points {
          real += values[point] * cosine[number * point % points]
          imaginary += values[point] * sine[number * point % points]
        }
        energy += real * real + imaginary * imaginary
        weighted += Double(number) * (real * real + imaginary * imaginary)
      }
      wavenumbers += weighted / energy
    }
    let found = (
      means: (squaredMeans / Double(samples)).squareRoot(), wavenumber: wavenumbers / Double(samples)
    )
    print("Random waves, \(kind): means \(found.means), wavenumber \(found.wavenumber)")
    // Of 1,500 samples the former is certain to some 0.01, the latter to some 0.05.
    #expect(abs(found.means - rootMeanSquareOfMeans) < 0.03)
    #expect(abs(found.wavenumber - meanWavenumber) < 0.2)
  }

  /// The exact solution for u(x, 0) = a·sin(2πx), by Cole and Hopf's substitution, as an average over the initial points.
  private func coleHopf(_ x: Double, time: Double, amplitude: Double, diffusivity: Double) -> Double {
    let k = 2 * Double.pi
    let reach = amplitude * time + (200 * diffusivity * time).squareRoot()
    let points = (-1500...1500).map { x + reach * Double($0) / 1500 }
    let exponents = points.map { y in
      (amplitude / k * cos(k * y) - (x - y) * (x - y) / (2 * time)) / (2 * diffusivity)
    }
    let largest = exponents.max() ?? 0
    let weights = exponents.map { exp($0 - largest) }
    let sum = zip(points, weights).reduce(0) { $0 + amplitude * sin(k * $1.0) * $1.1 }
    return sum / weights.reduce(0, +)
  }

  private func burgersError(_ resolution: Int, viscosity: Double) throws -> Double {
    let grid = try LineGrid(resolution: resolution, finalTime: 0.3, saveInterval: 0.1)
    let solution = try BurgersFlow(viscosity: viscosity, grid: grid).solve { sin(2 * .pi * $0) }
    let pairs = grid.coordinates.enumerated().map { cell, x in
      (
        Double(solution.frames[3, 0, cell]),
        coleHopf(x, time: 0.3, amplitude: 1, diffusivity: viscosity / .pi)
      )
    }
    let square = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (square / pairs.reduce(0) { $0 + $1.1 * $1.1 }).squareRoot()
  }

  @Test("Burgers' equation follows Cole and Hopf's solution in second order, and through thin fronts")
  func burgers() throws {
    let smooth = try [64, 128, 256].map { try burgersError($0, viscosity: 0.1) }
    print("Burgers, smooth: errors \(smooth)")
    #expect(smooth[0] < 1e-2 && log2(smooth[0] / smooth[1]) > 1.75 && log2(smooth[1] / smooth[2]) > 1.75)
    // A front of a third of a cell becomes one of three cells.
    let front = try [64, 512].map { try burgersError($0, viscosity: 0.01) }
    print("Burgers, front: errors \(front)")
    #expect(front[0] < 0.1 && front[1] < front[0] / 8)
    let thin = try burgersError(128, viscosity: 0.001)
    #expect(thin < 0.03)
  }

  @Test("Burgers' equation does not go on from what is no number")
  func burgersNotFinite() throws {
    let grid = try LineGrid(resolution: 32, finalTime: 0.2, saveInterval: 0.1)
    for value in [Double.nan, .infinity] {
      #expect(throws: SolverError.self) {
        try BurgersFlow(viscosity: 0.1, grid: grid).solve { $0 > 0.9 ? value : 1 }
      }
    }
  }

  @Test(
    "Burgers' equation keeps the mean and never leaves the range, whatever the viscosity",
    arguments: [0, 0.001, 4])
  func burgersInvariants(viscosity: Double) throws {
    let grid = try LineGrid(resolution: 200, finalTime: 0.5, saveInterval: 0.25)
    for sample in 0..<8 {
      let waves = RandomWaves(seed: 2, sample: sample)
      let frames = try BurgersFlow(viscosity: viscosity, grid: grid).solve { waves($0) }.frames
      func frame(_ time: Int) -> [Float] { (0..<200).map { frames[time, 0, $0] } }
      let (first, last) = (frame(0), frame(2))
      let means = [first, last].map { $0.reduce(0) { $0 + Double($1) } / 200 }
      #expect(abs(means[0] - means[1]) < 1e-5)
      #expect(
        (last.max() ?? 0) <= (first.max() ?? 0) + 1e-4 && (last.min() ?? 0) >= (first.min() ?? 0) - 1e-4)
    }
  }

  @Test("Darcy's pressure is that of the Fourier series for a uniform coefficient, in second order")
  func uniformDarcy() throws {
    let errors = try [16, 32].map { resolution in
      let flow = try DarcyFlow(source: 2, resolution: resolution)
      let solution = try flow.solve(coefficient: Tensor(repeating: 0.5, shape: [resolution, resolution]))
      let x = flow.coordinates
      var error = 0.0
      for i in stride(from: 0, to: resolution, by: 3) {
        for j in stride(from: 0, to: resolution, by: 5) {
          var exact = 0.0
          for m in stride(from: 1, through: 199, by: 2) {
            for n in stride(from: 1, through: 199, by: 2) {
              let (m, n) = (Double(m), Double(n))
              exact += sin(m * .pi * x[i]) * sin(n * .pi * x[j]) / (m * n * (m * m + n * n))
            }
          }
          exact *= 16 / pow(.pi, 4) * 2 / 0.5
          error = largerError(error, abs(Double(solution.pressure[i, j]) - exact))
        }
      }
      return error
    }
    print("Darcy: errors \(errors)")
    #expect(errors[0] < 2e-3 && log2(errors[0] / errors[1]) > 1.7)
  }

  @Test("Darcy's pressure of a random coefficient balances source and flow in every cell")
  func residual() throws {
    let flow = try DarcyFlow(source: 100, resolution: 40)
    let coefficient = flow.randomCoefficient(seed: 4, sample: 2)
    #expect(Set(coefficient.elements) == [0.1, 1])
    let solution = try flow.solve(coefficient: coefficient)
    let (n, h) = (40, 1.0 / 40)
    func u(_ i: Int, _ j: Int) -> Double { Double(solution.pressure[i, j]) }
    func nu(_ i: Int, _ j: Int) -> Double { Double(coefficient[i, j]) }
    /// What flows from one cell to a neighbor: two halves of a cell in series.
    func outflow(_ i: Int, _ j: Int, _ di: Int, _ dj: Int) -> Double {
      let (k, l) = (i + di, j + dj)
      guard (0..<n).contains(k), (0..<n).contains(l) else { return u(i, j) / (h / 2 / nu(i, j)) * h }
      return (u(i, j) - u(k, l)) / (h / 2 / nu(i, j) + h / 2 / nu(k, l)) * h
    }
    for i in 0..<n {
      for j in 0..<n {
        let out = outflow(i, j, 1, 0) + outflow(i, j, -1, 0) + outflow(i, j, 0, 1) + outflow(i, j, 0, -1)
        #expect(abs(out - 100 * h * h) < 1e-3 * 100 * h * h)
      }
    }
    // The pressure is proportional to the source, and the coefficient the same function on any grid.
    let fine = try DarcyFlow(source: 1, resolution: 120).randomCoefficient(seed: 4, sample: 2)
    let same = (0..<n * n).count { coefficient[$0 / n, $0 % n] == fine[3 * ($0 / n) + 1, 3 * ($0 % n) + 1] }
    #expect(same == n * n)
    let weak = try DarcyFlow(source: 1, resolution: 40).solve(coefficient: coefficient)
    for cell in 0..<n { #expect(abs(weak.pressure[cell, 7] * 100 - solution.pressure[cell, 7]) < 1e-3) }
  }

  @Test("Taylor and Green's vortices decay as they should, and carry particles along")
  func taylorGreen() throws {
    let grid = try LineGrid(resolution: 32, finalTime: 0.5, saveInterval: 0.25)
    let flow = try IncompressibleFlow(viscosity: 0.02, grid: grid)
    let k = 2 * Double.pi
    func field(_ value: (Double, Double) -> Double) -> [Float] {
      grid.coordinates.flatMap { x in grid.coordinates.map { y in Float(value(x, y)) } }
    }
    func exact(_ time: Double) -> [Float] {
      let decay = exp(-2 * 0.02 * k * k * time)
      return field { decay * sin(k * $0) * cos(k * $1) } + field { -decay * cos(k * $0) * sin(k * $1) }
    }
    // The stream function is constant along streamlines: particles of that density stay where they are, but for diffusion.
    let particles = Tensor(field { 1 + 0.5 * sin(k * $0) * sin(k * $1) }, shape: [32, 32])
    let initial = IncompressibleFlow.Initial(
      velocity: Tensor(exact(0), shape: [2, 32, 32]), particles: particles,
      force: Tensor(repeating: 0, shape: [2, 32, 32]))
    let solution = try flow.solve(initial)
    #expect(solution.frames.shape == [3, 3, 32, 32] && solution.steps > 10)
    let frames = solution.frames.elements
    for frame in 0..<3 {
      let time = 0.25 * Double(frame)
      let density = field { 1 + 0.5 * exp(-2 * 0.002 * k * k * time) * sin(k * $0) * sin(k * $1) }
      let found = Array(frames[(frame * 3 * 1024)..<((frame + 1) * 3 * 1024)])
      #expect(largestDifference(found, exact(time) + density) < 2e-5, "frame \(frame)")
    }
  }

  @Test("a force drives the flow against viscosity until they balance")
  func force() throws {
    // f = F·sin(ky) along x keeps v = F/(νk²)·sin(ky), which nothing else changes.
    let grid = try LineGrid(resolution: 24, finalTime: 0.5, saveInterval: 0.5)
    let flow = try IncompressibleFlow(viscosity: 0.05, grid: grid)
    let k = 2 * Double.pi
    let sine = grid.coordinates.flatMap { _ in grid.coordinates.map { Float(sin(k * $0)) } }
    let zeros = [Float](repeating: 0, count: sine.count)
    let balanced = Float(0.3 / (0.05 * k * k))
    let initial = IncompressibleFlow.Initial(
      velocity: Tensor(sine.map { balanced * $0 } + zeros, shape: [2, 24, 24]),
      particles: Tensor(repeating: 1, shape: [24, 24]),
      force: Tensor(sine.map { 0.3 * $0 } + zeros, shape: [2, 24, 24]))
    let frames = try flow.solve(initial).frames
    for point in 0..<576 {
      #expect(abs(frames[1, 0, point / 24, point % 24] - balanced * sine[point]) < 1e-5)
      #expect(abs(frames[1, 1, point / 24, point % 24]) < 1e-5)
      #expect(abs(frames[1, 2, point / 24, point % 24] - 1) < 1e-5)
    }
  }

  @Test("impossible parameters are refused with the reason")
  func refusals() throws {
    let grid = try LineGrid(resolution: 16, finalTime: 1, saveInterval: 0.5)
    #expect(throws: SolverError.tooCoarse(resolution: [7], minimum: 8)) {
      try LineGrid(resolution: 7, finalTime: 1, saveInterval: 0.5)
    }
    #expect(throws: SolverError.indivisibleTime(finalTime: 1, saveInterval: 0.3)) {
      try LineGrid(resolution: 16, finalTime: 1, saveInterval: 0.3)
    }
    for velocity in [Double.nan, 1e308, -2e9] {
      #expect(throws: SolverError.self) { try LinearAdvection(velocity: velocity, grid: grid) }
    }
    _ = try LinearAdvection(velocity: -1e9, grid: grid)
    #expect(throws: SolverError.self) { try BurgersFlow(viscosity: -1, grid: grid) }
    #expect(throws: SolverError.self) { try IncompressibleFlow(viscosity: 0, grid: grid) }
    for source in [0, 1e160, 1e-50, -1e31] {
      #expect(throws: SolverError.self) { try DarcyFlow(source: source, resolution: 16) }
    }
    _ = try DarcyFlow(source: -1e30, resolution: 16)
    let flow = try DarcyFlow(source: 1, resolution: 8)
    #expect(throws: SolverError.unphysicalState(variable: "nu", value: 0)) {
      try flow.solve(coefficient: Tensor(repeating: 0, shape: [8, 8]))
    }
  }
}
