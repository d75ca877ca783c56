import ArgumentParser
import DataGeneration

extension Generate {
  /// Puts the parts of a set together.
  struct Merge: ParsableCommand, ReadsDataFiles {
    static let configuration = CommandConfiguration(
      commandName: "merge", abstract: "Join the parts of a set that were made with --first-sample.",
      discussion: "The parts may be given in any order; they must have the same settings and leave no gap.")

    @Argument(help: "The parts.")
    var parts: [String]

    @OptionGroup var dataFiles: DataFileOptions

    @Option(help: "The file to write.")
    var output: String

    @Flag(help: "Replace a file that is there.")
    var overwrite = false

    @Option(parsing: .unconditional, help: "How hard to compress the fields, 0 (not at all) to 9.")
    var compression = 0

    func validate() throws {
      guard (0...9).contains(compression) else {
        throw ValidationError("--compression must lie between 0 and 9, got \(compression).")
      }
    }

    func run() throws {
      let merge = try PartMerge(parts)
      let samples = try merge.write(to: output, compression: compression, overwrites: overwrite)
      try Console.print("\(output): \(samples) samples from \(merge.files.count) files.")
    }
  }
}
