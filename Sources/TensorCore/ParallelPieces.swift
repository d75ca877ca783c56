/// Elementwise kernels run over pieces of this many elements in parallel.
private let pieceSize = 1 << 14

/// Calls `body` in parallel with the ranges that cover `count` elements, in pieces that do not depend on the number of
/// threads.
package func parallelForPieces(of count: Int, _ body: (_ range: Range<Int>) -> Void) {
  parallelFor((count + pieceSize - 1) / pieceSize) { piece in
    body((piece * pieceSize)..<min((piece + 1) * pieceSize, count))
  }
}

/// The sum of what `body` returns for the ranges that cover `count` elements, added from the first range to the last.
package func parallelSumOfPieces(of count: Int, _ body: (_ range: Range<Int>) -> Double) -> Double {
  parallelMap((count + pieceSize - 1) / pieceSize) { piece in
    body((piece * pieceSize)..<min((piece + 1) * pieceSize, count))
  }.reduce(0, +)
}

/// Calls `body` in parallel with ranges that cover `count` rows of `length` elements, in pieces that do not depend on the
/// number of threads.
package func parallelForRows(_ count: Int, length: Int, _ body: (_ rows: Range<Int>) -> Void) {
  let rows = max(pieceSize / max(length, 1), 1)
  parallelFor((count + rows - 1) / rows) { piece in
    body((piece * rows)..<min((piece + 1) * rows, count))
  }
}
