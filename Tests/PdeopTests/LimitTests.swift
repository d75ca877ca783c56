import Foundation
import TestSupport
import Testing

#if os(Linux)
  @Suite(
    "Low limits of the system", .enabled(if: Command.isBuilt, Command.absence),
    .disabled(if: Command.isSanitized, Command.sanitizer))
  struct LimitTests {
    private let workspace: Workspace

    init() throws { workspace = try Workspace() }

    /// Runs a command under limits of the shell.
    private func run(_ limits: String, _ arguments: [String]) throws -> (status: Int32, errors: String) {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", "\(limits) && exec \"$0\" \"$@\"", Command.path] + arguments
      process.currentDirectoryURL = URL(filePath: workspace.folder.path)
      process.standardOutput = FileHandle.nullDevice
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let text = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
      return (status, String(decoding: text, as: UTF8.self))
    }

    @Test(
      "that nothing can be done with are named at once",
      arguments: [
        ("ulimit -v 200000", "memory (ulimit -v) is 195 MB"),
        ("ulimit -n 12", "open files (ulimit -n) is 12"),
      ])
    func tooLow(_ limits: String, _ words: String) throws {
      let outcome = try run(limits, ["inspect", "line.hdf5"])
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    @Test(
      "that a benchmark's sizes go beyond are named before anything is computed",
      arguments: [
        (
          ["products", "--rows", "65536", "--columns", "65536", "--inner", "1"],
          "lower --rows, --columns or --inner"
        ),
        (
          [
            "convolutions", "--dimensions", "1", "--resolution", "8", "--init-features", "200000",
            "--batch-size", "1",
          ],
          "lower --resolution, --init-features or --batch-size"
        ),
      ])
    func benchmark(_ sizes: [String], _ words: String) throws {
      let outcome = try run("ulimit -v 6000000", ["benchmark"] + sizes + ["--repeats", "1"])
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.errors.contains("MB of memory") && outcome.errors.contains(words))
    }

    @Test(
      "that suffice give the same bits",
      arguments: ["ulimit -v 4000000", "ulimit -n 64", "ulimit -S -n 12"])
    func low(_ limits: String) throws {
      try workspace.train("free")
      let outcome = try run(
        limits, ["train", "--data", "line.hdf5", "--output", "run", "--threads", "16"] + Workspace.plain)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(
        try workspace.bytes("run/checkpoints/last.safetensors")
          == workspace.bytes("free/checkpoints/last.safetensors"))
    }
  }
#endif
