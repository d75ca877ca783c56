import Foundation
import TensorCore
import TestSupport
import Testing
import Training

@Suite("The machine of a run") struct MachineRecordTests {
  @Test("is noted once, and again with the epoch when a resume finds another")
  func change() throws {
    let training = try TinyTraining()
    let run = training.run("run")
    try training.train("run") { $0.schedule.epochs = 2 }
    func records() throws -> [MachineRecord] { try RunFolder.lines(MachineRecord.self, in: run.machines) }
    let first = try #require(try records().first)
    #expect(try records().count == 1 && first.epoch == 0 && first.machine == .current)
    #expect(!first.machine.cpu.isEmpty && !first.machine.openBLASKernel.isEmpty)
    #expect(first.fftw.hasPrefix("fftw-3") && first.hdf5.wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
    #expect(first.version == Version.current)

    // A run is free again when its trainer is gone.
    do {
      let same = try TrainingRun(resuming: run, changing: { $0.schedule.epochs = 3 })
      #expect(same.machineChange == nil)
      _ = try same.train()
    }
    #expect(try records() == [first])

    let kernel = first.machine.openBLASKernel
    let text = try String(contentsOfFile: run.machines, encoding: .utf8)
    let edited = text.replacing("_kernel\":\"\(kernel)\"", with: "_kernel\":\"Another\"")
    try Data(edited.utf8).write(to: URL(filePath: run.machines))
    let other = try TrainingRun(resuming: run, changing: { $0.schedule.epochs = 4 })
    #expect(other.machineChange == "OpenBLAS's kernel (Another before, \(kernel) now)")
    #expect(try records().map(\.epoch) == [0, 3])
    #expect(try records().last?.machine == .current)
  }

  @Test("numbers of a run's lines are read exactly as they were written")
  func numbers() throws {
    let folder = try TemporaryFolder()
    var generator = SystemRandomNumberGenerator()
    // This one is read two units in the last place off by Foundation's other decoder.
    var values = [0.36561307694564343]
    while values.count < 1000 {
      let value = Double(bitPattern: generator.next())
      if value.isFinite { values.append(value) }
    }
    let lines = try values.map { value in
      String(decoding: try JSONEncoder().encode([value]), as: UTF8.self) + "\n"
    }
    try Data(lines.joined().utf8).write(to: URL(filePath: folder.file("lines")))
    let found = try RunFolder.lines([Double].self, in: folder.file("lines"))
    #expect(found.flatMap(\.self) == values)
    for (line, value) in zip(lines, values) {
      let object = try JSON.object(Data(line.utf8)) as? [Double]
      #expect(object == [value])
    }
  }
}
