import ArgumentParser

/// Options of all commands that read data files.
struct DataFileOptions: ParsableArguments {
  @Flag(
    help: """
      Allow data files to refer to other files (external links, external storage, virtual data sets) and to load \
      filter plug-ins.
      """)
  var allowExternal = false
}

/// A command that reads data files.
protocol ReadsDataFiles {
  var dataFiles: DataFileOptions { get }
}
