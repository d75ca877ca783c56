import PDEData
public import SystemFiles
import TensorCore

extension TrainingData {
  /// What is trained on, in three lines: samples, axes, variables.
  public var summary: [String] {
    let shape = loader.spatialShape.extents
    let axes = zip(dataSet.axes, loader.axes).map { all, used in
      let periodic =
        used.isPeriodic.map { $0 ? ", periodic" : ", not periodic" } ?? ", not said whether periodic"
      let isCut = all.isPeriodic == true && used.isPeriodic == false
      return used.name + Self.range(used.coordinates) + periodic + (isCut ? " at this stride" : "")
    }
    let frames =
      loader.dataSet.frameNames.map { names in
        "frames \(loader.frameIndices.map { names[$0] }.joined(separator: ", "))"
      }
      ?? "t" + Self.range(loader.times)
    let inputs = loader.inputs.map(\.name).joined(separator: ", ")
    return [
      "\(dataSet.path): \(dataSet.layout), \(split.training.count) training, \(split.test.count) test, \(split.validation.count) validation samples of \(loader.frames) frames × \(shape) points",
      "Axes: \((axes + [frames]).joined(separator: "; "))",
      "Predicted: \(loader.variables.map(\.name).joined(separator: ", "))"
        + (inputs.isEmpty ? "" : "; seen: \(inputs)"),
    ]
  }

  /// What may not be meant so: what is told of the data set, uneven points and frames, an axis that looks like one of
  /// variables, and what is constant or nearly so.
  public var warnings: [Message] {
    let uneven = loader.unevenPoints + [loader.unevenFrames].compactMap(\.self)
    var warnings = (dataSet.interpretation + dataSet.notes + uneven).map { Message($0) }
    let axes = dataSet.axes
    if let last = axes.last, axes.count > 1, last.isAssumed {
      let others = axes.dropLast()
      let count = last.coordinates.count
      if others.contains(where: { !$0.isAssumed }) || others.allSatisfy({ $0.coordinates.count >= 2 * count })
      {
        let letters = ["n", "t"] + others.map(\.name) + ["v"]
        warnings.append(
          """
          The last axis of space, \(last.name), has \(count) entries and no coordinate: it looks like one of variables. If it \
          is, say so by \(option: "axes", letters.joined(separator: ","))
          """)
      }
    }
    // What a set of a mixture lacks is not constant, but not there.
    let unified = dataSet as? UnifiedDataSet
    for (known, places, present) in [
      (statistics, dataSet.states, unified?.present),
      (inputStatistics, dataSet.constants, unified?.presentConstants),
    ] {
      guard let statistics = known else { continue }
      for (place, deviation) in statistics.standardDeviation.enumerated() {
        let (frame, index) = place.quotientAndRemainder(dividingBy: statistics.variables.count)
        guard present?[index] ?? true else { continue }
        if places.count == statistics.variables.count,
          let note = dataSet.roundingNote(
            places[index], frame: statistics.frames.map { _ in loader.frameIndices[frame] },
            mean: statistics.mean[place], deviation: deviation)
        {
          warnings.append(Message(note))
        } else if deviation == 0 {
          let words = statistics.frames.map { " in \($0[frame])" } ?? ""
          warnings.append(
            "\(statistics.variables[index])\(words) is the same at every point of all training samples.")
        }
      }
    }
    return warnings
  }

  private static func range(_ values: [Double]) -> String {
    guard let first = values.first, let last = values.last else { return "" }
    return " \(text(first)) to \(text(last)) (\(values.count))"
  }

  private static func text(_ value: Double) -> String {
    let rounded = (value * 1e4).rounded() / 1e4
    return abs(value) >= 1e-3 && abs(value) < 1e7 ? "\(rounded)" : "\(Float(value))"
  }
}
