import ArgumentParser
import Foundation
import Reporting
import TempBalance
import TensorCore
import Training
import WeightAnalysis

struct Analyze: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how well each layer of a model is trained: its spectrum, the power law's α, and more.",
    discussion: """
        pdeop analyze --checkpoint model.safetensors --plot spectra.svg
        pdeop analyze runs/balanced --include spectral
        pdeop analyze --checkpoint adapter_model.safetensors --base model.safetensors.index.json --xmin-pos 1.5

      Any file of safetensors or PyTorch's will do, whatever program or model it is from; of a model in several files, name the index. \
      Layers are read a few at a time, so files may be larger than memory. A run's folder stands for its best checkpoint.
      """)

  @Argument(help: ArgumentHelp("The folder of a run (instead of --checkpoint).", valueName: "run"))
  var runFolder: String?

  @Option(help: "A file of weights, safetensors or PyTorch's, or the index of several.")
  var checkpoint: String?

  @OptionGroup var options: AnalysisOptions

  @Option(help: "Add LoRA's products to the weights in this file (W + s·B·A), instead of showing them alone.")
  var base: String?

  @Flag(help: "Add LoRA's products to the weights in the same file.")
  var mergeLora = false

  @Option(
    help:
      "LoRA's factor s (default: lora_alpha over the rank, if adapter_config.json is beside the file, else 1)."
  )
  var loraScale: Double?

  @Option(help: "Draw the spectra and α across the layers to this file, .svg or .png (needs gnuplot).")
  var plot: String?

  @Flag(help: "Print one JSON object on standard output, with all eigenvalues.")
  var json = false

  func validate() throws {
    guard (runFolder == nil) != (checkpoint == nil) else {
      throw ValidationError("Name either the folder of a run or a file by --checkpoint.")
    }
    if base != nil, mergeLora {
      throw ValidationError("Give --base or --merge-lora: the weights are in another file or in the same.")
    }
    if let loraScale, !loraScale.isFinite || loraScale == 0 {
      throw ValidationError("--lora-scale must be a number other than 0, got \(loraScale).")
    }
  }

  func run() throws {
    try WorkerPool.withThreads(options.threads) { try analyze() }
  }

  private func analyze() throws {
    // A wrong name is to be found out before the work, not after.
    if let plot { _ = try Gnuplot(path: plot) }
    let path = try checkpoint ?? weights(ofRun: runFolder ?? "")
    let archive = try WeightArchive(reading: path, knownOrder: Checkpoint.parameterNames(in:))
    let correction = LowRankCorrection(
      scale: loraScale.map { .fixed($0) } ?? LowRankCorrection.Scale(besideWeights: path) ?? .fixed(1),
      base: try base.map { try WeightArchive(reading: $0, knownOrder: Checkpoint.parameterNames(in:)) }
        ?? (mergeLora ? archive : nil))
    let analysis = try options.analysis(of: archive, correction: correction)
    if base != nil || mergeLora, !analysis.layers.contains(where: { $0.kind == .lowRank }) {
      throw ValidationError(
        "\(path) holds no LoRA pairs that could be added to a base; leave out --base and --merge-lora.")
    }
    let layers = try analyses(analysis)
    let report = AnalysisReport(
      checkpoint: path, analyzer: options.analyzer, layers: layers, leftOut: analysis.leftOut)
    let pictures = try plot.map { try report.draw(to: $0) } ?? []
    if json { return try Console.printJSON(report) }
    try Console.print("\(report.table)\n\n\(report.summary)")
    for note in notes(analysis, correction, pictures) { try Console.print("\n\(note)") }
  }

  /// The best weights of a run, or else the last ones.
  private func weights(ofRun path: String) throws -> String {
    let folder = RunFolder(path)
    _ = try folder.readConfiguration()
    return FileManager.default.fileExists(atPath: folder.best) ? folder.best : folder.last
  }

  private func analyses(_ analysis: CheckpointAnalysis) throws -> [LayerAnalysis] {
    Interruption.watch()
    let progress = CountProgress()
    return try analysis.run(options.analyzer) { done in
      progress.show(done, of: analysis.layers.count, "layers")
      guard Interruption.isRequested else { return }
      progress.clear()
      Console.say("pdeop: stopped after \(done) of \(analysis.layers.count) layers; nothing was written.")
      throw Interruption.exitCode
    }
  }

  /// The first names; a large model has hundreds, all of which --json lists.
  private static func list(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", … (all with --json)" : "")
  }

  private func notes(
    _ analysis: CheckpointAnalysis, _ correction: LowRankCorrection, _ pictures: [String]
  ) -> [String] {
    var notes: [String] = []
    let further = AnalysisOptions.furtherKinds.compactMap { kind in
      analysis.leftOut[kind].map { names in
        // Other kinds are what they are called; what kind of matrix one is, its name alone tells.
        let list = kind == .matrix ? ": " + Self.list(names) : ""
        return "\(names.count) \(kind.rawValue)\(list) (--include \(kind.rawValue))"
      }
    }
    if !further.isEmpty { notes.append("Left out: \(further.joined(separator: ", ")).") }
    if analysis.layers.contains(where: { $0.kind == .lowRank }) {
      let scale =
        switch correction.scale {
        case .fixed(let scale): "s = \(formatted(scale))"
        case .perRank(let alpha, let isRoot):
          "s = \(formatted(alpha)) / \(isRoot ? "√rank" : "rank"), from adapter_config.json"
        }
      notes.append(
        correction.base.map { "LoRA's pairs were added to the weights in \($0.path): W + s·B·A, \(scale)." }
          ?? "LoRA's pairs are shown as their products s·B·A, \(scale); --base or --merge-lora adds them to their weights."
      )
    }
    if !pictures.isEmpty { notes.append("Drawn: \(pictures.joined(separator: ", "))") }
    return notes
  }
}
