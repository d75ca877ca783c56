import Foundation
import TestSupport
import Testing

@Suite("Failures of a run lose nothing", .enabled(if: Command.isBuilt, Command.absence))
struct FailureTests {
  @Test(
    "a disk that is full from the beginning leaves nothing behind",
    .disabled(if: Command.isSanitized, Command.sanitizer))
  func fullDisk() throws {
    let workspace = try Workspace()
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "runs/first"] + Workspace.plain, status: 1,
      naming: ["runs/first/checkpoints/last.safetensors", "could not be written", "File too large"],
      fileBlocks: 4)
    try workspace.train("run")
    try workspace.expectRefusal(
      [
        "predict", "--checkpoint", "run/checkpoints/last.safetensors", "--data", "line.hdf5", "--all-samples",
        "--output", "p.hdf5",
      ], status: 1, naming: ["p.hdf5", "space"], fileBlocks: 4)
  }

  @Test("a folder that cannot be made is named")
  func noFolder() throws {
    let workspace = try Workspace()
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "line.hdf5/run"] + Workspace.plain, status: 1,
      naming: ["line.hdf5/run", "Not a directory", "folder exists"])
    try workspace.train("run")
    try workspace.expectRefusal(
      [
        "predict", "--checkpoint", "run/checkpoints/last.safetensors", "--data", "line.hdf5", "--output",
        "none/p.hdf5",
      ], status: 1, naming: ["none/p.hdf5", "folder exists"])
  }

  /// Whether a folder below /sys is refused to everyone, as one in a folder without write permission is to whoever is not root.
  private static let refusesFolders: Bool = {
    let folder = "/sys/kernel/pdeop-test"
    guard mkdir(folder, 0o777) != 0 else {
      rmdir(folder)
      return false
    }
    return [EACCES, EPERM, EROFS].contains(errno)
  }()

  @Test(
    "a run's folder that may not be made is refused with the system's reason",
    .enabled(if: FailureTests.refusesFolders, "this system has no folder that takes no others from root"))
  func forbiddenFolder() throws {
    try Workspace().expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "/sys/kernel/pdeop-test/run"] + Workspace.plain, status: 1,
      naming: ["/sys/kernel/pdeop-test could not be created", "check its permissions"])
  }

  @Test("a folder of a command's own is refused with the system's reason")
  func noOwnFolder() throws {
    let workspace = try Workspace()
    try workspace.train("run")
    try workspace.write("a file", to: "run/tensorboard")
    let plan = ["--ratios", "1", "--seeds", "0", "--methods", "baseline", "--validation-samples", "2"]
    for (arguments, words) in [
      (
        ["benchmark", "ratios", "--data", "line.hdf5", "--output", "line.hdf5/out"] + plan + Workspace.quick,
        ["line.hdf5/out could not be created: Not a directory"]
      ),
      (
        ["train", "--resume", "run", "--epochs", "3"],
        ["run/tensorboard could not be created: File exists; choose another name"]
      ),
    ] as [([String], [String])] {
      let outcome = try workspace.run(arguments)
      #expect(outcome.status == 1)
      for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }
  }

  @Test(
    "a folder of figures that cannot be made is refused with the system's reason",
    .enabled(if: Workspace.hasGnuplot, "gnuplot is not installed"))
  func noFigureFolder() throws {
    let workspace = try Workspace()
    try workspace.train("run")
    try workspace.expectRefusal(
      ["report", "run", "--figures", "line.hdf5/figures"], status: 1,
      naming: ["line.hdf5/figures could not be created: Not a directory"])
  }

  @Test(
    "divergence stops the run with epoch, step and learning rate, and leaves a good checkpoint",
    arguments: [
      // The second step, before any epoch is done; the first evaluation; the second epoch.
      (options: ["--batch-size", "3"], place: "epoch 1, step 2", epochs: 0),
      (options: ["--batch-size", "20"], place: "epoch 1, step 1", epochs: 0),
      (
        options: ["--batch-size", "20", "--schedule", "step", "--evaluate-every", "5"],
        place: "epoch 2, step 1", epochs: 1
      ),
    ])
  func divergence(options: [String], place: String, epochs: Int) throws {
    let workspace = try Workspace()
    let outcome = try workspace.run(
      ["train", "--data", "line.hdf5", "--output", "run"] + Workspace.plain
        + ["--epochs", "9", "--learning-rate", "1e9"] + options)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    let message = try #require(outcome.errors.split(separator: "\n").last)
    for words in [
      "pdeop: ", "no longer finite", place, "learning rate 1000000000.0", "lower --learning-rate",
    ] { #expect(message.contains(words), "'\(words)' in: \(message)") }
    #expect(message.contains("kept in run/checkpoints") == (epochs > 0), "\(message)")
    let evaluated = try workspace.run(
      ["evaluate", "--data", "line.hdf5", "--checkpoint", "run/checkpoints/last.safetensors", "--json"])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    #expect(try evaluated.object()["nRMSE"] is Double, "a finite number, not null")
  }

  @Test(
    "a first step that is not finite is the fault of the numbers that go into it, not the learning rate's")
  func firstStep() throws {
    let workspace = try Workspace()
    try WaveFile().with { $0.change = { _, _, _, value in 1e30 * value } }
      .write(to: workspace.path("huge.hdf5"))
    let outcome = try workspace.run(
      ["train", "--data", "huge.hdf5", "--output", "run", "--normalize", "none"] + Workspace.plain)
    #expect(outcome.status == 1)
    let message = try #require(outcome.errors.split(separator: "\n").last)
    for words in [
      "first step", "the data, the weights", "the noise", "ranges of the variables",
      "if variables are not scaled, set --normalize standard",
    ] {
      #expect(message.contains(words), "'\(words)' in: \(message)")
    }
    for words in ["lower", "checkpoints"] { #expect(!message.contains(words), "'\(words)' in: \(message)") }
  }

  @Test(
    "a result that cannot be printed is no success, and messages that cannot be are no failure",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full here"))
  func fullOutputs() throws {
    let workspace = try Workspace()
    func shell(_ redirection: String, _ arguments: [String]) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", "\"$0\" \"$@\" \(redirection)", Command.path] + arguments
      process.currentDirectoryURL = URL(filePath: workspace.folder.path)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationReason == .exit ? process.terminationStatus : -1
    }
    #expect(try shell(">/dev/full", ["inspect", "line.hdf5"]) == 1)
    #expect(try shell(">/dev/full", ["inspect", "line.hdf5", "--json"]) == 1)
    #expect(try shell("2>/dev/full", ["inspect", "none.hdf5"]) == 65)
    #expect(try shell("2>&-", ["inspect", "none.hdf5"]) == 65)
    let train = ["train", "--data", "line.hdf5", "--output", "run"] + Workspace.plain
    #expect(try shell("2>/dev/full", train) == 0)
    #expect(workspace.exists("run/checkpoints/best.safetensors"))
  }
}
