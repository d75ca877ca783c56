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

  @Test("logits agree within 10⁻⁵", arguments: names)
  func logits(of name: String) throws {
    let golden = try Golden(name)
    let folder = try ModelFolder(golden.path)
    let model = try folder.model()
    let (parameters, new) = try folder.parameters(of: model, seed: 0)
    #expect(new.isEmpty)
    let found = model.logits(try golden.batch, TracedParameters(constants: parameters), dropout: nil).value
    let expected = try golden.tensors.tensor(named: "logits")
    #expect(found.count == expected.count)
    #expect(largestDifference(found, expected) < 1e-5)
  }

  @Test("gradients agree within 10⁻⁴ of double precision, in norm", arguments: names)
  func gradients(of name: String) throws {
    let golden = try Golden(name)
    let folder = try ModelFolder(golden.path)
    let model = try folder.model()
    let (parameters, _) = try folder.parameters(of: model, seed: 0)
    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape)
    let loss = model.logits(try golden.batch, traced, dropout: nil)
      .crossEntropy(classes: try #require(golden.facts.labels).classes)
    #expect(abs(Double(loss.value.scalar) - golden.facts.loss) < 1e-5)
    let gradients = tape.gradients(of: loss)[traced]
    for (parameter, gradient) in gradients {
      let expected = try golden.tensors.tensor(named: "grad/\(parameter)")
      // A key's bias does not change a softmax: its gradient is zero but for rounding.
      if expected.sumOfSquares < 1e-20 {
        #expect(gradient.sumOfSquares < 1e-12, "\(parameter)")
      } else {
        #expect(distance(gradient, expected) < 1e-4, "\(parameter)")
      }
    }
    #expect(gradients.count == golden.tensors.names.count { $0.hasPrefix("grad/") })
  }

  @Test("a LoRA adapter of PEFT's gives its logits and gradients, and is written as it was read")
  func adapter() throws {
    let (base, golden) = (try Golden("llama"), try Golden("llama/lora"))
    let folder = try ModelFolder(base.path)
    let model = try folder.model()
    let (parameters, _) = try folder.parameters(of: model, seed: 0)
    let adapter = try AdapterFolder(reading: golden.path, for: model)
    #expect(adapter.adapters.adapters.count == 4 && adapter.adapters.alpha == 8)
    let tape = Tape()
    let corrections = TracedParameters(adapter.parameters, watchedBy: tape)
    let seen = adapter.adapters.applied(
      to: corrections.replacing(parameters.map { ($0.name, Variable($0.tensor)) }, without: []))
    let logits = model.logits(try base.batch, seen, dropout: nil)
    #expect(largestDifference(logits.value, try golden.tensors.tensor(named: "logits")) < 1e-5)
    let loss = logits.crossEntropy(classes: try #require(base.facts.labels).classes)
    #expect(abs(Double(loss.value.scalar) - golden.facts.loss) < 1e-5)
    for (name, gradient) in tape.gradients(of: loss)[corrections] {
      let stored = name.replacing(".weight", with: ".default.weight")
      let expected = try golden.tensors.tensor(named: "grad/base_model.model.\(stored)")
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
    let golden = try Golden(name)
    let folder = try ModelFolder(golden.path)
    let model = try folder.model()
    let (parameters, _) = try folder.parameters(of: model, seed: 0)
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
      let folder = try ModelFolder(golden.path)
      let model = try folder.model()
      let traced = TracedParameters(constants: try folder.parameters(of: model, seed: 0).0)
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
