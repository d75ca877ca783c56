import Autodiff
import CVectorMath
import TensorCore

/// Projects from the model's width, on the padded domain, to the variables of a frame.
///
/// The same as cropping the padding, mixing the channels to the hidden width, GELU, and mixing again:
/// y = W₂·GELU(W₁·x + c₁) + c₂. Done tile by tile: the hidden channels, the widest of the model, exist for one tile at a
/// time, and the backward pass recomputes them.
func project(
  _ x: Variable, hidden: (weight: Variable, bias: Variable), output: (weight: Variable, bias: Variable),
  domain: PaddedDomain
) -> Variable {
  let (samples, width) = (x.shape[0], x.shape[1])
  let hiddenWidth = hidden.weight.shape[0]
  let variables = output.weight.shape[0]
  precondition(
    hidden.weight.shape == [hiddenWidth, width] && output.weight.shape == [variables, hiddenWidth],
    "projection weights \(hidden.weight.shape) and \(output.weight.shape) do not fit width \(width)")
  let tiles = domain.tiles
  let source = x.value.storage
  let (w1, c1) = (hidden.weight.value.storage, hidden.bias.value.storage)
  let (w2, c2) = (output.weight.value.storage, output.bias.value.storage)

  var result = Tensor(uninitialized: [samples, variables] + domain.shape)
  let target = result.mutableStorage()
  parallelFor(samples) { sample in
    parallelFor(tiles.count, scratch: hiddenWidth * domain.tilePoints) { number, h in
      let rows = tiles[number]
      let (start, count) = (rows.lowerBound * domain.rowLength, rows.count * domain.rowLength)
      for (index, row) in rows.enumerated() {
        BLAS.multiply(
          rows: hiddenWidth, columns: domain.rowLength, inner: width, w1.base, stride: width,
          source.base + sample * width * domain.paddedPoints + domain.rowOffsets[row],
          stride: domain.paddedPoints, into: h + index * domain.rowLength, stride: count)
      }
      for channel in 0..<hiddenWidth { vm_add_bias_gelu(h + channel * count, c1.base[channel], count) }
      let y = target.base + sample * variables * domain.points + start
      BLAS.multiply(
        rows: variables, columns: count, inner: hiddenWidth, w2.base, stride: hiddenWidth, h, stride: count,
        into: y, stride: domain.points, bias: c2.base)
    }
  }

  let inputShape = x.shape
  let inputs = [x, hidden.weight, hidden.bias, output.weight, output.bias]
  let needed = inputs.map(\.needsGradient)
  let needsHiddenGradient = needed[..<3].contains(true)
  return .primitive(result, inputs: inputs) { gradient in
    let g = gradient.storage
    var inputGradient = needed[0] ? Tensor(uninitialized: inputShape) : nil
    var partials = (
      w1: needed[1] ? Tensor.zeros([samples, hiddenWidth, width]) : nil,
      c1: needed[2] ? Tensor.zeros([samples, hiddenWidth]) : nil,
      w2: needed[3] ? Tensor.zeros([samples, variables, hiddenWidth]) : nil,
      c2: needed[4] ? Tensor.zeros([samples, variables]) : nil
    )
    let dx = inputGradient?.mutableStorage()
    let (dw1, dc1) = (partials.w1?.mutableStorage(), partials.c1?.mutableStorage())
    let (dw2, dc2) = (partials.w2?.mutableStorage(), partials.c2?.mutableStorage())
    parallelFor(samples, scratch: (width + 2 * hiddenWidth) * domain.tilePoints) { sample, tile in
      let h = tile + width * domain.tilePoints
      let dh = h + hiddenWidth * domain.tilePoints
      if let dx {
        domain.clearPadding(of: dx.base + sample * width * domain.paddedPoints, channels: width)
      }
      for rows in tiles {
        let (start, count) = (rows.lowerBound * domain.rowLength, rows.count * domain.rowLength)
        let dy = g.base + sample * variables * domain.points + start
        if let dc2 {
          for variable in 0..<variables {
            dc2.base[sample * variables + variable] += vm_sum(dy + variable * domain.points, count)
          }
        }
        guard needsHiddenGradient || dw2 != nil else { continue }
        domain.gather(
          source.base + sample * width * domain.paddedPoints, channels: width, rows: rows, into: tile)
        BLAS.multiply(
          rows: hiddenWidth, columns: count, inner: width, w1.base, stride: width, tile, stride: count,
          into: h, stride: count)
        if needsHiddenGradient {
          BLAS.multiply(
            rows: hiddenWidth, columns: count, inner: variables, w2.base, .transposed, stride: hiddenWidth,
            dy, stride: domain.points, into: dh, stride: count)
        }
        for channel in 0..<hiddenWidth {
          let (values, gradient) = (h + channel * count, dh + channel * count)
          guard needsHiddenGradient else {
            vm_add_bias_gelu(values, c1.base[channel], count)
            continue
          }
          vm_add_bias_gelu_and_gradient(values, gradient, c1.base[channel], count)
          if let dc1 { dc1.base[sample * hiddenWidth + channel] += vm_sum(gradient, count) }
        }
        if let dw2 {
          BLAS.multiply(
            rows: variables, columns: hiddenWidth, inner: count, dy, stride: domain.points,
            h, .transposed, stride: count, into: dw2.base + sample * variables * hiddenWidth,
            stride: hiddenWidth, beta: 1)
        }
        if let dw1 {
          BLAS.multiply(
            rows: hiddenWidth, columns: width, inner: count, dh, stride: count, tile, .transposed,
            stride: count, into: dw1.base + sample * hiddenWidth * width, stride: width, beta: 1)
        }
        guard let dx else { continue }
        for (index, row) in rows.enumerated() {
          BLAS.multiply(
            rows: width, columns: domain.rowLength, inner: hiddenWidth, w1.base, .transposed, stride: width,
            dh + index * domain.rowLength, stride: count,
            into: dx.base + sample * width * domain.paddedPoints + domain.rowOffsets[row],
            stride: domain.paddedPoints)
        }
      }
    }
    return [
      inputGradient, partials.w1?.summedOverFirstAxis(shape: [hiddenWidth, width]),
      partials.c1?.summedOverFirstAxis(shape: [hiddenWidth]),
      partials.w2?.summedOverFirstAxis(shape: [variables, hiddenWidth]),
      partials.c2?.summedOverFirstAxis(shape: [variables]),
    ]
  }
}
