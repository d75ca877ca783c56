import Foundation
public import SystemFiles

/// Pictures drawn by gnuplot, as SVG or PNG by the file's ending.
public struct Gnuplot: Sendable {
  /// Where the picture goes.
  public let path: String
  private let terminal: String

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
    guard path.visible(keepingLines: false) == path else { throw .unprintable(path: path) }
    switch (path as NSString).pathExtension.lowercased() {
    case "svg": terminal = "svg size \(width),\(height) dynamic background 'white' font 'Helvetica,14'"
    case "png": terminal = "pngcairo size \(width),\(height) font 'Helvetica,12'"
    default: throw .ending(path: path)
    }
  }

  /// Draws.
  ///
  /// - Parameter script: gnuplot's commands, without terminal and output.
  /// - Throws: ``PlotError`` if gnuplot is not installed or does not accept the commands; there is then no new picture.
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
    let process = Process()
    let (input, errors) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The user's gnuplot settings must not change a picture.
    process.arguments = ["gnuplot", "-d"]
    process.standardInput = input
    process.standardError = errors
    let commands = "set terminal \(terminal)\n\(script)\n"
    let complaint: String
    do {
      guard FileManager.default.createFile(atPath: temporary, contents: nil),
        let output = FileHandle(forWritingAtPath: temporary)
      else { throw FileError(.create, path, code: errno) }
      process.standardOutput = output
      try process.run()
      try output.close()
      try input.fileHandleForWriting.write(contentsOf: Data(commands.utf8))
      try input.fileHandleForWriting.close()
      complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
    } catch let error as FileError {
      throw .notWritten(error)
    } catch {
      throw .notRun(path: path, reason: (error as NSError).localizedDescription)
    }
    guard process.terminationStatus != 127 else { throw .notInstalled(path: path) }
    guard process.terminationStatus == 0 else {
      throw .notRun(path: path, reason: complaint.split(separator: "\n").joined(separator: " "))
    }
  }
}

/// A picture that could not be drawn.
public enum PlotError: ReportableError, Equatable {
  /// Neither SVG nor PNG.
  case ending(path: String)
  /// A name with control characters, which no picture should have.
  case unprintable(path: String)
  /// There is no gnuplot.
  case notInstalled(path: String)
  /// The data set has no such sample.
  case noSample(file: String, sample: Int, samples: Int)
  /// The data set has no such variable.
  case noVariable(name: String, file: String, found: [String])
  /// gnuplot failed.
  case notRun(path: String, reason: String)
  /// The picture's file could not be written.
  case notWritten(FileError)

  /// A wrong name is a mistake of usage.
  public var fault: Fault {
    switch self {
    case .ending, .unprintable, .noSample, .noVariable: .usage
    case .notInstalled, .notRun: .run
    case .notWritten(let error): error.fault
    }
  }

  /// One sentence for the user.
  public var description: String { message.description }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .ending(let path): "\(path) is to be a picture: its name must end in .svg or .png."
    case .unprintable(let path):
      "\(path.debugDescription) cannot be a picture's name: it holds control characters; choose another."
    case .noSample(let file, let sample, let samples):
      "\(file) has \(samples) samples, counted from 0, and so none of number \(sample); choose another \(option: "sample")."
    case .noVariable(let name, let file, let found):
      "\(file) holds no variable '\(name)'; choose a \(option: "variable") of \(found.joined(separator: ", "))."
    case .notInstalled(let path):
      "\(path) was not drawn, because gnuplot is not installed; install it (Debian: apt-get install gnuplot-nox)."
    case .notRun(let path, let reason): "\(path) was not drawn by gnuplot: \(reason)."
    case .notWritten(let error): error.message
    }
  }
}
