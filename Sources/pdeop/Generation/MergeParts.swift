import ArgumentParser
import PDEData

extension Generate {
  /// Puts the parts of a set together.
  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "merge", abstract: "Join the parts of a set that were made with --first-sample.",
      discussion:
        "The parts may be given in any order; they must have been made with the same settings and leave no gap."
    )

    @Argument(help: "The parts.")
    var parts: [String]

    @Option(help: "The file to write.")
    var output: String

    @Flag(help: "Replace a file that is there.")
    var overwrite = false

    @Option(help: "How hard to compress the fields, 0 (not at all) to 9.")
    var compression = 0

    func validate() throws {
      guard (0...9).contains(compression) else {
        throw ValidationError("--compression must lie between 0 and 9, got \(compression).")
      }
    }

    func run() throws {
      try reportingFailures {
        let files = try ordered(parts.map { try PDEBenchFile(path: $0) })
        let writer = try PDEBenchWriter(
          path: output, layout: PDEBenchLayout(of: files[0]), deflateLevel: compression, replacing: overwrite)
        for file in files { try writer.append(contentsOf: file) }
        try writer.finish()
        print("\(output): \(writer.samples) samples from \(files.count) files.")
      }
    }

    /// The parts in the order of their samples.
    private func ordered(_ files: [PDEBenchFile]) throws -> [PDEBenchFile] {
      func first(_ file: PDEBenchFile) -> Int? { file.parameters[FlowDataSet.firstSample].map { Int($0) } }
      let files = files.sorted { (first($0) ?? 0) < (first($1) ?? 0) }
      for (file, next) in zip(files, files.dropFirst()) {
        var layouts = [file, next].map { PDEBenchLayout(of: $0) }
        for index in layouts.indices { layouts[index].attributes[FlowDataSet.firstSample] = nil }
        if let difference = layouts[0].difference(from: layouts[1]) {
          throw GenerationError.partsDiffer(file: file.path, other: next.path, difference: difference)
        }
        if let begin = first(file), let nextBegin = first(next), nextBegin != begin + file.samples {
          throw GenerationError.gap(file: next.path, first: nextBegin, expected: begin + file.samples)
        }
      }
      return files
    }
  }
}
