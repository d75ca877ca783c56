import TempBalance
import TensorCore

// Two layers of random weights, one with heavy columns; your program has its own.
var numbers = CounterGenerator(seed: 0, purpose: "weights")
let weights = [(name: "even.weight", decay: 0), (name: "heavy.weight", decay: 1)].map { name, decay in
  let elements = (0..<64 * 64).map { numbers.normal() / Float(1 + decay * ($0 % 64)) }
  return (name: name, value: Tensor(elements, shape: [64, 64]))
}

let layers = try LayerAnalyzer().analyze(LayerWeights.layers(in: weights))
let rates = BalancingSchedule().rates(for: layers)
for layer in layers {
  print(layer.name, layer.alpha ?? .nan, rates.rate(ofLayer: layer.name, base: 1e-3))
}
