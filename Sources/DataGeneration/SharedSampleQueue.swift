import Foundation
import MessagePassing
import PDEData
import SystemFiles
import TensorCore

/// Computes samples on all cores of all ranks; rank 0 writes them in their order.
///
/// The samples are computed in rounds, in which each rank takes as many in a row as rank 0 has threads. While rank 0 writes those of
/// a round, the others compute those of the next.
struct SharedSampleQueue {
  let source: any SampleSource
  let firstSample: Int
  /// The number of samples that the file is to hold.
  let count: Int
  let group: RankGroup

  /// What all ranks know of a round.
  private struct Plan: Codable {
    /// The place in the file of the round's first sample.
    var begin: Int
    /// Samples of a rank.
    var length: Int

    func places(of rank: Int, below count: Int) -> Range<Int> {
      min(begin + rank * length, count)..<min(begin + (rank + 1) * length, count)
    }
  }

  /// What goes before the fields of a sample.
  private struct Header: Codable {
    var frames: [Int] = []
    var extras: [String: [Int]] = [:]
    var attempts = 1
    var pointUpdates = 0
    var failure: Failure?
  }

  /// What kept another rank from computing a sample.
  private struct Failure: Codable, ReportableError {
    let sentence: String
    let isData: Bool
    var message: Message { Message(sentence) }
    var fault: Fault { isData ? .data : .run }

    init(_ error: any Error) {
      sentence = "\(error)"
      isData = (error as? any ReportableError)?.fault == .data
    }
  }

  private typealias Computed = Result<GeneratedSample, any Error>

  /// Computes shares until rank 0 says that there are no more.
  func serve() throws {
    while let plan = try JSONDecoder().decode(Plan?.self, from: Data(group.fromRoot([]))) {
      for sample in compute(plan.places(of: group.rank, below: count)) { try send(sample) }
    }
  }

  /// Tells the other ranks that there are no more samples to compute.
  func dismiss() throws { try announce(nil) }

  /// As `SampleQueue.run`, on rank 0.
  func run(
    into file: ResumableFile, _ outcome: inout GeneratedDataSet.Outcome, isInterrupted: () -> Bool,
    progress: (GeneratedDataSet.Outcome) -> Void
  ) throws -> (any Error)? {
    progress(outcome)
    var plan = Plan(begin: outcome.samples, length: WorkerPool.threads)
    var failure: (any Error)?
    var goesOn = plan.begin < count
    try announce(goesOn ? plan : nil)
    while goesOn {
      var samples = compute(plan.places(of: 0, below: count))
      for rank in 1..<group.size {
        for _ in plan.places(of: rank, below: count) { samples.append(try receive(from: rank)) }
      }
      plan.begin += samples.count
      let end = samples.firstIndex { if case .failure = $0 { true } else { false } } ?? samples.count
      if end < samples.count, case .failure(let error) = samples[end] { failure = error }
      if plan.begin < count, isInterrupted() { outcome.isInterrupted = true }
      goesOn = plan.begin < count && failure == nil && !outcome.isInterrupted
      try announce(goesOn ? plan : nil)
      for sample in samples[..<end] {
        let sample = try sample.get()
        try file.append(sample.content)
        outcome.samples += 1
        outcome.redone += sample.attempts - 1
        outcome.pointUpdates += sample.pointUpdates
        progress(outcome)
      }
    }
    return failure
  }

  private func announce(_ plan: Plan?) throws {
    _ = group.fromRoot(Array(try JSONEncoder().encode(plan)))
  }

  private func compute(_ places: Range<Int>) -> [Computed] {
    parallelMap(places.count) { index in
      Computed { try source.sample(firstSample + places.lowerBound + index) }
    }
  }

  private func send(_ sample: Computed) throws {
    var header = Header()
    switch sample {
    case .failure(let error):
      header.failure = Failure(error)
      group.send(Array(try JSONEncoder().encode(header)), to: 0)
    case .success(let sample):
      let content = sample.content
      header.frames = content.frames.shape
      header.extras = content.extras.mapValues(\.shape)
      (header.attempts, header.pointUpdates) = (sample.attempts, sample.pointUpdates)
      group.send(Array(try JSONEncoder().encode(header)), to: 0)
      group.send(content.frames, to: 0)
      for (_, tensor) in content.extras.sorted(by: { $0.key < $1.key }) { group.send(tensor, to: 0) }
    }
  }

  private func receive(from rank: Int) throws -> Computed {
    let header = try JSONDecoder().decode(Header.self, from: Data(group.receive(from: rank)))
    if let failure = header.failure { return .failure(failure) }
    let frames = group.receive(header.frames, from: rank)
    var extras: [String: Tensor] = [:]
    for (name, shape) in header.extras.sorted(by: { $0.key < $1.key }) {
      extras[name] = group.receive(shape, from: rank)
    }
    return .success(
      GeneratedSample(
        PDEBenchSample(frames: frames, extras: extras), attempts: header.attempts,
        pointUpdates: header.pointUpdates))
  }
}
