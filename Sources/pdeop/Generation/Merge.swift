import ArgumentParser
import DataGeneration

extension Generate {
  /// Puts the parts of a set together.
  struct Merge: ParsableCommand, ReadsDataFiles {
    static let configuration = CommandConfiguration(
      commandName: "merge", abstract: "Join parts of a data set generated with --first-sample.",
      discussion: "The parts may be in any order; they must have the same settings and leave no gap.")

    @Argument(help: "Files to join.")
    var parts: [String]

    @OptionGroup var dataFiles: DataFileOptions

    @Option(help: "The file to write.")
    var output: String

    @Flag(help: "Overwrite an existing file.")
    var overwrite = false

    @Option(parsing: .unconditional, help: "Compression level of the fields, 0 (none) to 9.")
    var compression = 0

    func validate() throws {
      try OutputName.require(output, for: .hdf5)
      guard (0...9).contains(compression) else {
        throw ValidationError("--compression must be from 0 to 9, got \(compression).")
      }
    }

    func run() throws {
      let merge = try PartMerge(parts)
      let samples = try merge.write(to: output, compression: compression, overwrites: overwrite)
      try Console.print("\(output): \(samples) samples from \(merge.files.count) files.")
    }
  }
}
