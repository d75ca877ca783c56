import Foundation
import TestSupport
import Testing

@Suite(
  "Pictures of what is there", .enabled(if: Command.isBuilt, Command.absence),
  .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"))
struct PartialPictureTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Trains one method with two seeds.
  private func benchmark() throws {
    let outcome = try workspace.run(
      [
        "benchmark", "ratios", "--data", "line.hdf5", "--output", "out", "--ratios", "1", "--seeds", "0,1",
        "--methods", "baseline", "--validation-samples", "2",
      ] + Workspace.quick)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  /// Draws the figures of a report, and its page.
  private func report(_ path: String, to name: String) throws -> Command.Outcome {
    let outcome = try workspace.run(["report", path, "--figures", name, "--html", "\(name).html"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }

  @Test("predictions are drawn of data in several files, by names or a pattern, as long as all are there")
  func severalFiles() throws {
    for name in ["p-1.hdf5", "p-2.hdf5"] {
      try WaveFile().with { $0.samples = 6 }.write(to: workspace.path(name))
    }
    try workspace.train("pattern", data: "p-*.hdf5")
    try workspace.train("names", ["--data", "p-2.hdf5"], data: "p-1.hdf5")
    for run in ["pattern", "names"] {
      #expect(try !report(run, to: "\(run)-whole").errors.contains("left out"))
      for name in ["growth", "fields", "energy"] {
        #expect(workspace.exists("\(run)-whole/\(name).svg"), "\(name) of \(run)")
      }
    }
    try FileManager.default.removeItem(atPath: workspace.path("p-2.hdf5"))
    for run in ["pattern", "names"] {
      // What the pattern stands for now is another data set.
      let isTold = try report(run, to: "\(run)-part").errors.contains("Pictures of predictions are left out")
      #expect(isTold == (run == "pattern"))
      #expect(workspace.exists("\(run)-part/training.svg") && !workspace.exists("\(run)-part/growth.svg"))
    }
  }

  @Test("a data set that has changed costs a report its pictures of predictions alone, and it says so")
  func changedData() throws {
    try workspace.train("run")
    try benchmark()
    try FileManager.default.removeItem(atPath: workspace.path("line.hdf5"))
    try WaveFile().with { $0.change = { $3 + 0.25 } }.write(to: workspace.path("line.hdf5"))
    for path in ["run", "out"] {
      let outcome = try report(path, to: "\(path)-drawn")
      for text in [outcome.errors, try workspace.text("\(path)-drawn.html")] {
        #expect(text.contains("line.hdf5 is not the data set that the model in "), "\(text)")
        #expect(text.contains("Pictures of predictions are left out; put the old data back"), "\(text)")
      }
      #expect(outcome.output.contains("nRMSE"))
      for name in ["training", "loss"] { #expect(workspace.exists("\(path)-drawn/\(name).svg"), "\(name)") }
      for name in ["growth", "fields", "energy"] {
        #expect(!workspace.exists("\(path)-drawn/\(name).svg"), "\(name)")
      }
    }
    try workspace.expectRefusal(
      ["report", "run", "--animate", "r.gif"], status: 65, naming: ["line.hdf5", "is not the data set"])
  }

  @Test("of a benchmark every data set that has changed is named")
  func changedDataSets() throws {
    try WaveFile().write(to: workspace.path("more.hdf5"))
    let trained = try workspace.run(
      [
        "benchmark", "ratios", "--data", "line.hdf5,more.hdf5", "--output", "out", "--ratios", "1", "--seeds",
        "0", "--methods", "baseline", "--validation-samples", "2",
      ] + Workspace.quick)
    try #require(trained.status == 0, "\(trained.errors)")
    for name in ["line.hdf5", "more.hdf5"] {
      try FileManager.default.removeItem(atPath: workspace.path(name))
      try WaveFile().with { $0.change = { $3 + 0.25 } }.write(to: workspace.path(name))
    }
    let outcome = try report("out", to: "drawn")
    for name in ["line.hdf5", "more.hdf5"] {
      #expect(outcome.errors.contains("\(name) is not the data set"), "\(outcome.errors)")
    }
  }

  @Test("a variable that the first set of a mixture lacks has no spectrum, and the others have theirs")
  func mixture() throws {
    try WaveFile().with { $0.variables = ["first", "second"] }.write(to: workspace.path("other.hdf5"))
    try workspace.train("run", ["--data", "other.hdf5", "--weights", "1,1"])
    _ = try report("run", to: "figures")
    let energy = try workspace.text("figures/energy.svg")
    #expect(energy.contains("density") && energy.contains("</svg>"))
    #expect(!energy.contains("second"))
  }

  @Test(
    "a run whose weights cannot be read costs a page of several runs its own pictures alone, and it says so")
  func unreadableWeights() throws {
    try workspace.train("good")
    try TemporaryFolder.copy(workspace.path("good"), to: workspace.path("bad"))
    try workspace.write("no weights", to: "bad/checkpoints/best.safetensors")
    let outcome = try workspace.run(["report", "good", "bad", "--figures", "drawn", "--html", "page.html"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("The growth of errors of bad is left out: "), "\(outcome.errors)")
    #expect(workspace.exists("drawn/growth.svg"))
    let page = try workspace.text("page.html")
    for text in [
      "Left out: growth, fields, energy", "bad/checkpoints/best.safetensors", "periods across the domain",
    ] { #expect(page.contains(text), "\(text)") }
    let alone = try workspace.run(["report", "bad", "--html", "alone.html"])
    #expect(alone.status != 0 && alone.errors.contains("bad/checkpoints/best.safetensors"))
  }

  @Test("results without the runs' folders have the figures that they tell alone, and say what is missing")
  func resultsAlone() throws {
    try benchmark()
    try TemporaryFolder.copy(workspace.path("out/results.sqlite"), to: workspace.path("alone.sqlite"))
    try FileManager.default.removeItem(atPath: workspace.path("out/runs"))
    let outcome = try report("alone.sqlite", to: "figures")
    for text in [outcome.errors, try workspace.text("figures.html")] {
      #expect(text.contains("2 of 2 runs' folders are not there, such as "), "\(text)")
    }
    #expect(workspace.exists("figures/ratios.svg"))
    for name in ["training", "loss", "growth"] {
      #expect(!workspace.exists("figures/\(name).svg"), "\(name)")
    }
  }

  @Test("each of eight runs and of eight methods has a color of its own")
  func manyColors() throws {
    try workspace.train("run-0")
    let runs = (0..<8).map { "run-\($0)" }
    for run in runs.dropFirst() {
      try TemporaryFolder.copy(workspace.path("run-0"), to: workspace.path(run))
    }
    let recording = try workspace.recordingGnuplot()
    let drawn = try workspace.run(["report"] + runs + ["--plot", "x.svg"], environment: recording)
    #expect(drawn.status == 0, "\(drawn.errors)")
    let curves = try workspace.text("script").matches(of: /linewidth 2 linecolor rgb '(#[0-9a-f]{6})'/)
    #expect(Set(curves.map { String($0.output.1) }).count == 8)

    let methods = (0..<8).map { "  m\($0): {weight-decay: \(Double($0) / 100)}\n" }.joined()
    try workspace.write(
      """
      training: {initial-steps: 4, modes: 4, width: 6, batch-size: 3, epochs: 1, validation-samples: 2}
      data: {line: line.hdf5}
      models: {fno: }
      ratios: [1]
      seeds: [0]
      methods:
      \(methods)
      """, to: "plan.yaml")
    let trained = try workspace.run(["benchmark", "ratios", "--config", "plan.yaml", "--output", "out"])
    try #require(trained.status == 0, "\(trained.errors)")
    let reported = try workspace.run(["report", "out", "--figures", "figures"], environment: recording)
    #expect(reported.status == 0, "\(reported.errors)")
    let marks = try workspace.text("scripts")
      .matches(of: /linecolor rgb '(#[0-9a-f]{6})' linewidth 2 pointtype/)
    #expect(Set(marks.map { String($0.output.1) }).count == 8)
  }
}
