import ArgumentParser
import Foundation
import Logging
import MessagePassing
import Options
import SystemFiles
import TensorCore

/// A command whose work several ranks can share.
protocol RunsOnRanks: ParsableCommand {
  /// The threads of each rank, if they are given.
  var threadsOfRank: Int? { get }
}

extension RunsOnRanks {
  /// The threads that were given as an option.
  static func threads(in given: [String: OptionText]) -> Int? {
    guard case .word(let text) = given["threads"] else { return nil }
    return Int(text)
  }
}

/// The ranks that `mpirun` or `srun` has started the command on.
enum Ranks {
  /// The seconds that the first rank has to say what is wrong on all, and the launcher to end the others, on a busy machine.
  static let headStart = 3.0

  /// Runs a command on the ranks that it was started on.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - report: Says what has gone wrong after who says it, and gives the exit code.
  /// - Throws: What it throws, in a process by itself; ranks end together.
  static func run(
    _ command: inout any ParsableCommand, report: (_ error: any Error, _ prefix: String) -> Int32
  ) throws {
    guard let shared = command as? any RunsOnRanks, Launch.ranks > 1 else { return try command.run() }
    let group: RankGroup
    do {
      group = try Launch.group(patience: patience)
    } catch {
      throw RankLaunchError(error: error)
    }
    Console.isSilent = !group.isRoot
    let threads = threads(given: shared.threadsOfRank)
    do {
      try RankGroup.use(group) { try WorkerPool.withThreads(threads) { try command.run() } }
    } catch let code as ExitCode {
      // Agreed on, as after an interrupt.
      group.end()
      throw code
    } catch {
      // What all ranks have come to is said once, by the first; what one has come to by itself, it says.
      if !group.isRoot { Thread.sleep(forTimeInterval: headStart + 0.1 * Double(min(group.rank, 20))) }
      Console.isSilent = false
      let code = report(error, group.isRoot ? "" : "rank \(group.rank) of \(group.size): ")
      group.abort(code)
    }
    group.end()
  }

  /// The seconds after which a rank gives up waiting for the others.
  private static var patience: Double {
    ProcessInfo.processInfo.environment["PDEOP_RANK_PATIENCE"].flatMap(Double.init).flatMap {
      $0 > 0 ? $0 : nil
    }
      ?? 600
  }

  /// The threads of each rank: those given, or its part of the machine's cores.
  private static func threads(given: Int?) -> Int {
    let (cores, ranks) = (WorkerPool.availableCores, Launch.ranksOnMachine)
    let usable = WorkerPool.usableCores
    guard let given else { return max(min(cores / max(ranks, 1), usable), 1) }
    if given * ranks > cores {
      let way = cores >= ranks ? "--threads \(cores / ranks) or fewer ranks" : "fewer ranks"
      Console.say(
        "\(ranks) ranks of \(given) threads share the \(cores) cores of this machine; \(way) would be faster.",
        .warning)
    } else if given > usable {
      Console.say(
        "this rank may use \(usable) of \(cores) cores, and has \(given) threads; start with mpirun --bind-to none.",
        .warning)
    }
    return given
  }
}

/// Why a command does not run on the ranks it was started on.
struct RankLaunchError: ReportableError {
  let error: RankError

  var fault: Fault { .usage }

  var message: Message {
    switch error {
    case .notBuilt(let ranks):
      "this pdeop was started on \(ranks) ranks but was built without MPI: build it with swift build -c release --traits MPI "
        + "--scratch-path .build-mpi, or start it without mpirun."
    case .cannotStart: "MPI does not start."
    }
  }
}
