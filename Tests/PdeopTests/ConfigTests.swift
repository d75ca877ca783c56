import Foundation
import TestSupport
import Testing

@Suite("pdeop config", .enabled(if: Command.isBuilt, Command.absence))
struct ConfigTests {
  @Test(
    "the defaults it prints are a configuration that changes nothing but the choice of kinds",
    arguments: [("fno", "nothing"), ("unet", "model")])
  func defaults(model: String, changed: String) throws {
    let workspace = try Workspace()
    let printed = try workspace.run(["config", "--model", model])
    #expect(printed.status == 0 && printed.output.contains("\n  model: \(model)\n"))
    try workspace.write(printed.output, to: "c.yaml")
    let checked = try workspace.run(["config", "--check", "c.yaml"])
    #expect(checked.status == 0 && checked.errors.isEmpty, "\(checked.errors)")
    #expect(checked.output.contains("c.yaml is valid; it changes \(changed)."), "\(checked.output)")
    let object = try workspace.run(["config", "--model", model, "--json"]).object()
    #expect(object["model"] as? String == model && object["learning-rate"] as? Double == 0.001)
  }

  @Test("a file is checked without data: keys, places, values and ranges")
  func check() throws {
    let workspace = try Workspace()
    try workspace.write("optimizer: {learning-rate: 0.01}\nmodel: {width: 8}\n", to: "good.yaml")
    let good = try workspace.run(["config", "--check", "good.yaml"])
    #expect(good.status == 0 && good.output.contains("it changes learning-rate, width"), "\(good.output)")
    let cases: [(text: String, status: Int32, words: [String])] = [
      ("optimizer: {learning-rate: -1}", 64, ["--learning-rate", "above 0", "-1"]),
      ("optimizer: {learning-rat: 1}", 64, ["learning-rat", "did you mean learning-rate?"]),
      ("loss: {epochs: 1}", 64, ["epochs", "under schedule"]), ("- 1", 65, ["option: value"]),
    ]
    for (text, status, words) in cases {
      try workspace.write(text, to: "bad.yaml")
      try workspace.expectRefusal(["config", "--check", "bad.yaml"], status: status, naming: words)
    }
    try workspace.expectRefusal(
      ["config", "--check", "a", "--schema"], status: 64, naming: ["--check", "one of"])
  }

  @Test(
    "what another kind has is noted where a file is checked and where it is used, and choices are changes",
    arguments: [
      (
        "model: {model: unet, init-features: 2, modes: 5}", "init-features, model",
        "modes, an option of --model fno or --model dpot; the model is unet"
      ),
      (
        "optimizer: {optimizer: adam, momentum: 0.3}\nschedule: {epochs: 1}", "epochs",
        "momentum, an option of --optimizer sgd; the optimizer is adam"
      ),
    ])
  func otherKinds(text: String, changed: String, note: String) throws {
    let workspace = try Workspace()
    try workspace.write(text, to: "c.yaml")
    let checked = try workspace.run(["config", "--check", "c.yaml"])
    #expect(checked.status == 0 && checked.output == "c.yaml is valid; it changes \(changed).\n")
    #expect(checked.errors == "Note: c.yaml sets \(note), so it changes nothing.\n")
    let trained = try workspace.run([
      "train", "--data", "line.hdf5", "--config", "c.yaml", "--initial-steps", "4", "--epochs", "1",
      "--output", "run",
    ])
    #expect(trained.status == 0 && trained.errors.contains(checked.errors), "\(trained.errors)")
  }

  @Test("a file of version 0.1 is read with a note, and trains the same run")
  func flat() throws {
    let workspace = try Workspace()
    try workspace.train("run")
    let text = try workspace.text("run/config.yaml")
    // Parts are lines that end in a colon; without them, and without the indentation, the file is the old one.
    let flat = text.split(separator: "\n").filter { !$0.hasSuffix(":") && !$0.hasSuffix("{}") }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    try workspace.write(flat.joined(separator: "\n") + "\n", to: "old.yaml")
    let again = try workspace.run(["train", "--config", "old.yaml", "--output", "again"])
    #expect(again.status == 0 && again.errors.contains("Note: old.yaml"), "\(again.errors)")
    #expect(try workspace.bytes("run/config.yaml") == workspace.bytes("again/config.yaml"))
    #expect(try workspace.bytes("run/steps.jsonl") == workspace.bytes("again/steps.jsonl"))
  }

  @Test("the schema is JSON")
  func schema() throws {
    let outcome = try Workspace().run(["config", "--schema"])
    let schema = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    #expect(outcome.status == 0 && schema?["properties"] is [String: Any])
  }

  @Test("the page of reference in Documentation is what the command prints")
  func reference() throws {
    let page = Repository.root.appending(path: "Documentation/options.md")
    let outcome = try Workspace().run(["config", "--reference"])
    #expect(outcome.status == 0)
    #expect(
      try String(contentsOf: page, encoding: .utf8) == outcome.output,
      "write it again: pdeop config --reference > Documentation/options.md")
  }
}
