import ArgumentParser
import Foundation
import SystemFiles

@main
struct TextFineTuning: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "text-fine-tuning",
    abstract: "Fine-tune RoBERTa, BERT and LLaMA with TempBalance, on a CPU.",
    discussion: """
      A folder as the library transformers saves a model, and two files of texts with labels:
        text-fine-tuning train --model FOLDER --train train.tsv --dev dev.tsv --task classification --ratio 0.01
        text-fine-tuning logits --model runs/first/model --texts lines.txt --json

      Exit codes: 0 done, 1 a failure of the run, 64 wrong usage, 65 bad input, 130 interrupted (state saved).
      """,
    subcommands: [Train.self, Logits.self, Tokens.self, Merge.self, Benchmark.self])

  /// Turns errors that the user can fix into one line and an exit code.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as any ReportableError {
      let text = error.message.text { name, value in "--\(name)" + (value.map { " \($0)" } ?? "") }
      say(text.visible(keepingLines: false))
      let code: Int32 =
        switch error.fault {
        case .usage: 64
        case .data: 65
        case .run: 1
        }
      Foundation.exit(code)
    } catch  where exitCode(for: error) == .success {
      exit(withError: error)
    } catch {
      let message = fullMessage(for: error)
      if !message.isEmpty { say(message.visible(keepingLines: true)) }
      Foundation.exit(exitCode(for: error).rawValue)
    }
  }

  /// Writes a line to the standard error.
  static func say(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
}

/// Prints a value as JSON on one line.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
