import Synchronization

/// A way to compute a truncated transform. See ``TruncatedTransform`` for the maps, their directions and the layout.
protocol TransformMethod: Sendable {
  /// Floats of scratch space that a call needs, aligned to 64 bytes.
  var scratchCount: Int { get }

  /// From `lines` fields, one after the other, to their spectra.
  func apply(
    _ direction: TruncatedTransform.Direction, fields: UnsafePointer<Float>, lines: Int,
    spectra: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>)

  /// Adds the fields of `lines` spectra, one after the other, to what stands in `fields`.
  func apply(
    _ direction: TruncatedTransform.Direction, spectra: UnsafePointer<Float>, lines: Int,
    addingTo fields: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>)
}

/// Implementations are made once for each method and kept modes, and kept.
enum TransformMethods {
  private struct Key: Hashable {
    let method: TruncatedTransform.Method
    let kept: KeptModes
  }

  private static let cache = Mutex<[Key: any TransformMethod]>([:])

  static func implementation(of method: TruncatedTransform.Method, for kept: KeptModes) -> any TransformMethod
  {
    cache.withLock { cache in
      let key = Key(method: method, kept: kept)
      if let implementation = cache[key] { return implementation }
      let implementation: any TransformMethod =
        switch method {
        case .fast: FastFourierMethod(kept)
        case .matrices: FourierMatrices(kept)
        }
      cache[key] = implementation
      return implementation
    }
  }
}
