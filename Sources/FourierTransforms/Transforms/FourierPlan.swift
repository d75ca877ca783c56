import CFFTW
import Synchronization

/// Batches of one-dimensional Fourier transforms along lines of an array, by FFTW.
///
/// FFTW's convention: forward is Σₙ xₙ·e^(−2πikn/N), backward has the other sign, neither is scaled. Plans are chosen by
/// estimate, never by timing, so that the same transform gives the same bits in every run; they are made once for each
/// description and kept.
package final class FourierPlan: @unchecked Sendable {
  // Safety: `handle` is set once, and FFTW allows one plan to be executed by many threads on different arrays. The
  // planner is not thread-safe; it runs under the cache's lock.

  /// What a plan does to a line.
  package enum Kind: Hashable, Sendable {
    /// Real to the first ⌊n/2⌋ + 1 complex frequencies.
    case realToComplex
    /// The reverse; overwrites its input.
    case complexToReal
    /// Complex forward, in place.
    case forward
    /// Complex backward, in place.
    case backward
  }

  /// Repeats a transform along an axis; strides count elements of the respective array.
  package struct Repetition: Hashable, Sendable {
    let count: Int
    let inputStride: Int
    let outputStride: Int
  }

  /// What a plan is made for; arrays must be aligned to 16 bytes.
  package struct Description: Hashable, Sendable {
    let kind: Kind
    let length: Int
    let stride: Int
    let repetitions: [Repetition]
  }

  /// FFTW's version, with the instruction sets that it was built for.
  package static let libraryVersion = String(cString: fftwf_version_text())

  private static let cache = Mutex<[Description: FourierPlan]>([:])

  private let handle: fftwf_plan

  private init(handle: fftwf_plan) {
    self.handle = handle
  }

  /// The plan of that description, made if it is not there yet.
  package static func plan(_ description: Description) -> FourierPlan {
    cache.withLock { cache in
      if let plan = cache[description] { return plan }
      guard let handle = make(description) else {
        preconditionFailure("FFTW has no plan for \(description)")
      }
      let plan = FourierPlan(handle: handle)
      cache[description] = plan
      return plan
    }
  }

  private static func make(_ description: Description) -> fftwf_plan? {
    var line = fftwf_iodim64(
      n: description.length, is: description.stride, os: description.stride)
    let loops = description.repetitions.map {
      fftwf_iodim64(n: $0.count, is: $0.inputStride, os: $0.outputStride)
    }
    let rank = Int32(loops.count)
    // With an estimate FFTW only looks at the arrays' alignment; these stand for any aligned ones.
    let real = UnsafeMutablePointer<Float>(bitPattern: 1 << 20)
    let complex = UnsafeMutablePointer<fftwf_complex>(bitPattern: 1 << 21)
    let flags = FFTW_ESTIMATE
    switch description.kind {
    case .realToComplex:
      return fftwf_plan_guru64_dft_r2c(1, &line, rank, loops, real, complex, flags)
    case .complexToReal:
      return fftwf_plan_guru64_dft_c2r(1, &line, rank, loops, complex, real, flags | FFTW_DESTROY_INPUT)
    case .forward:
      return fftwf_plan_guru64_dft(1, &line, rank, loops, complex, complex, FFTW_FORWARD, flags)
    case .backward:
      return fftwf_plan_guru64_dft(1, &line, rank, loops, complex, complex, FFTW_BACKWARD, flags)
    }
  }

  /// Runs a real-to-complex plan; `spectrum` holds (real, imaginary) pairs.
  package func execute(_ field: UnsafePointer<Float>, into spectrum: UnsafeMutablePointer<Float>) {
    // FFTW leaves the input of this kind of plan as it is; its interface is older than const.
    fftwf_execute_dft_r2c(handle, UnsafeMutablePointer(mutating: field), Self.pairs(spectrum))
  }

  /// Runs a complex-to-real plan; overwrites `spectrum`.
  package func execute(_ spectrum: UnsafeMutablePointer<Float>, intoField field: UnsafeMutablePointer<Float>)
  {
    fftwf_execute_dft_c2r(handle, Self.pairs(spectrum), field)
  }

  /// Runs a complex plan in place.
  package func execute(inPlace spectrum: UnsafeMutablePointer<Float>) {
    fftwf_execute_dft(handle, Self.pairs(spectrum), Self.pairs(spectrum))
  }

  private static func pairs(_ pointer: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<fftwf_complex> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: fftwf_complex.self)
  }
}
