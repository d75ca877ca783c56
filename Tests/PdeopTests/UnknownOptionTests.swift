import TestSupport
import Testing

@Suite("Options that a command does not have", .enabled(if: Command.isBuilt, Command.absence))
struct UnknownOptionTests {
  private static let train = ["train", "--data", "line.hdf5", "--output", "run"]

  @Test(
    "are answered with the right one, or with nothing far-fetched",
    arguments: [
      (train + ["--lr", "1e-3"], "'--lr': the learning rate of a training is --learning-rate."),
      (
        train + ["--device=cuda"],
        "'--device': pdeop computes on the CPU; --threads sets how many threads."
      ),
      (train + ["--epoch", "3"], "'--epoch'. Did you mean '--epochs'?"),
      (train + ["--batchsize", "3"], "'--batchsize'. Did you mean '--batch-size'?"),
      (["inspect", "line.hdf5", "--clot", "x.svg"], "'--clot'. Did you mean '--plot'?"),
      (["inspect", "line.hdf5", "--bot", "x.svg"], "'--bot'"),
    ])
  func answer(arguments: [String], answer: String) throws {
    let workspace = try Workspace()
    try workspace.expectRefusal(arguments, status: 64, naming: [])
    let errors = try workspace.run(arguments).errors
    #expect(
      errors.hasPrefix("Error: Unknown option \(answer)\nUsage: pdeop \(arguments[0])"), "\(errors)")
  }
}
