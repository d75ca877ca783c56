import ArgumentParser
import PDEData
import Reporting
import Symmetries
import Training

struct Inspect: ParsableCommand, ReadsDataFiles {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a data file, or in a checkpoint.",
    discussion: """
      Of a data file: variables, shapes, coordinates, parameters and value ranges; it reads every value once, in bounded memory, and \
      reports where the first NaN or infinity is. Of a checkpoint: the model, its variables and its formulation, which is what \
      train --from goes on with.
      """)

  @Argument(
    help: """
      A file of fields (HDF5, NetCDF-4, MATLAB, NumPy or PyTorch), or a folder or pattern of such files, which are one \
      data set; or a checkpoint in safetensors, or a run's folder for its best one.
      """,
    completion: .file())
  var files: [String]

  @OptionGroup var selection: DeclaredOptions<FieldPart>

  @OptionGroup var dataFiles: DataFileOptions

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @Option(
    help: """
      Draw a sample to this .png or .svg file (needs gnuplot): space and time in 1D, frames in 2D, slices in 3D.
      """)
  var plot: String?

  @Option(parsing: .unconditional, help: "The sample to draw, counted from 0 (default: 0).")
  var sample: Int?

  @Option(help: "The only variable to draw (default: all).")
  var variable: String?

  func validate() throws {
    guard plot != nil || (sample == nil && variable == nil) else {
      throw ValidationError("--sample and --variable need --plot.")
    }
    let idle = (plot == nil ? [] : ["plot"]) + selection.given.keys.sorted()
    if isCheckpoint, !idle.isEmpty {
      let names = idle.map { Spelling.option($0) }.joined(separator: ", ")
      throw ValidationError("'\(files[0])' is a checkpoint, and holds no fields; leave out \(names).")
    }
  }

  private var isCheckpoint: Bool {
    guard files.count == 1 else { return false }
    return files[0].hasSuffix(Checkpoint.safetensorsSuffix) || RunFolder(files[0]).hasCheckpoint
  }

  func run() throws {
    if isCheckpoint {
      let file = CheckpointName.file(files[0])
      let summary = CheckpointSummary(of: try Checkpoint(reading: file), path: file)
      return try json ? Console.printJSON(summary) : Console.print("\(summary)")
    }
    // What cannot be drawn shows before anything is read.
    if let plot { try Gnuplot.require(picture: plot) }
    let data = try dataSet()
    let picture = try plot == nil ? nil : FieldPlot(data, sample: sample ?? 0, variable: variable)
    let line = CountProgress()
    let summary = try FileSummary(of: data) {
      line.show(Int($0 * 1000), of: 1000, "reading")
    }
    let system = FieldSystem(data)
    if json {
      try Console.printJSON(Result(summary: summary, system: system))
    } else {
      try Console.print("\(summary)\n  \(system.summary)")
      if !data.interpretation.isEmpty {
        Console.say(
          "To read it otherwise, name the variables and the axes, as in --variables u,v --axes n,t,x,y.")
      }
    }
    if let plot { try picture?.draw(to: plot) }
  }

  private func dataSet() throws -> any FieldDataSet {
    do {
      return try selection.dataSet(of: files)
    } catch {
      // Tensors of PyTorch's may be fields as well, and are taken for such until that fails.
      if files.count == 1, (try? Checkpoint(reading: files[0])) != nil {
        throw ForeignWeights(file: files[0])
      }
      throw error
    }
  }

  /// The summary, with what is known of the equations beside it.
  private struct Result: Encodable {
    let summary: FileSummary
    let system: FieldSystem

    private enum CodingKeys: String, CodingKey {
      case symmetries, conserved
      case kinds = "variable_kinds"
    }

    func encode(to encoder: any Encoder) throws {
      try summary.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(system.symmetries, forKey: .symmetries)
      try container.encode(system.conserved, forKey: .conserved)
      let kinds = zip(system.variables + system.inputs, system.characters + system.inputCharacters)
      try container.encode(kinds.map { ["name": $0, "kind": $1.word] }, forKey: .kinds)
    }
  }
}
