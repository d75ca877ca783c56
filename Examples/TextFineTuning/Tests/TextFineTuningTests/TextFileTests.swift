import FineTuning
import Foundation
import Testing
import TextModels
import Tokenizers

@Suite("Files of texts and vocabularies") struct TextFileTests {
  @Test("merges.txt with the line ends of Windows gives the same tokens")
  func merges() throws {
    let folder = try ChangedFolder("roberta")
    defer { folder.remove() }
    let merges = try String(contentsOfFile: "\(folder.path)/merges.txt", encoding: .utf8)
    let text = "The equations are known."
    let expected = try ModelFolder(folder.path).tokenizer().tokens(of: text)
    try folder.write(merges.split(separator: "\n").joined(separator: "\r\n") + "\r\n", "merges.txt")
    let found = try ModelFolder(folder.path).tokenizer().tokens(of: text)
    #expect(found == expected && found.count < text.utf8.count)
  }

  @Test("the command's lines end before a carriage return")
  func lines() throws {
    let folder = try ChangedFolder("roberta")
    defer { folder.remove() }
    let (plain, windows) = (
      try folder.write("A wave.\nThe field\n", "plain.txt"),
      try folder.write("A wave.\r\nThe field\r\n", "windows.txt")
    )
    let expected = try Command.run("tokens", "--model", folder.path, "--texts", plain)
    #expect(expected.status == 0, "\(expected.errors)")
    #expect(try Command.run("tokens", "--model", folder.path, "--texts", windows).output == expected.output)
  }

  /// The lines of a file with columns, as they are read.
  private func read(
    _ heading: String, _ line: String, for task: TextTask = .classification
  ) throws -> [[String]] {
    let folder = try ChangedFolder("bert")
    defer { folder.remove() }
    let file = try folder.write("\(heading)\n\(line)\n".replacing(" ", with: "\t"), "texts.tsv")
    return try LabeledTexts(reading: file, for: task).entries.map { [$0.text, $0.second, $0.label] }
  }

  @Test("the columns of GLUE's files are known by their names")
  func columns() throws {
    let cases = [
      // SST-2, STS-B (some of its columns), RTE, MNLI (some), QNLI, QQP, BoolQ
      ("sentence label", "a x", ["a", "", "x"]),
      ("index genre sentence1 sentence2 score", "7 news a b 0.5", ["a", "b", "0.5"]),
      ("index sentence1 sentence2 label", "7 a b x", ["a", "b", "x"]),
      ("sentence1_parse sentence1 sentence2 label1 gold_label", "p a b y x", ["a", "b", "x"]),
      ("index question sentence label", "7 a b x", ["a", "b", "x"]),
      ("id qid1 qid2 question1 question2 is_duplicate", "7 8 9 a b 1", ["a", "b", "1"]),
      ("question passage label", "a b x", ["a", "b", "x"]),
      ("sentence question label", "a b x", ["a", "b", "x"]),
      ("Text Text2 Label", "a b x", ["a", "b", "x"]),
      ("one two", "a b", ["one", "", "two"]),
    ]
    for (heading, line, expected) in cases {
      #expect(try read(heading, line).first == expected, "\(heading)")
    }
    #expect(try read("id text", "7 a", for: .languageModel) == [["a", "", ""]])
    #expect(try read("id score", "7 a", for: .languageModel).count == 2)
  }

  @Test("a first line that names a text but no label, or a label but no text, is refused")
  func incompleteHeading() {
    let cases = [
      ("question1 question2 same", "question1", "is_duplicate"), ("index Sentence", "Sentence", "label"),
      ("premise hypothesis label", "'label'", "sentence1"),
    ]
    for (heading, named, known) in cases {
      let said = complaint { _ = try read(heading, "a b c") }
      for word in ["texts.tsv", "line 1", named, known] { #expect(said.contains(word), "\(said)") }
    }
  }

  @Test("labels that are numbers are in the order of the numbers, others in that of their names")
  func classes() throws {
    func classes(_ labels: [String]) throws -> [String] {
      let folder = try ChangedFolder("bert")
      defer { folder.remove() }
      let file = try folder.write(labels.map { "a\t\($0)\n" }.joined(), "texts.tsv")
      return try LabeledTexts(reading: file, for: .classification).classes
    }
    #expect(try classes(["10", "2", "0", "1", "2"]) == ["0", "1", "2", "10"])
    #expect(try classes(["1.5", "-3", "1"]) == ["-3", "1", "1.5"])
    #expect(try classes(["10", "2", "b"]) == ["10", "2", "b"])
    #expect(try classes(["nan", "2", "10"]) == ["10", "2", "nan"])
  }
}
