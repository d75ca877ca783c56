import Foundation
import FourierTransforms
import HDF5
import SystemFiles
public import TensorCore

/// A line of `machine.jsonl`: the machine that a run was started on, and each other one that it was resumed on.
public struct MachineRecord: Codable, Sendable, Equatable {
  /// The epoch, from 0, in which it came there.
  public let epoch: Int
  /// The machine.
  public let machine: Machine
  /// FFTW's version.
  public let fftw: String
  /// HDF5's version.
  public let hdf5: String
  /// The package's version.
  public let version: String

  private enum CodingKeys: String, CodingKey {
    case epoch, machine, fftw, hdf5
    case version = "pdeop"
  }

  /// This process, from an epoch on.
  init(epoch: Int) {
    self.epoch = epoch
    machine = .current
    fftw = FourierPlan.libraryVersion
    hdf5 = HDF5File.libraryVersion
    version = Version.current
  }

  /// What differs from before and may change bits, such as "OpenBLAS's kernel (Haswell before, Zen now)"; `nil` if nothing does.
  ///
  /// - Parameter earlier: The record of before.
  /// - Returns: A list for a person.
  public func change(since earlier: MachineRecord) -> String? {
    let (before, now) = (earlier.machine, machine)
    let parts = [
      ("the CPU", before.cpu, now.cpu),
      ("the system", before.system, now.system),
      ("the instruction set", before.instructionSet.rawValue, now.instructionSet.rawValue),
      ("OpenBLAS's kernel", before.openBLASKernel, now.openBLASKernel),
      ("OpenBLAS", before.openBLAS, now.openBLAS),
      ("FFTW", earlier.fftw, fftw),
      ("HDF5", earlier.hdf5, hdf5),
      ("pdeop", earlier.version, version),
    ]
    let others = parts.filter { $0.1 != $0.2 }.map { "\($0.0) (\($0.1) before, \($0.2) now)" }
    return others.isEmpty ? nil : others.joined(separator: ", ")
  }

  /// Adds the line to a run's file, unless nothing has changed since the last one.
  ///
  /// - Parameter folder: The run.
  /// - Returns: The change since the last line that can be read; `nil` without one.
  /// - Throws: A `FileError`.
  func append(to folder: RunFolder) throws -> String? {
    let earlier = try RunLines<MachineRecord>(reading: folder.machines).records
    let change = earlier.last.flatMap(change(since:))
    guard earlier.isEmpty || change != nil else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let lines = try (earlier + [self]).map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
    try AtomicFile.replace(folder.machines, with: lines.joined())
    return change
  }
}
