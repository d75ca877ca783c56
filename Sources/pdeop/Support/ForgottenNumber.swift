import ArgumentParser
import Foundation

/// An option whose number was forgotten, so that another option follows it.
///
/// A minus begins numbers, too, and so the argument parser takes whatever follows a numeric option for its number: of
/// `--batch-size --output flows.hdf5` it would say that `--output` is missing.
enum ForgottenNumber {
  /// The arguments as far as the first option whose number was forgotten, of which the parser says that its value is missing.
  ///
  /// - Parameters:
  ///   - arguments: The arguments of the program.
  ///   - root: Its command.
  /// - Returns: A beginning of the arguments, or all of them where no number was forgotten or help is asked for.
  static func cut(_ arguments: [String], of root: any ParsableCommand.Type) -> [String] {
    let options = arguments.prefix { $0 != "--" }
    let suspects = options.indices.dropLast().filter {
      options[$0].hasPrefix("--") && options[$0 + 1].hasPrefix("--")
    }
    guard !suspects.isEmpty, !options.contains(where: { $0 == "-h" || $0.hasPrefix("--help") }) else {
      return arguments
    }
    var command = root
    for word in options {
      guard let next = command.configuration.subcommands.first(where: { $0._commandName == word }) else {
        break
      }
      command = next
    }
    let names = numericOptions(of: command)
    guard let place = suspects.first(where: { names.contains(String(options[$0].dropFirst(2))) }) else {
      return arguments
    }
    return Array(options[...place])
  }

  /// The names of a command's options that take whatever follows them, which are those with numbers.
  ///
  /// Only the parser's description of itself knows the options that are declared by hand.
  private static func numericOptions(of command: any ParsableCommand.Type) -> Set<String> {
    let data = Data(command._dumpHelp().utf8)
    guard let tool = try? JSONDecoder().decode(Tool.self, from: data) else { return [] }
    let options = (tool.command.arguments ?? []).filter { $0.parsingStrategy == "unconditional" }
    return Set(options.flatMap { $0.names ?? [] }.map(\.name))
  }

  /// What is read of the description.
  private struct Tool: Decodable {
    struct Command: Decodable { let arguments: [Argument]? }
    struct Argument: Decodable {
      let names: [Name]?
      let parsingStrategy: String?
    }
    struct Name: Decodable { let name: String }

    let command: Command
  }
}
