extension Array {
  /// The elements in order, neighbors that belong together as one piece.
  ///
  /// - Parameter belong: Whether an element belongs to the one before it.
  /// - Returns: The pieces, none of them empty.
  func pieces(where belong: (_ one: Element, _ next: Element) -> Bool) -> [[Element]] {
    var pieces: [[Element]] = []
    for element in self {
      if let last = pieces.last?.last, belong(last, element) {
        pieces[pieces.count - 1].append(element)
      } else {
        pieces.append([element])
      }
    }
    return pieces
  }
}
