public import SystemFiles

/// A picture that could not be drawn.
public enum PlotError: ReportableError, Equatable {
  /// Neither SVG nor PNG.
  case ending(path: String)
  /// Neither GIF nor MP4.
  case animationEnding(path: String)
  /// There is no ffmpeg, which makes films.
  case noFilms(path: String)
  /// Frames that are not times, of which there is no film and no curve over time.
  case noTimes(file: String)
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
  /// gnuplot, or ffmpeg, was ended by a signal.
  case ended(path: String, signal: Int32)
  /// gnuplot has ended well, and its file ends early.
  case incomplete(path: String)
  /// The picture's file could not be written.
  case notWritten(FileError)

  /// A wrong name is a mistake of usage.
  public var fault: Fault {
    switch self {
    case .ending, .animationEnding, .unprintable, .noSample, .noVariable, .noTimes: .usage
    case .notInstalled, .noFilms, .notRun, .ended, .incomplete: .run
    case .notWritten(let error): error.fault
    }
  }

  /// Whether it is no matter of what is drawn: other pictures would fail as well.
  var isOfMachine: Bool {
    switch self {
    case .notInstalled, .noFilms, .ended, .incomplete, .notWritten: true
    case .ending, .animationEnding, .noTimes, .unprintable, .noSample, .noVariable, .notRun: false
    }
  }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .ending(let path): "\(path) is to be a picture: its name must end in .svg or .png."
    case .animationEnding(let path): "\(path) is to be a moving picture: its name must end in .gif or .mp4."
    case .noFilms(let path):
      "\(path) was not drawn, because ffmpeg, which makes MP4, is not installed; install it (Debian: apt-get install ffmpeg), or choose a name that ends in .gif."
    case .noTimes(let file):
      "\(file) has no frames over time, and so nothing that moves or grows; choose a name that ends in .svg or .png for a picture of its answers."
    case .unprintable(let path):
      "\(path.debugDescription) cannot be a picture's name: it holds control characters; choose another."
    case .noSample(let file, let sample, let samples):
      "\(file) has \(samples) samples, counted from 0, and so none of number \(sample); choose another \(option: "sample")."
    case .noVariable(let name, let file, let found):
      "\(file) holds no variable '\(name)'; choose a \(option: "variable") of \(found.joined(separator: ", "))."
    case .notInstalled(let path):
      "\(path) was not drawn, because gnuplot is not installed; install it (Debian: apt-get install gnuplot-nox)."
    case .notRun(let path, let reason): "\(path) was not drawn by gnuplot: \(reason)."
    case .ended(let path, let signal):
      "\(path) was not drawn: the program that draws it was ended by signal \(signal); draw it again."
    case .incomplete(let path):
      """
      \(path) was not drawn: what gnuplot wrote is not complete, probably because the disk is full; free some space or \
      draw elsewhere.
      """
    case .notWritten(let error): error.message
    }
  }
}
