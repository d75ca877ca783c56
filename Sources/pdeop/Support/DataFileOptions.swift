import ArgumentParser

/// What every command that reads data files may be told about them.
struct DataFileOptions: ParsableArguments {
  @Flag(
    help: """
      Let data files take content from other files (external links, external storage, virtual data sets) and load \
      libraries of filters.
      """)
  var allowExternal = false
}

/// A command that reads data files.
protocol ReadsDataFiles {
  var dataFiles: DataFileOptions { get }
}
