import Foundation
import TestSupport
import Testing

@Suite("Pictures that cannot be drawn", .enabled(if: Command.isBuilt, Command.absence))
struct UndrawnPictureTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private static let weights = ["--checkpoint", "run/checkpoints/last.safetensors"]

  /// Commands that draw, up to the name of what is drawn.
  private static let commands: [[String]] = [
    ["inspect", "line.hdf5", "--plot"], ["analyze"] + weights + ["--plot"],
    ["evaluate", "--data", "line.hdf5"] + weights + ["--plot"],
    ["predict", "--data", "line.hdf5", "--output", "p.hdf5"] + weights + ["--plot"],
    ["find-rate", "--data", "line.hdf5", "--steps", "4"] + Workspace.plain + ["--plot"],
    ["report", "run", "--plot"], ["report", "run", "--html"],
  ]

  /// The name of what a command draws.
  private static func picture(of command: [String]) -> String {
    command.last == "--html" ? "x.html" : "x.svg"
  }

  /// A search path whose gnuplot is a script.
  private func gnuplot(_ script: String) throws -> [String: String] {
    let folder = workspace.path("programs")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try workspace.write("#!/bin/sh\n\(script)\n", to: "programs/gnuplot")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/gnuplot")
    return ["PATH": "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"]
  }

  // Nothing that the commands read is there: that they say so would show that they had looked at it first.

  @Test("a folder that is not there is named before anything is read", arguments: commands)
  func missingFolder(command: [String]) throws {
    try FileManager.default.removeItem(atPath: workspace.path("line.hdf5"))
    let picture = "none/" + Self.picture(of: command)
    try workspace.expectRefusal(
      command + [picture], status: 1, naming: [picture, "check that its folder exists"],
      environment: gnuplot("exit 0"))
  }

  @Test("gnuplot that is not there is named before anything is read", arguments: commands)
  func missingProgram(command: [String]) throws {
    try FileManager.default.removeItem(atPath: workspace.path("line.hdf5"))
    let picture = Self.picture(of: command)
    try workspace.expectRefusal(
      command + [picture], status: 1, naming: [picture, "gnuplot is not installed", "apt-get install"],
      environment: ["PATH": workspace.path("none")])
  }

  @Test("what a command has found is printed, though its picture cannot be drawn", arguments: commands)
  func failure(command: [String]) throws {
    try workspace.train("run")
    let picture = Self.picture(of: command)
    let outcome = try workspace.run(command + [picture], environment: gnuplot("exit 3"))
    #expect(outcome.status == 1)
    #expect(!outcome.output.isEmpty)
    #expect(outcome.errors.contains("was not drawn by gnuplot"), "\(outcome.errors)")
    #expect(!workspace.exists(picture))
  }

  private static let pictures = [
    ["inspect", "line.hdf5", "--plot", "x.svg"], ["inspect", "line.hdf5", "--plot", "x.png"],
    ["report", "run", "--animate", "x.gif"],
  ]

  /// Checks that a picture which ends early does not come in the place of the one that is there.
  private func expectOldPicture(
    _ command: [String], fileBlocks: Int? = nil, environment: [String: String] = [:]
  ) throws {
    try workspace.train("run")
    let name = try #require(command.last)
    try workspace.write("old", to: name)
    let before = Set(try workspace.content().keys)
    let outcome = try workspace.run(command, fileBlocks: fileBlocks, environment: environment)
    #expect(outcome.status == 1)
    for word in ["\(name) was not drawn", "not complete", "disk is full"] {
      #expect(outcome.errors.contains(word), "'\(word)' in: \(outcome.errors)")
    }
    #expect(try workspace.text(name) == "old")
    #expect(Set(try workspace.content().keys) == before, "nothing is left behind")
  }

  @Test("a picture that ends early takes no other's place", arguments: pictures)
  func early(command: [String]) throws {
    try expectOldPicture(command, environment: gnuplot("echo '<svg></g>'"))
  }

  @Test(
    "a full disk leaves the picture that was there",
    .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"),
    .disabled(if: Command.isSanitized, Command.sanitizer), arguments: pictures)
  func fullDisk(command: [String]) throws {
    try expectOldPicture(command, fileBlocks: 8)
  }

  @Test(
    "losses at the ends of what a number can be do not keep a page from being drawn",
    .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"), arguments: ["1.7e308", "5e-324", "1e300"])
  func extremes(loss: String) throws {
    try workspace.train("run")
    for file in ["run/metrics.jsonl", "run/steps.jsonl"] {
      let text = try workspace.text(file).replacing(/"loss":[^,}]*/, with: "\"loss\":\(loss)")
      try workspace.write(text, to: file)
    }
    let outcome = try workspace.run(["report", "run", "--html", "page.html"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try workspace.text("page.html").contains("training loss"))
  }
}
