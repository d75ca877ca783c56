import Autodiff
import Foundation
import Safetensors
import TensorCore
import Testing
import TextModels
import Tokenizers
import Training

@Suite("Agreement with the library transformers") struct AgreementTests {
  static let names = ["bert", "roberta", "llama"]

  @Test("of a larger set is shown too", .enabled(if: Golden.larger != nil, Golden.absence))
  func larger() {
    #expect(Golden.sets.count == 2)
  }

  @Test("logits agree within 10⁻⁵", arguments: names, Golden.sets)
  func logits(of name: String, set: String) throws {
    let golden = try Golden(name, in: set)
    let (_, model, parameters) = try golden.load()
    let found = model.logits(try golden.batch, TracedParameters(constants: parameters), dropout: nil).value
    let expected = try golden.expected("logits")
    #expect(found.count == expected.count)
    #expect(largestDifference(found, expected) < 1e-5)
  }

  @Test("gradients agree within 10⁻⁴ of double precision, in norm", arguments: names, Golden.sets)
  func gradients(of name: String, set: String) throws {
    let golden = try Golden(name, in: set)
    let (_, model, parameters) = try golden.load()
    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape)
    let loss = model.logits(try golden.batch, traced, dropout: nil).crossEntropy(classes: try golden.classes)
    #expect(abs(Double(loss.value.scalar) - golden.facts.loss) < 1e-5)
    let gradients = tape.gradients(of: loss)[traced]
    for (parameter, gradient) in gradients {
      let expected = try golden.expected("grad/\(parameter)")
      // A key's bias does not change a softmax: its gradient is zero but for rounding.
      if expected.sumOfSquares < 1e-20 {
        #expect(gradient.sumOfSquares < 1e-12, "\(parameter)")
      } else {
        #expect(distance(gradient, expected) < 1e-4, "\(parameter)")
      }
    }
    #expect(gradients.count == golden.tensors.names.count { $0.hasPrefix("grad/") })
  }

  @Test(
    "a LoRA adapter of PEFT's gives its logits and gradients, and is written as it was read",
    arguments: Golden.sets)
  func adapter(of set: String) throws {
    let (base, golden) = (try Golden("llama", in: set), try Golden("llama/lora", in: set))
    let (_, model, parameters) = try base.load()
    let adapter = try AdapterFolder(reading: golden.path, for: model)
    #expect(adapter.adapters.adapters.count == 4 && adapter.adapters.alpha == 8)
    let tape = Tape()
    let corrections = TracedParameters(adapter.parameters, watchedBy: tape)
    let seen = adapter.adapters.applied(
      to: corrections.replacing(parameters.map { ($0.name, Variable($0.tensor)) }, without: []))
    let logits = model.logits(try base.batch, seen, dropout: nil)
    #expect(largestDifference(logits.value, try golden.expected("logits")) < 1e-5)
    let loss = logits.crossEntropy(classes: try base.classes)
    #expect(abs(Double(loss.value.scalar) - golden.facts.loss) < 1e-5)
    for (name, gradient) in tape.gradients(of: loss)[corrections] {
      let stored = name.replacing(".weight", with: ".default.weight")
      let expected = try golden.expected("grad/base_model.model.\(stored)")
      #expect(distance(gradient, expected) < 1e-4, "\(name)")
    }

    let merged = model.logits(
      try base.batch, TracedParameters(constants: adapter.merged(into: parameters)), dropout: nil)
    #expect(largestDifference(merged.value, logits.value) < 1e-5)

    let copy = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try adapter.write(to: copy, for: model, base: base.path)
    let (old, new) = (
      try SafetensorsFile(reading: "\(golden.path)/adapter_model.safetensors"),
      try SafetensorsFile(reading: "\(copy)/adapter_model.safetensors")
    )
    #expect(Set(old.names) == Set(new.names))
    for name in old.names { #expect(try old.tensor(named: name) == new.tensor(named: name)) }
    let again = try AdapterFolder(reading: copy, for: model)
    #expect(again.adapters == adapter.adapters)
  }

  @Test("a folder is written as it was read", arguments: names)
  func writing(_ name: String) throws {
    let (folder, model, parameters) = try Golden(name).load()
    let copy = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try folder.write(parameters, of: model, to: copy)
    let second = try ModelFolder(copy)
    #expect(try second.parameters(of: try second.model(), seed: 0).0 == parameters)
    if name != "llama" {
      let text = "Naïve café, 12 — seeds!"
      #expect(try second.tokenizer().tokens(of: text) == folder.tokenizer().tokens(of: text))
    }
  }

  @Test("a head of another number of classes is new, and the rest is kept")
  func newHead() throws {
    let folder = try ModelFolder(Golden("roberta").path)
    let model = try folder.model(labels: 5)
    let (parameters, new) = try folder.parameters(of: model, seed: 3)
    #expect(
      Set(new) == [
        "classifier.dense.weight", "classifier.dense.bias", "classifier.out_proj.weight",
        "classifier.out_proj.bias",
      ])
    #expect(parameters["classifier.out_proj.weight"].shape == [5, 32])
    #expect(try folder.parameters(of: model, seed: 3).0 == parameters)
    #expect(try folder.parameters(of: model, seed: 4).0 != parameters)
  }

  @Test("texts in one batch do not see each other")
  func batches() throws {
    for name in Self.names {
      let golden = try Golden(name)
      let (_, model, parameters) = try golden.load()
      let traced = TracedParameters(constants: parameters)
      let batch = try golden.batch
      let together = model.logits(batch, traced, dropout: nil).value.elements
      let apart = batch.sequences.flatMap {
        model.logits(TokenBatch([$0]), traced, dropout: nil).value.elements
      }
      #expect(zip(together, apart).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }
}

/// A folder that is not there yet but for itself.
func temporaryFolder() throws -> String {
  let path = FileManager.default.temporaryDirectory.appending(path: "text-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  return path
}
