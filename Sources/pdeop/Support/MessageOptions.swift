import ArgumentParser
import Logging

/// Options of the commands that say at standard error what they do.
struct MessageOptions: ParsableArguments {
  /// How messages are written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    /// Lines for people.
    case text
    /// A JSON object a line.
    case json
  }

  @Flag(help: "Say nothing on standard error but warnings and errors.")
  var quiet = false

  @Option(
    help: """
      How messages on standard error are written: text, or json for one JSON object a line with time, level, message and \
      numbers, those of every epoch among them.
      """)
  var logFormat = Format.text

  /// Makes the command speak so from now on.
  func apply() {
    Console.speak(in: logFormat, from: quiet ? .warning : .info)
  }
}

/// A command that says what it does.
protocol SaysMessages {
  var messages: MessageOptions { get }
}
