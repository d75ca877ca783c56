import Autodiff
import CVectorMath
import TensorCore

/// Lifts a window of frames, other fields that may follow them, and the grid's coordinates, if any, to the model's width, on
/// the padded domain.
///
/// The same as joining the frames and the grid along the channels, mixing the channels, and padding with zeros:
/// z[b, ·, p] = W·(x₁[b, ·, p], …, x_T[b, ·, p], grid[·, p]) + c, zero in the padding. Frames are read where they are: the
/// joined window is never stored.
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

  /// Calls `body` with the lines of the joined window from a point on, one for each channel.
  func withWindow(
    _ sample: Int, from start: Int, _ body: (UnsafeBufferPointer<UnsafePointer<Float>?>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: inputs) { lines in
      for (index, source) in sources.enumerated() {
        let first = UnsafePointer(source.base) + sample * variables[index] * points + start
        for variable in 0..<variables[index] { lines[starts[index] + variable] = first + variable * points }
      }
      if let coordinates {
        for axis in 0..<axes {
          lines[inputs - axes + axis] = UnsafePointer(coordinates.base) + axis * points + start
        }
      }
      body(UnsafeBufferPointer(lines))
    }
  }

  var result = Tensor(uninitialized: [samples, width] + domain.paddedShape)
  let target = result.mutableStorage()
  parallelFor(samples) { sample in
    let output = target.base + sample * width * domain.paddedPoints
    domain.clearPadding(of: output, channels: width)
    parallelFor(tiles.count) { tile in
      for row in tiles[tile] {
        let next = row + 1 < domain.rowOffsets.count ? domain.rowOffsets[row + 1] : nil
        withWindow(sample, from: row * domain.rowLength) { window in
          // What comes next is asked for meanwhile: more lines than the processor foresees.
          if let next {
            for channel in 0..<width {
              vm_prefetch(output + channel * domain.paddedPoints + next, domain.rowLength)
            }
            for line in window { if let line { vm_prefetch(line + domain.rowLength, domain.rowLength) } }
          }
          BLAS.multiply(
            rows: width, columns: domain.rowLength, w.base, stride: inputs, window,
            into: output + domain.rowOffsets[row], stride: domain.paddedPoints, bias: c.base)
        }
      }
    }
  }

  let needed = frames.map(\.needsGradient)
  let (needsWeight, needsBias) = (weight.needsGradient, bias.needsGradient)
  return .primitive(result, inputs: frames + [weight, bias]) { gradient in
    let g = gradient.storage
    var frameGradients = zip(needed, variables).map {
      $0 ? Tensor(uninitialized: [samples, $1] + domain.shape) : nil
    }
    let targets = frameGradients.indices.map { frameGradients[$0]?.mutableStorage() }
    // Along a rollout the last frames are predicted and the first ones given, which need no gradient.
    var weightPartials = needsWeight ? Tensor.zeros([samples, width, inputs]) : nil
    var biasPartials = needsBias ? Tensor.zeros([samples, width]) : nil
    let (dw, dc) = (weightPartials?.mutableStorage(), biasPartials?.mutableStorage())
    parallelFor(samples, scratch: width * domain.tilePoints) { sample, lifted in
      for rows in tiles {
        let (start, count) = (rows.lowerBound * domain.rowLength, rows.count * domain.rowLength)
        domain.gather(
          g.base + sample * width * domain.paddedPoints, channels: width, rows: rows, into: lifted)
        if let dw {
          withWindow(sample, from: start) { window in
            BLAS.addProduct(
              rows: width, inner: count, lifted, stride: count, withRows: window,
              into: dw.base + sample * width * inputs, stride: inputs)
          }
        }
        if let dc {
          for channel in 0..<width {
            dc.base[sample * width + channel] += vm_sum(lifted + channel * count, count)
          }
        }
        for (index, target) in targets.enumerated() {
          guard let target else { continue }
          BLAS.multiply(
            rows: variables[index], columns: count, inner: width, w.base + starts[index], .transposed,
            stride: inputs, lifted, stride: count,
            into: target.base + sample * variables[index] * points + start, stride: points)
        }
      }
    }
    return frameGradients + [
      weightPartials?.summedOverFirstAxis(shape: [width, inputs]),
      biasPartials?.summedOverFirstAxis(shape: [width]),
    ]
  }
}
