import Foundation
import SystemFiles

/// Pictures drawn by gnuplot, as SVG or PNG by the file's ending; and moving ones, as GIF or MP4.
public struct Gnuplot: Sendable {
  /// Where the picture goes.
  public let path: String
  private let terminal: String
  /// What gnuplot writes: of a film ffmpeg's pictures.
  private let format: PictureFormat
  /// The pictures a second of a film that ffmpeg makes of gnuplot's; nil without one.
  private let filmRate: Double?

  /// A picture of a size in points.
  ///
  /// - Parameters:
  ///   - path: A file that ends in `.svg` or `.png`.
  ///   - width: Its width.
  ///   - height: Its height.
  /// - Throws: ``PlotError/ending(path:)`` for another ending, ``PlotError/unprintable(path:)`` for a name with control
  ///   characters.
  public init(path: String, width: Int = 800, height: Int = 450) throws(PlotError) {
    self.path = path
    filmRate = nil
    guard path.visible(keepingLines: false) == path else { throw .unprintable(path: path) }
    switch Self.ending(of: path) {
    case "svg":
      format = .svg
      terminal = "svg size \(width),\(height) dynamic background 'white' font 'Helvetica,14'"
    case "png":
      format = .png
      terminal = "pngcairo size \(width),\(height) font 'Helvetica,12'"
    default: throw .ending(path: path)
    }
  }

  /// A moving picture, of which a script draws one image after the other.
  ///
  /// - Parameters:
  ///   - path: A file that ends in `.gif`, or in `.mp4` where there is ffmpeg.
  ///   - width: Its width.
  ///   - height: Its height.
  ///   - rate: Images a second.
  /// - Throws: ``PlotError/animationEnding(path:)`` for another ending, ``PlotError/unprintable(path:)`` for a name with
  ///   control characters, ``PlotError/noFilms(path:)`` for `.mp4` without ffmpeg.
  public init(animation path: String, width: Int = 800, height: Int = 450, rate: Double) throws(PlotError) {
    self.path = path
    guard path.visible(keepingLines: false) == path else { throw .unprintable(path: path) }
    switch Self.ending(of: path) {
    case "gif":
      format = .gif
      filmRate = nil
      terminal =
        "gif animate delay \(Int((100 / rate).rounded())) loop 0 size \(width),\(height) background '#ffffff' font ',12'"
    case "mp4":
      guard Self.isInstalled("ffmpeg") else { throw .noFilms(path: path) }
      format = .png
      filmRate = rate
      terminal = "pngcairo size \(width),\(height) background 'white' font 'Helvetica,12'"
    default: throw .animationEnding(path: path)
    }
  }

  /// Whether a file's name asks for a moving picture.
  public static func isAnimation(_ path: String) -> Bool { ["gif", "mp4"].contains(ending(of: path)) }

  private static func ending(of path: String) -> String { FilePath.ending(of: path).lowercased() }

  /// Whether there is a program that can be run by its name alone.
  static func isInstalled(_ program: String) -> Bool {
    // The folders where env looks too: by default these two, and for an empty name the working folder.
    (ProcessInfo.processInfo.environment["PATH"] ?? "/bin:/usr/bin")
      .split(separator: ":", omittingEmptySubsequences: false)
      .contains { FileManager.default.isExecutableFile(atPath: "\($0.isEmpty ? "." : $0)/\(program)") }
  }

  /// Draws.
  ///
  /// - Parameter script: gnuplot's commands, without terminal and output.
  /// - Throws: ``PlotError`` if gnuplot is not installed or does not accept the commands, or the picture is not whole;
  ///   there is then no new picture.
  public func draw(_ script: String) throws(PlotError) {
    let replacement: FileReplacement
    do { replacement = try FileReplacement(of: path) } catch { throw .notWritten(error) }
    do throws(PlotError) {
      try run(script, writingTo: replacement.temporary)
    } catch {
      replacement.discard()
      throw error
    }
    do { try replacement.commit() } catch { throw .notWritten(error) }
  }

  /// Runs gnuplot, which writes to its standard output: so no path is ever a part of a script.
  private func run(_ script: String, writingTo temporary: String) throws(PlotError) {
    // The user's gnuplot settings must not change a picture.
    let commands = Data("set terminal \(terminal)\n\(script)\n".utf8)
    guard let filmRate else { return try runGnuplot(commands, writingTo: temporary) }
    let images = Self.scratchFile()
    defer { unlink(images) }
    try runGnuplot(commands, writingTo: images)
    // Most players want an even number of points along each axis. A name after "file:" is a name, whatever it begins with.
    try run(
      [
        "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "image2pipe", "-framerate", "\(filmRate)", "-c:v",
        "png", "-i", "file:\(images)", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white", "-pix_fmt",
        "yuv420p", "-movflags", "+faststart", "-f", "mp4", "file:\(temporary)",
      ], input: Data(), output: nil, missing: .noFilms(path: path))
  }

  /// Runs gnuplot, and looks at whether its file is whole: it does not notice a disk that is full.
  private func runGnuplot(_ commands: Data, writingTo file: String) throws(PlotError) {
    try run(["gnuplot", "-d"], input: commands, output: file, missing: .notInstalled(path: path))
    let isWhole: Bool
    do {
      isWhole = try format.isWhole(file)
    } catch {
      throw .notWritten(FileError(.write, path, code: error.code))
    }
    guard isWhole else { throw .incomplete(path: path) }
  }

  /// Runs a program to its end.
  private func run(
    _ arguments: [String], input: Data, output: String?, missing: PlotError
  ) throws(PlotError) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = pipe
    // A program that complains of each image would wait for a pipe to be read, while it is still being written to.
    let complaints = Self.scratchFile()
    defer { unlink(complaints) }
    do {
      process.standardError = try Self.created(complaints, for: path)
      process.standardOutput = try output.map { try Self.created($0, for: path) } ?? FileHandle.nullDevice
      try process.run()
      // What does not read to the end says why by its exit code.
      try? pipe.fileHandleForWriting.write(contentsOf: input)
      try pipe.fileHandleForWriting.close()
      process.waitUntilExit()
    } catch let error as FileError {
      throw .notWritten(error)
    } catch {
      throw .notRun(path: path, reason: (error as NSError).localizedDescription)
    }
    guard process.terminationReason == .exit else {
      throw .ended(path: path, signal: process.terminationStatus)
    }
    guard process.terminationStatus != 127 else { throw missing }
    guard process.terminationStatus == 0 else {
      let text = (try? String(contentsOfFile: complaints, encoding: .utf8)) ?? ""
      let said = text.split(separator: "\n").joined(separator: " ")
      throw .notRun(
        path: path,
        reason: said.isEmpty ? "it ended with code \(process.terminationStatus)" : String(said.prefix(1000)))
    }
  }

  private static func scratchFile() -> String {
    FileManager.default.temporaryDirectory.appending(path: "pdeop-\(UUID().uuidString)").path
  }

  private static func created(_ file: String, for path: String) throws(FileError) -> FileHandle {
    // FileManager would not say why it has created none.
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(.create, path, code: errno) }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }
}
