import ArgumentParser
import Foundation
import TensorCore
import TestSupport

/// Kills commands at random moments, resumes, and compares bytes.
struct Kills: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Kill commands at random moments, resume, and compare bytes.",
    discussion: """
      A training, a generation and a benchmark are killed (SIGKILL) after a random part of the time that they take, and up \
      to twice more when they go on. In the end the files must be those of one that nothing interrupted.
      """)

  @OptionGroup var tried: TriedOptions

  @Option(help: "How many of each kind are killed.")
  var count = 50

  func run() throws {
    let verdicts = try [training(), generation(), benchmark()].map { try kill($0) }
    verdicts.forEach { $0.say() }
    try verdicts.end()
  }

  /// Something to interrupt.
  private struct Victim {
    let name: String
    let folder: WorkFolder
    /// The arguments that start or resume writing `output`.
    let arguments: (_ output: String) -> [String]
    /// What must be the same, by name, once all is done.
    let content: (_ output: String) -> [String: Data]
  }

  private func kill(_ victim: Victim) throws -> Verdict {
    let count = tried.quick ? min(count, 3) : count
    let command = tried.command(in: victim.folder)
    var generator = CounterGenerator(seed: tried.seed, purpose: .test)
    let start = ContinuousClock.now
    let whole = try command.run(victim.arguments("whole"))
    guard whole.status == 0 else { throw ValidationError("\(victim.name): \(whole.errors)") }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let expected = victim.content("whole")
    var verdict = Verdict("\(victim.name) killed")
    for round in 0..<count {
      let output = "run-\(round)"
      var kills = 0
      for _ in 0..<1 + Int(3 * generator.uniform()) {
        let running = try command.start(victim.arguments(output))
        let moment = Double(generator.uniform()) * seconds
        let begun = ContinuousClock.now
        while running.process.isRunning, (ContinuousClock.now - begun) / .seconds(1) < moment { usleep(1000) }
        running.send(SIGKILL)
        if running.outcome().isSignal { kills += 1 }
      }
      // A benchmark's trainings notice that their parent is gone, save and end.
      var last = try command.run(victim.arguments(output))
      for _ in 0..<50 where last.status != 0 && last.errors.contains("being trained by another process") {
        usleep(100_000)
        last = try command.run(victim.arguments(output))
      }
      let holds = last.status == 0 && victim.content(output) == expected
      verdict.note(
        holds,
        "round \(round) after \(kills) kills: exit \(last.status) \(last.errors.suffix(300)), different: "
          + "\(Self.difference(expected, victim.content(output)))")
      if holds { victim.folder.remove(output) }
    }
    return verdict
  }

  private static func difference(_ first: [String: Data], _ second: [String: Data]) -> [String] {
    Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }.sorted()
  }

  /// Lines of metrics without what differs from one run to the next.
  private static func withoutSeconds(_ data: Data?) -> Data {
    let text = String(decoding: data ?? Data(), as: UTF8.self)
    return Data(text.replacing(/"seconds":[0-9.e+-]+/, with: "").utf8)
  }

  private static let small = [
    "--modes", "4", "--width", "6", "--initial-steps", "4", "--batch-size", "3", "--validation-samples", "2",
  ]

  private func training() throws -> Victim {
    let folder = try WorkFolder("kill-train")
    try WaveFile().write(to: folder.file("line.hdf5"))
    let options =
      Self.small + [
        "--epochs", tried.quick ? "60" : "250", "--noise", "0.01", "--schedule", "cosine", "--tempbalance",
        "sigmoid", "--tempbalance-min-eigenvalues", "1", "--tempbalance-interval", "2",
      ]
    return Victim(
      name: "train", folder: folder,
      arguments: { output in
        folder.exists("\(output)/config.yaml")
          ? ["train", "--resume", output] : ["train", "--data", "line.hdf5", "--output", output] + options
      },
      content: { output in
        var content: [String: Data] = [:]
        for name in [
          "config.yaml", "steps.jsonl", "layers.jsonl", "checkpoints/best.safetensors",
          "checkpoints/last.safetensors",
          "checkpoints/resume.safetensors",
        ] { content[name] = folder.bytes("\(output)/\(name)") }
        content["metrics.jsonl"] = Self.withoutSeconds(folder.bytes("\(output)/metrics.jsonl"))
        content["names"] = Self.names(in: folder.file(output))
        return content
      })
  }

  /// The names of all files, hidden ones included: nothing may be left behind.
  private static func names(in folder: String) -> Data {
    let names = (FileManager.default.enumerator(atPath: folder)?.allObjects ?? []).compactMap {
      $0 as? String
    }
    return Data(names.sorted().joined(separator: "\n").utf8)
  }

  private func generation() throws -> Victim {
    let folder = try WorkFolder("kill-generate")
    let samples = tried.quick ? "60" : "300"
    return Victim(
      name: "generate", folder: folder,
      arguments: { output in
        try? FileManager.default.createDirectory(
          atPath: folder.file(output), withIntermediateDirectories: true)
        return [
          "generate", "cfd1d", "--samples", samples, "--resolution", "64", "--save-interval", "0.05",
          "--output",
          "\(output)/flow.hdf5",
        ]
      },
      content: { output in
        let names = Self.names(in: folder.file(output))
        return ["flow.hdf5": folder.bytes("\(output)/flow.hdf5") ?? Data(), "names": names]
      })
  }

  private func benchmark() throws -> Victim {
    let folder = try WorkFolder("kill-benchmark")
    try WaveFile().write(to: folder.file("line.hdf5"))
    let epochs = tried.quick ? "20" : "60"
    return Victim(
      name: "benchmark", folder: folder,
      arguments: { output in
        [
          "benchmark", "ratios", "--data", "line.hdf5", "--ratios", "0.5,1", "--seeds", "0,1",
          "--learning-rates",
          "1e-3,2e-3", "--epochs", epochs, "--jobs", "2", "--threads", "1", "--output", output,
        ] + Self.small
      },
      content: { output in
        var content: [String: Data] = [:]
        let runs = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("\(output)/runs"))) ?? []
        for run in runs {
          let place = "\(output)/runs/\(run)"
          for name in [
            "steps.jsonl", "checkpoints/best.safetensors", "checkpoints/last.safetensors", "outcome.json",
          ] {
            content["\(run)/\(name)"] = folder.bytes("\(place)/\(name)")
          }
          content["\(run)/metrics.jsonl"] = Self.withoutSeconds(folder.bytes("\(place)/metrics.jsonl"))
        }
        return content
      })
  }
}
