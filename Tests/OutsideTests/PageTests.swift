import Foundation
import Testing

@Suite("The programs on the page of libraries and in the tutorials") struct PageTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

  @Test(
    "are the ones that are compiled, and short",
    arguments: ["TrainOnFile", "OwnModel", "BalanceWeights"])
  func program(name: String) throws {
    let page = try String(
      contentsOf: Self.root.appending(path: "Documentation/libraries.md"), encoding: .utf8)
    let program = try String(
      contentsOf: Self.root.appending(path: "Examples/\(name)/main.swift"), encoding: .utf8)
    #expect(page.contains("```swift\n\(program)```\n"), "libraries.md shows Examples/\(name)/main.swift")
    #expect(program.split(separator: "\n").count { !$0.hasPrefix("import ") } <= 20)
  }

  @Test(
    "of the tutorials are the ones that are compiled, whole and in order",
    arguments: [
      ("YourOwnModel", ["OwnModel/main.swift", "OwnModel/SpectralStep+Description.swift"]),
      ("YourOwnData", ["OwnData/main.swift"]),
    ])
  func tutorial(name: String, programs: [String]) throws {
    let page = try String(
      contentsOf: Self.root.appending(path: "Sources/Training/Training.docc/\(name).md"), encoding: .utf8)
    let shown = page.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    let compiled = try programs.map {
      try String(contentsOf: Self.root.appending(path: "Examples/\($0)"), encoding: .utf8)
    }
    func lines(_ texts: [String]) -> [Substring] { texts.joined(separator: "\n").split(separator: "\n") }
    #expect(lines(Array(shown)) == lines(compiled))
  }
}
