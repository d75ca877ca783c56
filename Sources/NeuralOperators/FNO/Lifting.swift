import Autodiff
import CVectorMath
import TensorCore

/// Lifts a window of frames, other fields that may follow them, and the grid's coordinates, if any, to the model's width, on
/// the padded domain.
///
/// The same as joining the frames and the grid along the channels, mixing the channels, and padding with zeros:
/// z[b, ·, p] = W·(x₁[b, ·, p], …, x_T[b, ·, p], grid[·, p]) + c, zero in the padding. Done tile by tile, so the joined
/// window is never stored.
func lift(
  _ frames: [Variable], grid: Tensor?, weight: Variable, bias: Variable, domain: PaddedDomain
) -> Variable {
  let samples = frames[0].shape[0]
  let variables = frames.map { $0.shape[1] }
  let axes = grid?.shape[0] ?? 0
  let inputs = variables.reduce(axes, +)
  /// The channel of the joined window at which a frame begins.
  let starts = variables.indices.map { variables[..<$0].reduce(0, +) }
  let width = weight.shape[0]
  precondition(
    weight.shape == [width, inputs],
    "a lifting weight of shape \(weight.shape) does not fit frames of \(variables) variables")
  let points = domain.points
  let tiles = domain.tiles
  let (w, c, coordinates) = (weight.value.storage, bias.value.storage, grid?.storage)
  let sources = frames.map(\.value.storage)

  /// The tile of the joined window, one line of points a channel.
  func gather(_ sample: Int, _ rows: Range<Int>, into tile: UnsafeMutablePointer<Float>) {
    let (start, count) = (rows.lowerBound * domain.rowLength, rows.count * domain.rowLength)
    for (index, source) in sources.enumerated() {
      for variable in 0..<variables[index] {
        (tile + (starts[index] + variable) * count)
          .update(from: source.base + (sample * variables[index] + variable) * points + start, count: count)
      }
    }
    guard let coordinates else { return }
    for axis in 0..<axes {
      (tile + (inputs - axes + axis) * count).update(
        from: coordinates.base + axis * points + start, count: count)
    }
  }

  var result = Tensor(uninitialized: [samples, width] + domain.paddedShape)
  let target = result.mutableStorage()
  parallelFor(samples) { sample in
    let output = target.base + sample * width * domain.paddedPoints
    if domain.points != domain.paddedPoints {
      output.update(repeating: 0, count: width * domain.paddedPoints)
    }
    parallelFor(tiles.count, scratch: (inputs + width) * domain.tilePoints) { tile, window in
      let rows = tiles[tile]
      let lifted = window + inputs * domain.tilePoints
      let count = rows.count * domain.rowLength
      gather(sample, rows, into: window)
      for channel in 0..<width { (lifted + channel * count).update(repeating: c.base[channel], count: count) }
      BLAS.multiply(
        rows: width, columns: count, inner: inputs, w.base, stride: inputs, window, stride: count,
        into: lifted, stride: count, beta: 1)
      domain.scatter(lifted, channels: width, rows: rows, into: output)
    }
  }

  let needed = frames.map(\.needsGradient)
  return .primitive(result, inputs: frames + [weight, bias]) { gradient in
    let g = gradient.storage
    var frameGradients = zip(needed, variables).map {
      $0 ? Tensor(uninitialized: [samples, $1] + domain.shape) : nil
    }
    let targets = frameGradients.indices.map { frameGradients[$0]?.mutableStorage() }
    // Along a rollout the last frames are predicted and the first ones given; only those from here on are computed.
    let firstNeeded = needed.firstIndex(of: true).map { starts[$0] } ?? inputs - axes
    var weightPartials = Tensor.zeros([samples, width, inputs])
    var biasPartials = Tensor.zeros([samples, width])
    let (dw, dc) = (weightPartials.mutableStorage(), biasPartials.mutableStorage())
    parallelFor(samples, scratch: (inputs + width) * domain.tilePoints) { sample, window in
      let lifted = window + inputs * domain.tilePoints
      for rows in tiles {
        let (start, count) = (rows.lowerBound * domain.rowLength, rows.count * domain.rowLength)
        gather(sample, rows, into: window)
        domain.gather(
          g.base + sample * width * domain.paddedPoints, channels: width, rows: rows, into: lifted)
        BLAS.multiply(
          rows: width, columns: inputs, inner: count, lifted, stride: count, window, .transposed,
          stride: count,
          into: dw.base + sample * width * inputs, stride: inputs, beta: 1)
        for channel in 0..<width {
          dc.base[sample * width + channel] += vm_sum(lifted + channel * count, count)
        }
        guard firstNeeded < inputs - axes else { continue }
        BLAS.multiply(
          rows: inputs - axes - firstNeeded, columns: count, inner: width, w.base + firstNeeded, .transposed,
          stride: inputs, lifted, stride: count, into: window + firstNeeded * count, stride: count)
        for (index, target) in targets.enumerated() {
          guard let target else { continue }
          for variable in 0..<variables[index] {
            (target.base + (sample * variables[index] + variable) * points + start)
              .update(from: window + (starts[index] + variable) * count, count: count)
          }
        }
      }
    }
    return frameGradients + [
      weightPartials.summedOverFirstAxis(shape: [width, inputs]),
      biasPartials.summedOverFirstAxis(shape: [width]),
    ]
  }
}
