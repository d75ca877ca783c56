import SystemFiles

/// What must be there for pictures to be drawn, which is known before anything is computed for them.
extension Gnuplot {
  /// Checks that a picture can be drawn.
  ///
  /// - Parameter path: The file that is to be drawn, `.svg` or `.png`.
  /// - Throws: ``PlotError`` for a name of another ending or with control characters, without gnuplot, and for a folder that
  ///   is not there or takes no files.
  public static func require(picture path: String) throws(PlotError) {
    try require(page: Gnuplot(path: path).path)
  }

  /// Checks that a moving picture can be drawn.
  ///
  /// - Parameter path: The file that is to be drawn, `.gif` or `.mp4`.
  /// - Throws: As ``require(picture:)``, and without ffmpeg for `.mp4`.
  public static func require(animation path: String) throws(PlotError) {
    try require(page: Gnuplot(animation: path, rate: 1).path)
  }

  /// Checks that a file which holds pictures can be written, whatever its format is.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``PlotError`` without gnuplot, and for a folder that is not there or takes no files.
  public static func require(page path: String) throws(PlotError) {
    try require(for: path)
    do { _ = try FileReplacement(of: path) } catch { throw .notWritten(error) }
  }

  /// Checks that there is gnuplot.
  ///
  /// - Parameter path: What is to be drawn: a file or a folder of files.
  /// - Throws: ``PlotError/notInstalled(path:)``.
  public static func require(for path: String) throws(PlotError) {
    guard isInstalled("gnuplot") else { throw .notInstalled(path: path) }
  }
}
