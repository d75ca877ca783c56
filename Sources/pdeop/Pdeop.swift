import ArgumentParser
// Linked for its constructor, which runs before `main`.
import CProcessLimits
import Foundation
import HDF5
import MessagePassing
import PDEData
import SystemFiles
import Training

@main
struct Pdeop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pdeop",
    abstract: "Train and evaluate neural operators on PDE data, on a CPU.",
    discussion: """
      A first run:
        pdeop generate cfd1d --samples 200 --resolution 64 --save-interval 0.05 --output flows.hdf5
        pdeop inspect flows.hdf5
        pdeop train --data flows.hdf5 --ratio 0.1 --output runs/first
        pdeop report runs/first
        pdeop analyze runs/first

      Exit codes: 0 done, 1 a failure of the run, 64 wrong usage, 65 bad input data, 130 interrupted, 129 by a hang-up (state saved).
      """,
    version: Version.current,
    subcommands: [
      Generate.self, Import.self, Inspect.self, Train.self, FindLearningRate.self, Evaluate.self,
      Predict.self, Analyze.self,
      Report.self,
      Convert.self, Export.self, Benchmark.self, Config.self, ProbeData.self,
    ])

  /// Turns errors that the user can fix into one line and an exit code.
  static func main() {
    Console.takeErrorsForSignals()
    do {
      try InstructionSetError.checkRequest()
      let arguments = Array(CommandLine.arguments.dropFirst())
      var command = try parseAsRoot(ForgottenNumber.cut(arguments, of: self))
      (command as? any SaysMessages)?.messages.apply()
      let options = (command as? any ReadsDataFiles)?.dataFiles
      HDF5Access.standard = FileProbe(allowsExternal: options?.allowExternal ?? false).access
      try Ranks.run(&command) { report($0, prefix: $1) }
    } catch  where exitCode(for: error) == .success {
      exit(withError: error)
    } catch {
      // What is wrong on all ranks is said by the first, whose end ends the others.
      if Launch.ranks > 1, Launch.rank > 0 { Thread.sleep(forTimeInterval: Ranks.headStart) }
      Foundation.exit(report(error))
    }
  }

  /// Says what has gone wrong.
  ///
  /// - Parameters:
  ///   - error: The error.
  ///   - prefix: Who says it, where there are several.
  /// - Returns: The exit code.
  static func report(_ error: any Error, prefix: String = "") -> Int32 {
    if let error = error as? any ReportableError {
      Console.say(error, prefix: prefix, advice: advice(on: error))
      return error.fault.exitCode
    }
    // The message contains what was typed, and names from files.
    let message = UnknownOption.answered(fullMessage(for: error))
    if !message.isEmpty { Console.say(prefix + message) }
    return exitCode(for: error).rawValue
  }
}

extension Pdeop {
  /// The option that may help after an error.
  private static func advice(on error: any ReportableError) -> String {
    switch error {
    case DataFileError.hdf5(.external), HDF5Error.external: " If you trust the file, add --allow-external."
    default: ""
    }
  }
}

extension Fault {
  /// The exit code of a command that failed so.
  var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .data: 65
    case .run: 1
    }
  }
}
