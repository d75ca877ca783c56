import Foundation
import MessagePassing
import Options
import PDEData
public import SystemFiles
import TensorCore

/// Why ranks cannot train together.
public enum RankAgreementError: ReportableError, Equatable {
  /// There are more ranks than parts of a batch.
  case tooManyRanks(ranks: Int, parts: Int, samples: Int)
  /// A rank differs from rank 0 in its program, machine, configuration or data set.
  case differs(what: String, rank: Int, here: String, there: String)

  /// The way in which ranks are started.
  public var fault: Fault { .usage }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .tooManyRanks(let ranks, let parts, let samples) where ranks <= samples:
      """
      \(ranks) ranks cannot share \(parts) \(parts == 1 ? "part" : "parts") of a batch; start at most \(parts), or set \
      \(option: "batch-parts", "\(ranks)"), up to \(samples).
      """
    case .tooManyRanks(let ranks, _, let samples):
      """
      \(ranks) ranks cannot share a batch of \(samples) \(samples == 1 ? "sample" : "samples"); start at most \(samples), or \
      set a larger \(option: "batch-size").
      """
    case .differs(let what, let rank, let here, let there):
      "Rank \(rank) differs from rank 0 in its \(what): \(there), not \(here). Start all ranks the same way."
    }
  }
}

/// What ranks must have in common to come to the same bits.
struct RankAgreement: Codable, Equatable {
  /// A hash of the program's file.
  var program: String
  /// What results depend on besides the program, by rounding.
  var machine: String
  /// The configuration, as YAML.
  var configuration: String
  /// What the data set holds.
  var data: String

  private init(_ configuration: TrainingConfiguration, _ data: RunData) throws {
    var common = configuration
    // What ranks may have of their own.
    (common.run.threads, common.data.cacheMemory) = (nil, nil)
    self.configuration = try common.yaml()
    let record = MachineRecord(epoch: 0)
    machine = [
      "instruction set \(record.machine.instructionSet.rawValue)",
      "OpenBLAS's kernel \(record.machine.openBLASKernel)", record.machine.openBLAS, record.fftw, record.hdf5,
    ].joined(separator: ", ")
    program = try Self.hashOfProgram.get()
    let fingerprint = data.fingerprint
    self.data =
      "\(fingerprint.samples) samples of \(fingerprint.frames) frames, \(fingerprint.shape) points and the variables "
      + "\(fingerprint.variables.joined(separator: ", ")), hash \(fingerprint.hash)"
  }

  /// Checks that all ranks agree; they all come to the same answer. A process alone has nothing to compare, and hashes nothing.
  ///
  /// - Throws: ``RankAgreementError/differs(what:rank:here:there:)``.
  static func check(_ configuration: TrainingConfiguration, _ data: RunData, in group: RankGroup) throws {
    guard group.isShared else { return }
    let own = try RankAgreement(configuration, data)
    let all = try group.gather(Array(JSONEncoder().encode(own))).map {
      try JSONDecoder().decode(RankAgreement.self, from: Data($0))
    }
    let first = all[0]
    for (rank, other) in all.enumerated() where other != first {
      if other.program != first.program {
        throw RankAgreementError.differs(
          what: "program", rank: rank, here: "hash \(first.program)", there: "hash \(other.program)")
      }
      if other.machine != first.machine {
        throw RankAgreementError.differs(
          what: "kind of machine", rank: rank, here: first.machine, there: other.machine)
      }
      if other.configuration != first.configuration {
        let (here, there) = difference(first.configuration, other.configuration)
        throw RankAgreementError.differs(what: "configuration", rank: rank, here: here, there: there)
      }
      throw RankAgreementError.differs(what: "data set", rank: rank, here: first.data, there: other.data)
    }
  }

  /// The first lines that differ.
  private static func difference(_ here: String, _ there: String) -> (String, String) {
    let (here, there) = (here.split(separator: "\n"), there.split(separator: "\n"))
    func line(_ lines: [Substring], _ others: [Substring]) -> String {
      lines.first { !others.contains($0) }.map { $0.trimmingCharacters(in: .whitespaces) } ?? "nothing"
    }
    return (line(here, there), line(there, here))
  }

  /// Computed once: a process stays the program that it was started as.
  private static let hashOfProgram = Result {
    guard let file = FileHandle(forReadingAtPath: "/proc/self/exe") else { return "unknown" }
    defer { try? file.close() }
    var checksum = Checksum()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      checksum.update(Array(piece))
    }
    return checksum.text
  }
}
