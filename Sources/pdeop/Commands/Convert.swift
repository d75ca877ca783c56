import ArgumentParser
import Autodiff
import Foundation
import Logging
import NeuralOperators
import PDEData
import SystemFiles
import Training

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the weights of a checkpoint for PyTorch, or PyTorch's for pdeop.",
    discussion: """
        pdeop convert runs/a/checkpoints/best.safetensors --to pytorch --output fno.pt
        pdeop convert fno.pt --to pdeop --output fno.safetensors

      For PyTorch, load_state_dict of PDEBench's modules (of the released code's, for DPOT) takes the file as it is:
        module.load_state_dict(torch.load("fno.pt"))
        module.load_state_dict(safetensors.torch.load_file("fno-torch.safetensors"))
      Such a module takes and gives fields in the model's units. The Python package's pdeop.torch.load(checkpoint) is a module \
      that scales and formulates as pdeop predict does.
      """)

  enum Target: String, ExpressibleByArgument, CaseIterable {
    case pytorch, pdeop
  }

  @Argument(help: "A file of weights: safetensors or PyTorch's.", completion: .file())
  var checkpoint: String

  @Option(help: "Whom the weights are for: \(Target.allCases.map(\.rawValue).joined(separator: " or ")).")
  var to: Target

  @Option(
    help: """
      The file to write; it must not exist yet. One that ends in .safetensors is safetensors, any other, as in .pt, torch.save's.
      """,
    completion: .file())
  var output: String

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  private var isSafetensors: Bool { output.lowercased().hasSuffix(Checkpoint.safetensorsSuffix) }

  func validate() throws {
    if to == .pdeop, !output.isEmpty, !isSafetensors {
      throw ValidationError("pdeop writes safetensors: --output must end in .safetensors, got '\(output)'.")
    }
    try OutputName.require(output, for: isSafetensors ? .safetensors : .torch)
  }

  func run() throws {
    if FileManager.default.fileExists(atPath: output) { throw DataFileError.fileExists(file: output) }
    let source = try Checkpoint(reading: checkpoint)
    switch to {
    case .pytorch: try source.writeStateDictionary(to: output)
    case .pdeop: try source.write(to: output)
    }
    let count = source.parameters.count + (to == .pytorch ? source.model.unusedParameters.count : 0)
    let summary = CheckpointSummary(of: source, path: checkpoint)
    let isPlain =
      summary.scaling == nil && !summary.predictsIncrements && summary.canonical.isEmpty
      && summary.conserved.isEmpty && !summary.isSymmetrized
    if json {
      return try Console.printJSON(
        Result(
          output: output, tensors: count, model: source.model.metadata, takesDataUnits: isPlain))
    }
    try Console.print(
      "\(output): \(count) tensors of \(source.model.metadata["model"] ?? "a model")")
    if to == .pytorch, !isPlain {
      Console.say(
        "a plain module computes in the model's units; pdeop.torch.load(\"\(checkpoint)\") in Python computes in the data's, "
          + "as pdeop predict does."
          + (isSafetensors
            ? ""
            : " \(output) holds the weights alone: keep the checkpoint, or write safetensors, to go on with pdeop."),
        .notice)
    }
  }

  private struct Result: Encodable {
    let output: String
    let tensors: Int
    let model: [String: String]
    let takesDataUnits: Bool

    private enum CodingKeys: String, CodingKey {
      case output, tensors, model
      case takesDataUnits = "takes_data_units"
    }
  }
}
