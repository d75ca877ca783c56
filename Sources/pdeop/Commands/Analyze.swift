import ArgumentParser
import Foundation
import Logging
import Reporting
import SystemFiles
import TempBalance
import TensorCore
import Training
import WeightAnalysis

struct Analyze: ParsableCommand, SaysMessages {
  static let configuration = CommandConfiguration(
    abstract: "Analyze the layers of a model: spectrum, power-law exponent α and other scores.",
    discussion: """
        pdeop analyze --checkpoint model.safetensors --plot spectra.svg
        pdeop analyze runs/balanced --include spectral
        pdeop analyze roberta-base --xmin-pos 1.5
        pdeop analyze --checkpoint adapter_model.safetensors --base model.safetensors.index.json --xmin-pos 1.5

      Works on any safetensors or PyTorch file, from any program; for a model split into several files, give the index. \
      Layers are read a few at a time, so a file may be larger than memory. A run folder stands for its best checkpoint, \
      the folder of a Hugging Face model for its model.safetensors.
      """)

  @Argument(help: "A run's or a Hugging Face model's folder (instead of --checkpoint).")
  var folder: String?

  @Option(help: "A file of weights, safetensors or PyTorch's, or the index of several.")
  var checkpoint: String?

  @OptionGroup var options: AnalysisOptions
  @OptionGroup var messages: MessageOptions

  @Option(
    help: "Merge the LoRA adapter into the weights in this file (W + s·B·A) instead of analyzing it alone.")
  var base: String?

  @Flag(help: "Merge the LoRA adapter into the weights in the same file.")
  var mergeLora = false

  @Option(
    parsing: .unconditional,
    help:
      "LoRA's scale s (default: lora_alpha / rank if the file or adapter_config.json next to it says that, else 1)."
  )
  var loraScale: Double?

  @Option(help: "Draw the spectra and α across the layers to this file, .svg or .png (needs gnuplot).")
  var plot: String?

  @Flag(help: "Print one JSON object on standard output, with all eigenvalues.")
  var json = false

  func validate() throws {
    guard (folder == nil) != (checkpoint == nil) else {
      throw ValidationError("Give either a folder or --checkpoint.")
    }
    if let folder, FileManager.default.fileExists(atPath: folder), !Folder.isThere(folder) {
      throw ValidationError(
        "'\(folder)' is a file; give weights by \(Spelling.option("checkpoint", folder)).")
    }
    if base != nil, mergeLora {
      throw ValidationError(
        "Give --base (the weights are in another file) or --merge-lora (in the same file), not both.")
    }
    if let loraScale, !loraScale.isFinite || loraScale == 0 {
      throw ValidationError("--lora-scale must be a number other than 0, got \(loraScale).")
    }
  }

  func run() throws {
    try WorkerPool.withThreads(options.threads) { try analyze() }
  }

  private func analyze() throws {
    // What cannot be drawn shows before the work, not after it.
    if let plot { try Gnuplot.require(picture: plot) }
    let path = try checkpoint ?? weights(in: folder ?? "")
    let archive = try WeightArchive(reading: path, knownOrder: Checkpoint.parameterNames(in:))
    if base != nil || mergeLora, LowRankCorrection.Scale.isTransposed(besideWeights: path) {
      throw CheckpointAnalysisError.transposedBase(file: path, option: mergeLora ? "merge-lora" : "base")
    }
    let scale =
      loraScale.map { LowRankCorrection.Scale.fixed($0) }
      ?? LowRankCorrection.Scale(metadata: archive.metadata) ?? LowRankCorrection.Scale(besideWeights: path)
    let correction = LowRankCorrection(
      scale: scale ?? .fixed(1),
      base: try base.map { try WeightArchive(reading: $0, knownOrder: Checkpoint.parameterNames(in:)) }
        ?? (mergeLora ? archive : nil))
    let analysis = try options.analysis(of: archive, correction: correction)
    let ofPairs = [
      ("--base", base != nil), ("--merge-lora", mergeLora), ("--lora-scale", loraScale != nil),
    ].filter(\.1).map(\.0)
    if !ofPairs.isEmpty, !analysis.layers.contains(where: { $0.kind == .lowRank }) {
      throw ValidationError(
        "There are no LoRA pairs among the analyzed layers of \(path); leave out "
          + "\(ofPairs.joined(separator: " and ")).")
    }
    let layers = try analyses(analysis)
    let report = AnalysisReport(
      checkpoint: path, analyzer: options.analyzer, layers: layers, leftOut: analysis.leftOut,
      otherPairs: analysis.otherPairs)
    if json {
      try Console.printJSON(report)
    } else {
      try Console.print("\(report.table)\n\n\(report.summary)")
      for note in notes(analysis, correction, layers) { try Console.print("\n\(note)") }
    }
    guard let plot else { return }
    let pictures = try report.draw(to: plot)
    if !json { try Console.print("\nDrawn: \(pictures.joined(separator: ", "))") }
  }

  /// The weights that a folder stands for: the best of a run, or else the last; or those of a Hugging Face model.
  ///
  /// A run's configuration is not looked at, because other programs that train with these libraries have their own.
  private func weights(in path: String) throws -> String {
    let run = RunFolder(path)
    let model = ["model.safetensors.index.json", "model.safetensors"].map { "\(run.path)/\($0)" }
    guard let file = ([run.best, run.last] + model).first(where: FileManager.default.fileExists(atPath:))
    else {
      throw NoWeights(folder: path)
    }
    if file == run.last, let note = Checkpoint.note(onFileNamed: path) { Console.say(note.spelled, .notice) }
    return file
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
    _ analysis: CheckpointAnalysis, _ correction: LowRankCorrection, _ layers: [LayerAnalysis]
  ) -> [String] {
    var notes: [String] = []
    let below = layers.filter(\.spectrum.isBelowThreshold).map(\.name)
    if !below.isEmpty {
      notes.append(
        "No eigenvalue is above the threshold in \(Self.list(below)): all of them are counted and used instead. "
          + "--threshold or --relative-threshold sets another.")
    }
    var further = AnalysisOptions.furtherKinds.compactMap { kind in
      analysis.leftOut[kind].map { names in
        // For other kinds the kind says enough; a matrix is known by its name alone.
        let list = kind == .matrix ? ": " + Self.list(names) : ""
        return "\(names.count) \(kind.rawValue)\(list) (--include \(kind.rawValue))"
      }
    }
    if !analysis.otherPairs.isEmpty {
      let count = analysis.otherPairs.count
      further.append(
        "\(count) LoRA \(count == 1 ? "pair" : "pairs") of no analyzed kind: \(Self.list(analysis.otherPairs))"
      )
    }
    if !further.isEmpty { notes.append("Left out: \(further.joined(separator: ", ")).") }
    if analysis.layers.contains(where: { $0.kind == .lowRank }) {
      let scale =
        switch correction.scale {
        case .fixed(let scale): "s = \(formatted(scale))"
        case .perRank(let alpha, let isRoot):
          "s = \(formatted(alpha)) / \(isRoot ? "√rank" : "rank"), as the adapter says"
        }
      notes.append(
        correction.base.map {
          "The LoRA adapter was merged into the weights in \($0.path): W + s·B·A, \(scale)."
        }
          ?? "The LoRA adapter is analyzed alone, as s·B·A, \(scale); --base or --merge-lora merges it into the weights."
      )
    }
    return notes
  }
}
