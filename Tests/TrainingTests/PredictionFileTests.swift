import FieldMetrics
import Foundation
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing
import Training

@Suite("A file of predictions and the data that it is of") struct PredictionFileTests {
  private let training: TinyTraining
  private let checkpoint: Checkpoint
  private let data: PDEBenchFile

  init() throws {
    training = try TinyTraining()
    try training.train("run") { $0.schedule.epochs = 1 }
    checkpoint = try training.checkpoint("run")
    data = try PDEBenchFile(path: training.data)
  }

  /// Writes rollouts of the first two samples.
  private func predict(from start: Int = 0, frames: Int? = nil, to name: String = "p.hdf5") throws -> String {
    let path = training.folder.file(name)
    try PredictionFile.write(
      to: path, checkpoint, loader: BatchLoader(data), samples: [0, 1], batchSize: 2, from: start,
      frames: frames, progress: { _ in })
    return path
  }

  private func compare(
    _ path: String, with file: any FieldDataSet, initialSteps: Int? = nil
  ) throws -> MetricsAccumulator {
    try PredictionFile.compare(
      path, with: file, initialSteps: initialSteps, resolution: nil, time: nil, cacheMemory: nil
    ) { _, _ in }
  }

  private func write(_ name: String, _ change: (inout WaveFile) -> Void) throws -> PDEBenchFile {
    try PDEBenchFile(path: WaveFile().with(change).write(to: training.folder.file(name)))
  }

  @Test("one that begins later is compared with the frames of its times", arguments: [0, 2, 5])
  func laterStart(start: Int) throws {
    let found = try compare(predict(from: start, frames: 9), with: data).metrics
    let loader = try BatchLoader(data)
    let evaluator = try Evaluator(checkpoint, loader: loader, batchSize: 2)
    var expected = MetricsAccumulator(shape: [9] + loader.sampleShape.dropFirst(), initialSteps: 4)
    try evaluator.forEachForecast(of: [0, 1], from: start, frames: 9, checkpoint.parameters) {
      expected.add(prediction: $0, target: $1.frames.sliced(axis: 1, start..<(start + 9)))
    }
    #expect(found.rmse == expected.metrics.rmse && found.rmse > 0)
  }

  @Test("its times are the data's where frames were given, and go on by the time step of the training")
  func writtenTimes() throws {
    let slow = try write("slow.hdf5") { $0.time = { Double($0) / 10 } }
    let path = training.folder.file("p.hdf5")
    try PredictionFile.write(
      to: path, checkpoint, loader: BatchLoader(slow), samples: [0], batchSize: 1, frames: 7,
      progress: { _ in })
    let (times, expected) = (try DataFile.open(path).times, [0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.45])
    #expect(times.count == 7 && zip(times, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(times)")
  }

  @Test("one of which all frames would be copied is refused, and nothing is written")
  func onlyCopies() throws {
    #expect(
      throws: PredictionError.start(
        data: data.path, frames: 14, start: 10, initialSteps: 4, isForecast: false)
    ) { try predict(from: 10) }
    #expect(throws: PredictionError.frames(asked: 4, initialSteps: 4)) { try predict(from: 10, frames: 4) }
    #expect(!FileManager.default.fileExists(atPath: training.folder.file("p.hdf5")))
    _ = try predict(from: 10, frames: 5)
  }

  @Test("one of some of the variables is refused with the option that reads these alone")
  func someVariables() {
    func message(_ found: [String]) -> String {
      PredictionError.variables(prediction: "p", found: found, data: "d", expected: ["u", "v"]).description
    }
    #expect(message(["v"]).hasSuffix("targets v reads these alone."))
    #expect(message(["v", "u"]).hasSuffix("targets v,u reads these."))
    #expect(message(["u", "w"]).hasSuffix("give the data that the predictions are of."))
  }

  @Test("one that goes on beyond the data is refused with the first time that they lack")
  func beyond() throws {
    let path = try predict(from: 2, frames: 14)
    #expect {
      try compare(path, with: data)
    } throws: { error in
      guard case .times(path, let time, _, _, _)? = error as? PredictionError else { return false }
      return abs(time - 0.7) < 1e-6
    }
  }

  @Test("one of other data is refused by the frames that were given, unless none was")
  func otherData() throws {
    let path = try predict()
    let other = try write("other.hdf5") { $0.change = { 1.01 * $3 } }
    #expect(
      throws: PredictionError.given(
        prediction: path, data: other.path, variable: "density", sample: 0, initialSteps: 4)
    ) { try compare(path, with: other) }
    #expect(try compare(path, with: other, initialSteps: 0).metrics.rmse > 0)
    // As other programs that scale fields and back have rounded them.
    let rounded = try write("rounded.hdf5") { $0.change = { 1.00001 * $3 } }
    #expect(try compare(path, with: rounded).samples == 2)
  }

  @Test("one that numbers its frames is of the data's frames in order, if it has as many")
  func frameNumbers() throws {
    let numbered = try write("numbered.hdf5") { $0.time = { Double($0) } }
    #expect(try compare(numbered.path, with: data).metrics.rmse == 0)
    let fewer = try write("fewer.hdf5") {
      $0.time = { Double($0) }
      $0.frames = 12
    }
    #expect {
      try compare(fewer.path, with: data)
    } throws: { isOtherShape($0) }
    // Data that have frames at such times, though not as the first ones.
    let slow = try write("slow.hdf5") {
      $0.time = { Double($0) / 2 }
      $0.frames = 21
    }
    let copies = try write("copies.hdf5") {
      $0.time = { Double($0) }
      $0.frames = 11
    }
    #expect {
      try compare(copies.path, with: slow, initialSteps: 1)
    } throws: { isOtherShape($0) }
    // At every second frame these are their times.
    let sparse = try write("sparse.hdf5") {
      $0.time = { Double($0) }
      $0.frames = 7
      $0.change = { _, _, _, _ in 1 }
    }
    let found = try PredictionFile.compare(
      sparse.path, with: slow, initialSteps: 0, resolution: nil, time: 2, cacheMemory: nil
    ) { _, _ in }
    #expect(found.metrics.rmse > 0)
  }

  private func isOtherShape(_ error: any Error) -> Bool {
    guard case .shape? = error as? PredictionError else { return false }
    return true
  }

  @Test("as many frames on another axis of time are the data's in order, if both are evenly spaced")
  func otherAxis() throws {
    let numbered = try write("numbered.hdf5") { $0.time = { Double($0) } }
    let fromOne = try write("one.hdf5") { $0.time = { Double($0 + 1) } }
    let milliseconds = try write("unit.hdf5") { $0.time = { Double($0) * 50 } }
    let later = try write("later.hdf5") { $0.time = { 2000 + Double($0) / 16 } }
    for path in [fromOne, milliseconds, later].map(\.path) {
      #expect(try compare(path, with: data).metrics.rmse == 0, "\(path)")
    }
    #expect(try compare(fromOne.path, with: numbered).metrics.rmse == 0)
    let other = try write("other.hdf5") { $0.change = { 1.01 * $3 } }
    #expect(
      throws: PredictionError.given(
        prediction: fromOne.path, data: other.path, variable: "density", sample: 0, initialSteps: 10)
    ) { try compare(fromOne.path, with: other) }
    let uneven = try write("uneven.hdf5") { $0.time = { Double($0 * $0) } }
    #expect {
      try compare(uneven.path, with: data)
    } throws: { error in
      guard case .times? = error as? PredictionError else { return false }
      return true
    }
  }
}
