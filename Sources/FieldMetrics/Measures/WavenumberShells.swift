import FourierTransforms

/// The energy of a field in shells of equal wavenumber, as PDEBench's Fourier metric groups them.
///
/// In one dimension each mode of the real transform is a shell. In two and three, mode (i, j(, k)) with every index below
/// half its axis's extent belongs to shell ⌊√(i² + j² (+ k²))⌋; shells from half the smallest extent on are left out.
struct WavenumberShells {
  /// The number of shells.
  let count: Int
  private let transform: TruncatedTransform
  /// The modes that count: where they are in the spectrum, and their shells.
  private let modes: [(place: Int, shell: Int, weight: Double)]

  /// Floats of scratch space that a call needs, aligned to 64 bytes.
  var scratchCount: Int { spectrumCount + transform.scratchCount }

  /// The part of the scratch space for the spectrum, rounded up so that the rest is aligned, too.
  private var spectrumCount: Int { (2 * transform.count + 15) / 16 * 16 }

  init(shape: [Int]) {
    transform = TruncatedTransform(complete: shape)
    guard shape.count > 1 else {
      count = transform.count
      modes = (0..<count).map { ($0, $0, 1) }
      return
    }
    let shells = (shape.min() ?? 0) / 2
    var stored = shape
    stored[shape.count - 1] = shape[shape.count - 1] / 2 + 1
    modes = (0..<transform.count).compactMap { place in
      var rest = place
      var squares = 0
      for axis in shape.indices.reversed() {
        let index = rest % stored[axis]
        guard index < shape[axis] / 2 else { return nil }
        squares += index * index
        rest /= stored[axis]
      }
      // The square root of a whole number is rounded correctly, so its floor is exact.
      let shell = Int(Double(squares).squareRoot())
      return shell < shells ? (place, shell, 1) : nil
    }
    count = shells
  }

  /// The shells of a spectrum of energies: mode (i, j(, k)) belongs to the shell of the whole number that is nearest to the
  /// length of its wavenumber, up to half the smallest extent.
  ///
  /// Every mode counts, the conjugates that a real transform leaves out included. So the shells that count, and those in the
  /// corners beyond them, add up to N Σ u².
  ///
  /// - Parameter shape: The number of points along x(, y(, z)).
  init(ofEnergyIn shape: [Int]) {
    transform = TruncatedTransform(complete: shape)
    let shells = (shape.min() ?? 0) / 2 + 1
    let last = shape.count - 1
    var stored = shape
    stored[last] = shape[last] / 2 + 1
    modes = (0..<transform.count).compactMap { place in
      var rest = place
      var squares = 0
      var weight = 1.0
      for axis in shape.indices.reversed() {
        let index = rest % stored[axis]
        rest /= stored[axis]
        let wavenumber = min(index, shape[axis] - index)
        squares += wavenumber * wavenumber
        if axis == last, index > 0, 2 * index < shape[axis] { weight = 2 }
      }
      let shell = Int(Double(squares).squareRoot().rounded())
      return shell < shells ? (place, shell, weight) : nil
    }
    count = shells
  }

  /// Adds the squared moduli of a field's modes to their shells.
  ///
  /// - Parameters:
  ///   - field: The field's points.
  ///   - energies: One sum for each shell.
  ///   - scratch: Room for ``scratchCount`` floats.
  func addEnergies(
    of field: UnsafePointer<Float>, to energies: UnsafeMutableBufferPointer<Double>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    transform.apply(.transform, fields: field, spectra: scratch, scratch: scratch + spectrumCount)
    for (place, shell, weight) in modes {
      let (real, imaginary) = (Double(scratch[place]), Double(scratch[transform.count + place]))
      energies[shell] += weight * (real * real + imaginary * imaginary)
    }
  }
}
