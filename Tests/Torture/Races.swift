import ArgumentParser
import Foundation
import TestSupport

/// Starts trainings and generations at the same time on one output, again and again.
struct Races: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start several commands at the same time on one output.",
    discussion: """
      Of three trainings with different seeds one must have the folder, with its own configuration and weights; the \
      others must be refused. Of two generations one must make the file, byte for byte.
      """)

  @OptionGroup var tried: TriedOptions

  @Option(help: "How many races.")
  var count = 1000

  func run() throws {
    let count = tried.quick ? min(count, 20) : count
    let verdicts = [try trainings(count), try generations(count / 10)]
    verdicts.forEach { $0.say() }
    try verdicts.end()
  }

  private func trainings(_ count: Int) throws -> Verdict {
    let folder = try WorkFolder("races")
    let command = tried.command(in: folder)
    try WaveFile().with { $0.samples = 6 }.write(to: folder.file("line.hdf5"))
    func arguments(_ output: String, seed: Int) -> [String] {
      [
        "train", "--data", "line.hdf5", "--output", output, "--seed", "\(seed)", "--modes", "4", "--width",
        "4",
        "--initial-steps", "4", "--epochs", "1", "--threads", "1",
      ]
    }
    let weights = try (0..<3).map { seed in
      let outcome = try command.run(arguments("alone-\(seed)", seed: seed))
      guard outcome.status == 0 else { throw ValidationError(outcome.errors) }
      return folder.bytes("alone-\(seed)/checkpoints/last.safetensors")
    }
    var verdict = Verdict("trainings of one folder")
    for round in 0..<count {
      let output = "race-\(round)"
      let running = try (0..<3).map { try command.start(arguments(output, seed: $0)) }
      let outcomes = running.map { $0.outcome() }
      let winners = outcomes.indices.filter { outcomes[$0].status == 0 }
      let configuration =
        folder.bytes("\(output)/config.yaml").map { String(decoding: $0, as: UTF8.self) } ?? ""
      let holds =
        winners.count == 1 && outcomes.allSatisfy { [0, 64].contains($0.status) }
        && configuration.contains("seed: \(winners[0])\n")
        && folder.bytes("\(output)/checkpoints/last.safetensors") == weights[winners[0]]
      verdict.note(holds, "race \(round): \(outcomes.map { "\($0.status) \($0.errors.suffix(200))" })")
      if holds { folder.remove(output) }
    }
    return verdict
  }

  private func generations(_ count: Int) throws -> Verdict {
    let folder = try WorkFolder("generations")
    let command = tried.command(in: folder)
    func arguments(_ output: String) -> [String] {
      [
        "generate", "advection1d", "--samples", "40", "--resolution", "64", "--output", output, "--threads",
        "1",
      ]
    }
    let alone = try command.run(arguments("alone.hdf5"))
    guard alone.status == 0 else { throw ValidationError(alone.errors) }
    var verdict = Verdict("generations of one file")
    for round in 0..<count {
      let output = "race-\(round).hdf5"
      let running = try (0..<2).map { _ in try command.start(arguments(output)) }
      let outcomes = running.map { $0.outcome() }
      let holds =
        outcomes.contains { $0.status == 0 } && !outcomes.contains(where: \.isSignal)
        && folder.bytes(output) == folder.bytes("alone.hdf5")
      verdict.note(holds, "race \(round): \(outcomes.map { "\($0.status) \($0.errors.suffix(200))" })")
      if holds { folder.remove(output) }
    }
    return verdict
  }
}
