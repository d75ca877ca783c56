import ArgumentParser
import Foundation
import TestSupport

/// Trains every model with every optimizer at several numbers of threads, and compares bytes.
struct Threads: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare the bytes of trainings at 1, 2, 3 and 16 threads, for every model and optimizer.")

  @OptionGroup var tried: TriedOptions

  func run() throws {
    let folder = try WorkFolder("threads")
    let command = tried.command(in: folder)
    let shapes = tried.quick ? [[32]] : [[32], [16, 16], [16, 16, 16]]
    var verdict = Verdict("trainings at 1, 2, 3 and 16 threads")
    for shape in shapes {
      try WaveFile(shape: shape).with {
        $0.samples = 5
        $0.frames = 6
      }.write(to: folder.file("\(shape.count)d.hdf5"))
      for model in [
        ["--model", "fno", "--modes", "4", "--width", "6"], ["--model", "unet", "--init-features", "2"],
      ] {
        for rule in Self.rules {
          let name = "\(shape.count)d \(model[1]) \(rule.joined(separator: " "))"
          let results = try [1, 2, 3, 16].map { threads -> Data? in
            let outcome = try command.run(
              [
                "train", "--data", "\(shape.count)d.hdf5", "--output", "run", "--initial-steps", "2",
                "--batch-size",
                "2", "--epochs", "2", "--threads", "\(threads)",
              ] + model + rule)
            defer { folder.remove("run") }
            return outcome.status == 0 ? folder.bytes("run/checkpoints/resume.safetensors") : nil
          }
          verdict.note(results[0] != nil && Set(results).count == 1, name)
        }
      }
    }
    verdict.say()
    try [verdict].end()
  }

  /// Ways to move the weights.
  private static let rules = [
    ["--optimizer", "adam"], ["--optimizer", "adamw"], ["--optimizer", "sgd"], ["--optimizer", "adafactor"],
    ["--optimizer", "adam", "--sam-rho", "0.05"],
    ["--optimizer", "adam", "--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1"],
    [
      "--optimizer", "adam", "--second-moment", "separate", "--clip-gradients", "1",
      "--activation-checkpointing",
    ],
  ]
}
