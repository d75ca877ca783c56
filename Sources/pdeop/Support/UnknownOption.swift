import Options

/// What is answered to an option that a command does not have.
///
/// The argument parser proposes the nearest of the command's own, however little the two have in common, and knows no other programs'
/// words.
enum UnknownOption {
  /// What other programs have an option for, and how it is here, as a clause.
  private static let answers = [
    "lr": "the learning rate of a training is --learning-rate",
    "device": "pdeop computes on the CPU; --threads sets how many threads",
  ]

  /// The parser's message with a better answer where there is one.
  ///
  /// - Parameter message: The message.
  /// - Returns: A message with our answer, without one where the proposal is far from what was given, or the message as it is.
  static func answered(_ message: String) -> String {
    let pattern = /Error: Unknown option '--(?<name>[^'\n]+)'(?:\. Did you mean '-*(?<near>[^'\n]+)'\?)?/
    guard let match = message.prefixMatch(of: pattern) else { return message }
    let name = String(match.output.name)
    let rest = message[match.range.upperBound...]
    if let answer = answers[name] { return "Error: Unknown option '--\(name)': \(answer).\(rest)" }
    guard let near = match.output.near, NearestNames.of(name, among: [String(near)]).isEmpty else {
      return message
    }
    return "Error: Unknown option '--\(name)'\(rest)"
  }
}
