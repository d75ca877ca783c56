import Options
import TestSupport
import Testing
import Training

@Suite("Help", .enabled(if: Command.isBuilt, Command.absence))
struct HelpTests {
  private func help(_ arguments: String...) throws -> String {
    let outcome = try Command.run(arguments + ["--help"], in: "/")
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    return outcome.output
  }

  @Test("the command says what its subcommands are for, and what its exit codes mean")
  func commands() throws {
    let text = try help()
    for word in ["train", "evaluate", "predict", "inspect", "report", "analyze", "0 done", "64", "65", "130"]
    {
      #expect(text.contains(word), "\(word)")
    }
  }

  @Test("train explains every key of its configuration")
  func train() throws {
    let text = try help("train")
    for option in ConfigurationOptions().all {
      let isTruth = option.declaration.form == .truth
      let name = option.name
      #expect(text.contains(isTruth ? "--\(name)/--no-\(name)" : "--\(name) <"), "--\(name)")
    }
    #expect(
      text.split(separator: /\s+/).joined(separator: " ").contains("add --tempbalance-conv1d released"),
      "the recipe tells how the paper's 1D numbers differ"
    )
    for option in [
      "--no-shuffle", "--pad", "--ratio", "--output", "--resume", "--config", "--recipe", "--json",
    ] {
      #expect(text.contains(option), "\(option)")
    }
  }

  @Test("other commands explain their options")
  func others() throws {
    let cases = [
      "evaluate": [
        "--checkpoint", "--prediction", "--data", "--per-frame", "--persistence", "--json", "--test-samples",
        "--all-samples",
        "--initial-steps", "--reduced-resolution", "--reduced-resolution-t", "--batch-size",
      ],
      "predict": ["--checkpoint", "--data", "--output", "--all-samples", "--json"],
      "analyze": [
        "--checkpoint", "--fit", "--xmin-pos", "--threshold", "--relative-threshold", "--farms", "--layers",
        "--conv1d", "--include", "--base", "--merge-lora", "--lora-scale", "--plot", "--threads", "--json",
      ],
      "inspect": ["<files>", "--json"], "report": ["<runs>", "--json"],
    ]
    for (command, options) in cases {
      let text = try help(command)
      for option in options { #expect(text.contains(option), "\(command) \(option)") }
    }
  }

  @Test(
    "every command that draws says that it needs gnuplot",
    arguments: ["inspect", "find-rate", "evaluate", "predict", "analyze", "report"])
  func drawing(command: String) throws {
    let text = try help(command).split(separator: /\s+/).joined(separator: " ")
    #expect(text.contains("needs gnuplot"))
  }

  @Test("the commands of benchmarks explain their options")
  func benchmarks() throws {
    let ratios = try help("benchmark", "ratios")
    for option in [
      "--config", "--output", "--ratios", "--training-samples", "--methods", "--learning-rates", "--scales",
      "--seeds", "--tuning", "--jobs", "--threads", "--shard", "--dry-run", "--json",
    ] { #expect(ratios.contains(option), "\(option)") }
    let table = try help("benchmark", "table")
    for option in ["--paper", "--csv", "--all-runs", "--json", "--database"] {
      #expect(table.contains(option), "\(option)")
    }
    #expect(try help("export", "notebook").contains("--no-predictions"))
    #expect(!(try help("benchmark").contains("train-planned")), "which is no command for people")
  }

  @Test("an option means in a command's help what it does there", arguments: ["evaluate", "predict"])
  func batches(command: String) throws {
    let text = try help(command).split(separator: /\s+/).joined(separator: " ")
    #expect(text.contains("Samples that are predicted at a time") && !text.contains("training step"))
  }

  @Test("the help of a command speaks of no option that it lacks")
  func ownOptions() throws {
    for command in ["darcy2d", "advection1d", "burgers1d", "incompressible2d"] {
      #expect(!(try help("generate", command).contains("--initial-from")), "\(command)")
    }
    #expect(try help("generate", "cfd1d").contains("--initial-from <initial-from>"))
  }

  @Test("the version is the library's")
  func version() throws {
    let outcome = try Command.run(["--version"], in: "/")
    #expect(outcome.output == Version.current + "\n")
  }
}
