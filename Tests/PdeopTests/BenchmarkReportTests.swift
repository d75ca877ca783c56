import Foundation
import TestSupport
import Testing

@Suite(
  "Figures, pages and notebooks", .enabled(if: Command.isBuilt, Command.absence),
  .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"))
struct BenchmarkReportTests {
  /// A benchmark of two methods and two ratios, two epochs each.
  private func benchmark() throws -> Workspace {
    let workspace = try Workspace()
    let outcome = try workspace.run(
      [
        "benchmark", "ratios", "--data", "line.hdf5", "--output", "out", "--ratios", "0.3,1", "--seeds",
        "0,1",
      ]
        + Workspace.quick + ["--validation-samples", "2", "--tempbalance-min-eigenvalues", "4"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    return workspace
  }

  /// Checks that a page asks nothing of a network.
  private func expectSelfContained(_ page: String) throws {
    for word in [
      "src=\"http", "src='http", "<link", "@import", "<script", "url(http", "href=\"http", "href='http",
    ] {
      #expect(!page.contains(word), "\(word)")
    }
    // Pictures within pictures are data, all other references stay on the page.
    for reference in page.matches(of: /xlink:href=["']([^"']*)["']/) {
      let target = reference.output.1
      #expect(target.hasPrefix("data:image/") || target.hasPrefix("#"), "\(target.prefix(40))")
      if target.hasPrefix("#") { #expect(page.contains("id='\(target.dropFirst())'"), "\(target)") }
    }
    let ids = page.matches(of: /<g id=["']([^"']*)["']/).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count, "pictures share no names")
    #expect(page.contains("prefers-color-scheme: dark") && page.contains("name=\"viewport\""))
    #expect(!page.contains("\"black\"") && !page.contains("'black'"), "black cannot be read in darkness")
  }

  @Test("a benchmark's page holds its table and pictures, and needs no network")
  func benchmarkPage() throws {
    let workspace = try benchmark()
    let outcome = try workspace.run([
      "report", "out", "--html", "page.html", "--figures", "figures", "--paper",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try workspace.text("page.html")
    try expectSelfContained(page)
    for word in [
      "improvement %", "95 % interval", "paper TempBalance", "gray: the paper's improvement", "too few seeds",
      "line_fno_ratio-0.3_baseline_seed-0",
      ">tempbalance<",
    ] {
      #expect(page.contains(word), "\(word)")
    }
    #expect(page.ranges(of: "<svg ").count >= 6)
    for name in ["ratios", "alpha", "training", "growth", "fields", "spectra"] {
      #expect(try workspace.bytes("figures/\(name).png").starts(with: [0x89, 0x50, 0x4E, 0x47]), "\(name)")
      #expect(try workspace.text("figures/\(name).svg").contains("</svg>"), "\(name)")
    }
  }

  @Test("a run's page shows its errors, layers and predictions; names in it are text, not markup")
  func runPage() throws {
    let workspace = try Workspace()
    try workspace.train(
      "a<b>&c",
      ["--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "1", "--validation-samples", "2"])
    let outcome = try workspace.run(["report", "a<b>&c", "--html", "page.html"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try workspace.text("page.html")
    try expectSelfContained(page)
    #expect(page.contains("a&lt;b&gt;&amp;c") && !page.contains("a<b>"))
    #expect(page.contains("nRMSE predicted") && page.contains("learning rate of each layer"))
    #expect(page.contains("data:image/png;base64"), "the predicted fields")
  }

  @Test("benchmarks and runs are not mixed, and options that do not fit are refused")
  func refusals() throws {
    let workspace = try benchmark()
    try workspace.train("run")
    try workspace.expectRefusal(
      ["report", "out", "run"], status: 64, naming: ["cannot be reported together"])
    try workspace.expectRefusal(["report", "out", "--plot", "x.svg"], status: 64, naming: ["--figures"])
    try workspace.expectRefusal(["report", "run", "--paper"], status: 64, naming: ["--paper"])
    try workspace.expectRefusal(
      ["report", "out", "--paper", "--json"], status: 64, naming: ["--paper", "--html", "--figures"])
    try workspace.expectRefusal(
      ["export", "notebook", "run", "--output", "x.txt"], status: 64, naming: [".ipynb"])
    try workspace.expectRefusal(
      ["export", "notebook", "gone", "--output", "x.ipynb"], status: 64, naming: ["gone"])
  }

  /// Reads a notebook and checks what nbformat 4.5 asks for.
  private func cells(_ workspace: Workspace, _ name: String) throws -> [[String: Any]] {
    let root = try #require(
      try JSON.object(workspace.bytes(name)) as? [String: Any])
    #expect(root["nbformat"] as? Int == 4 && root["nbformat_minor"] as? Int == 5)
    let metadata = try #require(root["metadata"] as? [String: Any])
    #expect((metadata["kernelspec"] as? [String: Any])?["name"] as? String == "python3")
    let cells = try #require(root["cells"] as? [[String: Any]])
    let ids = cells.compactMap { $0["id"] as? String }
    #expect(Set(ids).count == cells.count)
    for cell in cells {
      #expect((cell["source"] as? [String])?.isEmpty == false && cell["metadata"] is [String: Any])
      switch cell["cell_type"] as? String {
      case "markdown": #expect(cell["outputs"] == nil)
      case "code": #expect(cell["outputs"] is [Any] && cell["execution_count"] is NSNull)
      default: Issue.record("\(cell)")
      }
    }
    return cells
  }

  @Test("notebooks are valid and name their files from where they are")
  func notebooks() throws {
    let workspace = try benchmark()
    try FileManager.default.createDirectory(
      atPath: workspace.path("books"), withIntermediateDirectories: true)
    #expect(try workspace.run(["export", "notebook", "out", "--output", "books/b.ipynb"]).status == 0)
    let text = try cells(workspace, "books/b.ipynb").compactMap { ($0["source"] as? [String])?.joined() }
      .joined()
    for word in ["\"../out/results.sqlite\"", "Path(\"../out\")", "\"b.hdf5\"", "\"../line.hdf5\""] {
      #expect(text.contains(word), "\(word)")
    }
    #expect(workspace.exists("books/b.hdf5"))
    let run = "out/runs/line_fno_ratio-1_tempbalance_seed-0"
    #expect(try workspace.run(["export", "notebook", run, "--output", "r.ipynb"]).status == 0)
    #expect(try cells(workspace, "r.ipynb").count >= 8)
  }

  /// A Python that can execute notebooks, from the variable `JUPYTER_PYTHON` or the path.
  private static let python: String? = {
    let candidates = [ProcessInfo.processInfo.environment["JUPYTER_PYTHON"], "/usr/bin/python3"].compactMap(
      \.self)
    return candidates.first { python in
      let process = Process()
      process.executableURL = URL(filePath: python)
      process.arguments = ["-c", "import nbconvert, ipykernel, h5py, pandas, matplotlib"]
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
  }()

  @Test(
    "notebooks run from the first cell to the last",
    .enabled(
      if: python != nil,
      "no Python with nbconvert, ipykernel, h5py, pandas and matplotlib (set JUPYTER_PYTHON)"))
  func execution() throws {
    let workspace = try benchmark()
    let run = "out/runs/line_fno_ratio-1_tempbalance_seed-0"
    // Layouts in which variables have other names than data sets, and frames are in two of them.
    for (equation, options) in [
      ("incompressible2d", ["--final-time", "1.25", "--resolution", "16"]),
      ("darcy2d", ["--resolution", "16"]),
    ] {
      let data = "\(equation)-data.hdf5"
      let made = try workspace.run(
        ["generate", equation, "--samples", "4", "--output", data] + options)
      try #require(made.status == 0, "\(made.errors)")
      try workspace.train(equation, ["--modes", "3", "--initial-steps", "1"], data: data)
    }
    // Of a layout that is not PDEBench's the samples are written beside the predictions.
    let own = Reference.own.path("formats/2D_diff-react_NA_NA.h5")
    try workspace.train("grouped", ["--modes", "3"], data: own)
    for (folder, name) in [
      ("out", "b"), (run, "r"), ("incompressible2d", "i"), ("darcy2d", "d"), ("grouped", "g"),
    ] {
      #expect(try workspace.run(["export", "notebook", folder, "--output", "\(name).ipynb"]).status == 0)
      let process = Process()
      process.executableURL = URL(filePath: try #require(Self.python))
      process.arguments = ["-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", "\(name).ipynb"]
      process.currentDirectoryURL = URL(filePath: workspace.folder.path)
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(text)")
      let notebook = try workspace.text("\(name).ipynb")
      #expect(notebook.contains("image/png"), "figures were drawn")
    }
  }
}
