/// A picture of a report: its file's name, what it shows, and how it is drawn.
public struct Figure {
  /// The file's name without its ending.
  public let name: String
  /// What it shows, in a sentence or two.
  public let caption: String
  /// The files that it shows: as long as they do not change, neither does the picture. Without any it may change at any time.
  let sources: [String]
  /// Draws it to a file and returns the files that were drawn: several for a large model, none where there is nothing to
  /// show.
  let draw: (_ path: String) throws -> [String]

  /// A picture that one file holds.
  init(
    _ name: String, _ caption: String, of sources: [String] = [],
    draw: @escaping (_ path: String) throws -> Void
  ) {
    self.init(paged: name, caption, of: sources) { path in
      try draw(path)
      return [path]
    }
  }

  /// A picture of one or more files.
  init(
    paged name: String, _ caption: String, of sources: [String] = [],
    draw: @escaping (_ path: String) throws -> [String]
  ) {
    self.name = name
    self.caption = caption
    self.sources = sources
    self.draw = draw
  }

  /// Draws figures as SVG and PNG into a folder that exists.
  ///
  /// - Parameters:
  ///   - figures: The figures.
  ///   - folder: The folder.
  /// - Returns: The files.
  /// - Throws: ``PlotError``, or what reading the data throws.
  public static func draw(_ figures: [Figure], into folder: String) throws -> [String] {
    return try figures.flatMap { figure in
      try ["svg", "png"].flatMap { try figure.draw("\(folder)/\(figure.name).\($0)") }
    }
  }
}
