import ArgumentParser

/// Reads many damaged copies of good files.
struct Mutate: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Read many damaged copies of good files.")

  @Option(help: "How many damaged copies to read.")
  var count = 100_000

  @Option(help: "The seed: the same one damages in the same way.")
  var seed: UInt64 = 1
}
