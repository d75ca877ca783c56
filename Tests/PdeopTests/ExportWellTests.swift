import PDEData
import TestSupport
import Testing

@Suite("Data sets written in The Well's layout", .enabled(if: Command.isBuilt, Command.absence))
struct ExportWellTests {
  @Test("a data set that divides its samples is written whole, or refused where other numbers are asked for")
  func ownDivision() throws {
    let workspace = try Workspace()
    // Two samples for each purpose.
    try TemporaryFolder.copy(Reference.own.path("formats/well"), to: workspace.path("well"))
    let export = ["export", "well", "well/data", "--output", "new"]
    for (option, number) in [
      ("--test-samples", "1"), ("--test-samples", "5"), ("--validation-samples", "4"),
      ("--validation-samples", "0"),
    ] {
      try workspace.expectRefusal(
        export + [option, number], status: 64,
        naming: ["well/data", "divides its samples itself and has 2", "not the \(number)", option])
    }
    for (output, numbers) in [
      ("usual", []), ("asked", ["--test-samples", "2", "--validation-samples", "2"]),
    ] {
      let outcome = try workspace.run(["export", "well", "well/data", "--output", output] + numbers)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let splits = try #require(try DataFiles([workspace.path(output)]).open().splits)
      #expect(splits.training.count == 2 && splits.validation.count == 2 && splits.test.count == 2)
    }
  }
}
