import Foundation
import Testing

@Suite("The programs in the README") struct ReadmeTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

  @Test(
    "are the ones that are compiled, and short",
    arguments: ["TrainOnFile", "OwnModel", "BalanceWeights"])
  func program(name: String) throws {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let program = try String(
      contentsOf: Self.root.appending(path: "Examples/\(name)/main.swift"), encoding: .utf8)
    #expect(readme.contains("```swift\n\(program)```\n"), "README.md shows Examples/\(name)/main.swift")
    #expect(program.split(separator: "\n").count { !$0.hasPrefix("import ") } <= 20)
  }
}
