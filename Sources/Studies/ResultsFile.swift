/// The SQLite file of results that a benchmark keeps in its folder, and can make again from its runs.
enum ResultsFile {
  /// Its name.
  static let name = "results.sqlite"
}
