import CVectorMath

/// How the results of a convolution are divided into tiles of Winograd's method, and the tiles into runs along a line.
///
/// A tile has four results along each axis with a kernel of three points, and one along the others.
struct WinogradTiling {
  /// At most sixteen tiles that lie side by side along the last axis of a sample.
  struct Run {
    let sample: Int
    /// The tiles before this run in its block.
    let place: Int
    let tiles: vm_winograd_tiles
  }

  /// Runs whose tiles are the columns of one matrix product for each plane of values.
  struct Block {
    let runs: [Run]
    /// The number of tiles.
    let count: Int

    /// Floats of a row of a plane. A run is written in sixteen lanes, whatever it needs of them.
    var row: Int { (count + 15 + 15) / 16 * 16 }
  }

  /// The field that tiles are read from.
  let source: vm_winograd_field
  /// The field of the results.
  let target: vm_winograd_field
  private let samples: Int
  private let tiles: [Int]

  /// Tiles for results of shape `output` from fields of shape `input`.
  ///
  /// - Parameters:
  ///   - samples: The number of samples.
  ///   - input: The extents of the fields that are read.
  ///   - output: The extents of the results.
  ///   - isWide: Whether the kernel has three points along each axis, else one.
  ///   - padding: How far the first windows reach over the low ends.
  ///   - mode: What is beyond the ends.
  init(samples: Int, input: [Int], output: [Int], isWide: [Bool], padding: [Int], mode: PaddingMode) {
    func field(_ extents: [Int], _ padding: [Int]) -> vm_winograd_field {
      vm_winograd_field(
        extent: (extents[0], extents[1], extents[2]), padding: (padding[0], padding[1], padding[2]),
        three_wide: (isWide[0] ? 1 : 0, isWide[1] ? 1 : 0, isWide[2] ? 1 : 0),
        periodic: mode == .periodic ? 1 : 0)
    }
    source = field(input, padding)
    target = field(output, [0, 0, 0])
    self.samples = samples
    tiles = (0..<3).map { isWide[$0] ? (output[$0] + 3) / 4 : output[$0] }
  }

  private var runsPerLine: Int { (tiles[2] + 15) / 16 }
  private var runsPerSample: Int { tiles[0] * tiles[1] * runsPerLine }

  /// The tiles of all samples.
  var count: Int { samples * tiles[0] * tiles[1] * tiles[2] }

  /// All tiles, in blocks of about the same size, none of them larger than asked for by more than a run.
  func blocks(of size: Int) -> [Block] {
    let runs = samples * runsPerSample
    let blocks = min((count + size - 1) / size, runs)
    return (0..<blocks).map { block in
      var place = 0
      let range = (block * runs / blocks)..<((block + 1) * runs / blocks)
      let runs = range.map { index in
        let run = run(index, place: place)
        place += run.tiles.count
        return run
      }
      return Block(runs: runs, count: place)
    }
  }

  private func run(_ index: Int, place: Int) -> Run {
    let (sample, inSample) = index.quotientAndRemainder(dividingBy: runsPerSample)
    let (line, piece) = inSample.quotientAndRemainder(dividingBy: runsPerLine)
    let (z, y) = line.quotientAndRemainder(dividingBy: tiles[1])
    return Run(
      sample: sample, place: place,
      tiles: vm_winograd_tiles(first: (z, y, piece * 16), count: min(16, tiles[2] - piece * 16)))
  }
}
