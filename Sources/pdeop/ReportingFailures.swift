import ArgumentParser
import Foundation
import TensorCore

/// Runs a command's work; an error that a person can mend becomes one line on standard error and its exit code.
func reportingFailures(_ work: () throws -> Void) throws {
  do {
    try work()
  } catch let error as any ReportableError {
    FileHandle.standardError.write(Data("pdeop: \(error.description)\n".utf8))
    throw error.exitCode
  }
}

extension ReportableError {
  /// 64 for wrong usage, 65 for bad data, 1 for a failure of the run.
  var exitCode: ExitCode {
    switch fault {
    case .usage: ExitCode(64)
    case .data: ExitCode(65)
    case .run: ExitCode(1)
    }
  }
}
