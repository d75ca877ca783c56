import ArgumentParser
import Foundation
import Glibc
import HDF5
import SystemFiles

/// Reads the structure of a file, in the process that may crash over it.
struct ProbeData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe-data", abstract: "Read the structure of a data file.", shouldDisplay: false)

  @Argument(help: "An HDF5 file.") var file: String
  @OptionGroup var dataFiles: DataFileOptions

  func run() throws {
    // A crash is expected here; no core file is needed.
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    // HDF5 asks for what a file says that it needs, and the checks of the heap fill it all, be it more than the machine has.
    SystemMemory.limitGrowth(to: FileProbe.memory)
    let parent = getppid()
    let clock = ContinuousClock()
    var last: ContinuousClock.Instant?
    do {
      try HDF5Probe.walk(file, allowsExternal: dataFiles.allowExternal) {
        if let last, clock.now - last < .milliseconds(500) { return }
        last = clock.now
        // Nobody waits for an answer when the reader is gone; it may leave the pipe to a process that it has started.
        guard getppid() == parent,
          (try? FileHandle.standardOutput.write(contentsOf: Data([UInt8(ascii: ".")]))) != nil
        else { _exit(EXIT_FAILURE) }
      }
    } catch HDF5Error.deadly {
      throw ExitCode(FileProbe.damaged)
    }
  }
}
