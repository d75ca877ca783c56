import Foundation
import TestSupport
import Testing

@Suite("Finding a learning rate", .enabled(if: Command.isBuilt, Command.absence))
struct FindLearningRateTests {
  private static let options = ["find-rate", "--data", "line.hdf5"] + Workspace.plain
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test("takes the steps that it is asked for, and leaves no file")
  func steps() throws {
    let outcome = try workspace.run(Self.options + ["--steps", "50", "--highest-rate", "1e-3", "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try outcome.object()
    let points = try #require(result["points"] as? [[String: Any]])
    let rates = points.compactMap { $0["learning_rate"] as? Double }
    #expect(points.count == 50 && rates == rates.sorted())
    #expect(rates.first == 1e-6 && abs((rates.last ?? 0) / 1e-3 - 1) < 1e-12)
    #expect(result["ended_early"] as? Bool == false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path) == ["line.hdf5"])
  }

  @Test("ends early where the loss grows, and names rates below that", .enabled(if: Workspace.hasGnuplot))
  func divergence() throws {
    let outcome = try workspace.run(
      Self.options + [
        "--steps", "60", "--lowest-rate", "1e-3", "--highest-rate", "1e6", "--plot", "rates.svg",
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("The loss grew from"))
    #expect(outcome.output.contains("To try: --learning-rate") != outcome.output.contains("tells no rate"))
    #expect(try workspace.text("rates.svg").contains("learning rate"))
  }

  @Test("recommends no rate where too few steps tell none")
  func nothingTold() throws {
    let outcome = try workspace.run(Self.options + ["--steps", "5"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("tells no rate") && !outcome.output.contains("To try"))
    let result = try workspace.run(Self.options + ["--steps", "5", "--json"]).object()
    #expect(result["suggested"] is NSNull && result["steepest"] is NSNull && result["lowest"] is Double)
  }

  @Test("refuses rates that do not grow, and endings that are no picture's")
  func refused() throws {
    for arguments in [
      ["--lowest-rate", "1", "--highest-rate", "0.1"], ["--lowest-rate", "0"], ["--highest-rate", "inf"],
      ["--steps", "1"],
    ] { #expect(try workspace.run(Self.options + arguments).status == 64, "\(arguments)") }
    #expect(try workspace.run(Self.options + ["--plot", "rates.gif"]).status == 64)
  }
}
