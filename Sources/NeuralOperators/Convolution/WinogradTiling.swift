import CVectorMath

/// How the results of a convolution are divided into tiles of Winograd's method.
///
/// A tile has four results along each axis with a kernel of three points, and one along the others. Tiles are numbered
/// along the last axis first, and through all samples.
struct WinogradTiling {
  /// Tiles that are the columns of one matrix product for each plane of values.
  struct Block {
    /// Their numbers.
    let tiles: Range<Int>

    /// Tiles that are transformed at a time.
    static let lanes = 16

    /// Columns of a matrix product: whole lanes, of which those without a tile hold what nobody reads.
    var columns: Int { Self.columns(tiles.count) }

    fileprivate static func columns(_ tiles: Int) -> Int { (tiles + lanes - 1) / lanes * lanes }

    /// Floats of a row of a plane: one more lane, so that rows do not fall on the same lines of the cache.
    var row: Int { columns + Self.lanes }

    /// Calls `body` with the first tile, the number of tiles, and the place in the row of each transform.
    func forEachRun(_ body: (_ first: Int, _ count: Int, _ place: Int) -> Void) {
      for place in stride(from: 0, to: tiles.count, by: Self.lanes) {
        body(tiles.lowerBound + place, min(Self.lanes, tiles.count - place), place)
      }
    }
  }

  /// The fields that tiles are read from.
  let source: vm_winograd_field
  /// The fields of the results.
  let target: vm_winograd_field
  /// The tiles of all samples.
  let count: Int

  /// Tiles for results from fields of some channels.
  ///
  /// - Parameters:
  ///   - samples: The number of samples.
  ///   - input: The extents of the fields that are read, and their channels.
  ///   - output: The extents of the results, and their channels.
  ///   - isWide: Whether the kernel has three points along each axis, else one.
  ///   - padding: How far the first windows reach over the low ends.
  ///   - mode: What is beyond the ends.
  init(
    samples: Int, input: (extents: [Int], channels: Int), output: (extents: [Int], channels: Int),
    isWide: [Bool], padding: [Int], mode: PaddingMode
  ) {
    let tiles = (0..<3).map { isWide[$0] ? (output.extents[$0] + 3) / 4 : output.extents[$0] }
    func field(_ fields: (extents: [Int], channels: Int), _ padding: [Int]) -> vm_winograd_field {
      let extents = fields.extents
      return vm_winograd_field(
        extent: (extents[0], extents[1], extents[2]), padding: (padding[0], padding[1], padding[2]),
        tiles: (tiles[0], tiles[1], tiles[2]),
        three_wide: (isWide[0] ? 1 : 0, isWide[1] ? 1 : 0, isWide[2] ? 1 : 0),
        periodic: mode == .periodic ? 1 : 0, sample: fields.channels * extents.reduce(1, *))
    }
    source = field(input, padding)
    target = field(output, [0, 0, 0])
    count = samples * tiles.reduce(1, *)
  }

  /// The columns of a product with all of them.
  var columns: Int { Block.columns(count) }

  /// Tiles that blocks are made of: two vectors of the widest instruction set, as its products take them.
  static let unit = 32

  /// All tiles, in blocks of about the same size and of whole units, about as large as asked for.
  func blocks(of size: Int) -> [Block] {
    let units = (count + Self.unit - 1) / Self.unit
    let blocks = min((count + size - 1) / size, units)
    return (0..<blocks).map { block in
      Block(
        tiles: (block * units / blocks * Self.unit)..<min((block + 1) * units / blocks * Self.unit, count))
    }
  }
}
