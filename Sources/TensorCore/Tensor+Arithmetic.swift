import CVectorMath

extension Tensor {
  /// Adds `scale · other` to this tensor, element by element.
  ///
  /// - Precondition: The shapes agree.
  public mutating func add(_ other: Tensor, scaledBy scale: Float = 1) {
    precondition(shape == other.shape, "cannot add a tensor of shape \(other.shape) to one of \(shape)")
    withUnsafeMutableElements { target in
      other.withUnsafeElements { source in
        guard let to = target.baseAddress, let from = source.baseAddress else { return }
        parallelForPieces(of: target.count) { piece in
          vm_add_scaled(to + piece.lowerBound, from + piece.lowerBound, scale, piece.count)
        }
      }
    }
  }

  /// The element-wise product of two tensors.
  ///
  /// - Precondition: The shapes agree.
  public static func * (left: Tensor, right: Tensor) -> Tensor {
    precondition(
      left.shape == right.shape, "cannot multiply a tensor of shape \(left.shape) by one of \(right.shape)")
    var product = left
    product.withUnsafeMutableElements { target in
      right.withUnsafeElements { source in
        guard let to = target.baseAddress, let from = source.baseAddress else { return }
        parallelForPieces(of: target.count) { piece in
          vm_multiply(to + piece.lowerBound, from + piece.lowerBound, piece.count)
        }
      }
    }
    return product
  }

  /// Each element passed through a function.
  public func map(_ transform: (Float) -> Float) -> Tensor {
    var result = Tensor(uninitialized: shape)
    result.withUnsafeMutableElements { target in
      withUnsafeElements { source in
        for index in source.indices { target[index] = transform(source[index]) }
      }
    }
    return result
  }

  /// Pairs of elements passed through a function.
  ///
  /// - Precondition: The shapes agree.
  public func map(with other: Tensor, _ transform: (Float, Float) -> Float) -> Tensor {
    precondition(shape == other.shape, "cannot pair a tensor of shape \(shape) with one of \(other.shape)")
    var result = Tensor(uninitialized: shape)
    result.withUnsafeMutableElements { target in
      withUnsafeElements { a in
        other.withUnsafeElements { b in
          for index in target.indices { target[index] = transform(a[index], b[index]) }
        }
      }
    }
    return result
  }

  /// The sum of all elements, accumulated in double precision from first to last.
  public var sum: Double {
    withUnsafeElements { $0.reduce(into: 0.0) { $0 += Double($1) } }
  }

  /// The sum of the squares of all elements, accumulated in double precision in a fixed order.
  public var sumOfSquares: Double {
    withUnsafeElements { elements in
      guard let base = elements.baseAddress else { return 0 }
      return parallelSumOfPieces(of: elements.count) { vm_sum_of_squares(base + $0.lowerBound, $0.count) }
    }
  }

  /// Whether no element is NaN or infinite.
  public var isFinite: Bool {
    // In double precision no sum of squares of finite floats is infinite.
    sumOfSquares.isFinite
  }
}
