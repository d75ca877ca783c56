import TestSupport
import Testing

@Suite("An option that is missing", .enabled(if: Command.isBuilt, Command.absence))
struct MissingOptionTests {
  @Test(
    "is not told before one that is misspelt",
    arguments: [
      (["train", "--data", "line.hdf5", "--outptu", "run"], ["--outptu"]),
      (["train", "--data", "line.hdf5", "-o", "run"], ["-o"]),
      (["evaluate", "--predction", "line.hdf5", "--data", "line.hdf5"], ["--predction"]),
      (["evaluate", "--prediction", "line.hdf5", "--dta", "line.hdf5"], ["--dta"]),
    ])
  func misspelt(arguments: [String], words: [String]) throws {
    try Workspace().expectRefusal(arguments, status: 64, naming: ["Unknown option"] + words)
  }

  @Test(
    "is told with what to give",
    arguments: [
      (["train", "--data", "line.hdf5"], ["--output FOLDER", "--resume FOLDER"]),
      (["train", "--output", "a", "--resume", "b"], ["not both"]),
      (["evaluate", "--data", "line.hdf5"], ["--checkpoint", "--prediction"]),
      (["evaluate", "--prediction", "line.hdf5"], ["--data is missing"]),
    ])
  func missing(arguments: [String], words: [String]) throws {
    try Workspace().expectRefusal(arguments, status: 64, naming: words)
  }
}
