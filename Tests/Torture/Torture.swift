import ArgumentParser

/// Tries to make the toolkit crash, hang or lose data.
///
/// Each subcommand prints what it tried and what held, and exits with 1 where something did not.
@main
struct Torture: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "torture",
    abstract: "Try to make pdeop crash, hang or lose data.",
    subcommands: [Mutate.self, HostileFiles.self])
}
