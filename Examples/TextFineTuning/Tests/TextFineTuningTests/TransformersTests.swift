import Foundation
import Testing

enum Python {
  static let path = ProcessInfo.processInfo.environment["TEXT_PYTHON"] ?? "/usr/bin/python3"
  static let isThere =
    (try? Command(["-c", "import transformers, tokenizers, peft, torch"], executable: path).outcome().status)
    == 0
  static let absence: Comment = "no Python with transformers, tokenizers, peft and torch; set TEXT_PYTHON"
}

/// What needs Python with transformers and PEFT: `TEXT_PYTHON` names the program, `python3` otherwise.
@Suite("With the library transformers", .enabled(if: Python.isThere, Python.absence))
struct TransformersTests {
  private static let scripts = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// Runs a script on the command and the cases.
  private func check(_ script: String) throws {
    let outcome = try Command(
      ["\(Self.scripts)/\(script)", Command.path, Golden.folder], executable: Python.path
    ).outcome()
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("it loads the folders and adapters that are written here, and gives the same logits")
  func loading() throws { try check("check-transformers") }

  @Test("a thousand lines of odd text have the tokens of the library tokenizers")
  func tokens() throws { try check("compare-tokenizers") }
}
