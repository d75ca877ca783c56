import ArgumentParser
import Foundation
import PDEData
import Training

struct ExportMerged: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merged",
    abstract: "Write the checkpoint that LoRA's corrections and the weights that they were trained on make.",
    discussion: """
        pdeop export merged --adapter runs/tuned/checkpoints/best.lora.safetensors --base pretrained.safetensors --output tuned.safetensors

      A run that trains corrections keeps its checkpoints whole already, as best.safetensors; the corrections alone are a \
      fraction of their size, and one set of weights serves many of them.
      """)

  @Option(help: "The file of corrections, as in checkpoints/best.lora.safetensors.")
  var adapter: String

  @Option(help: "The checkpoint that they were trained on.")
  var base: String

  @Option(help: "The checkpoint to write (safetensors); there must be none yet.")
  var output: String

  func validate() throws {
    try OutputName.require(output, for: .safetensors)
  }

  func run() throws {
    if FileManager.default.fileExists(atPath: output) { throw DataFileError.fileExists(file: output) }
    let count = try Checkpoint.merge(adapter: adapter, into: base, to: output)
    Console.say("Written: \(output), with \(count) corrected parameters.")
  }
}
