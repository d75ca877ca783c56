import Autodiff
import FineTuning
import Foundation
import TensorCore
import Testing
import TextModels
import Training

@Suite("Heads that are kept") struct HeadTests {
  private func options(
    _ model: String, _ texts: String, _ task: TextTask = .classification
  ) -> RunOptions {
    var options = RunOptions(model: model, train: texts, development: texts, task: task)
    (options.epochs, options.balancing, options.dropsNothing) = (1, .off, true)
    return options
  }

  private let numbers = "A wave breaks.\t10.5\nThe field is known.\t-3\nSo it's said.\t7\n"
  private let mean = 14.5 / 3

  @Test("a regression that goes on predicts what it predicted", arguments: ["bert", "roberta"])
  func regression(_ name: String) throws {
    let folder = try ChangedFolder(name)
    defer { folder.remove() }
    let texts = try folder.write(numbers, "texts.tsv")
    let first = try FineTuningRun(options(folder.path, texts, .regression), output: "\(folder.path)/first")
    let bias = name == "bert" ? "classifier.bias" : "classifier.out_proj.bias"
    #expect(first.newParameters.contains(bias))
    #expect(first.trainer.parameters[bias].elements == [0])
    #expect(abs(first.task.finished(first.trainer.parameters)[bias].elements[0] - Float(mean)) < 1e-6)
    _ = try first.train()
    let loss = try #require(try first.task.evaluate(first.trainer.parameters) { _, _ in }).score

    let second = try FineTuningRun(options("\(folder.path)/first/model", texts, .regression), output: nil)
    #expect(second.newParameters.isEmpty)
    let again = try #require(try second.task.evaluate(second.trainer.parameters) { _, _ in }).score
    #expect(abs(again - loss) < 1e-4 * loss)
    let (old, new) = (
      first.task.finished(first.trainer.parameters), second.task.finished(second.trainer.parameters)
    )
    for (parameter, tensor) in old {
      #expect(largestDifference(new[parameter], tensor) < 1e-5, "\(parameter)")
    }
  }

  @Test("so does an adapter that brings its head to a model without one", arguments: ["bert", "roberta"])
  func adapter(_ name: String) throws {
    let folder = try ChangedFolder(name)
    defer { folder.remove() }
    var options = options(folder.path, try folder.write(numbers, "texts.tsv"), .regression)
    options.loraRank = 2
    let first = try FineTuningRun(options, output: "\(folder.path)/first")
    _ = try first.train()
    let loss = try #require(try first.task.evaluate(first.trainer.parameters) { _, _ in }).score
    (options.loraRank, options.adapter) = (nil, "\(folder.path)/first/adapter")
    let second = try FineTuningRun(options, output: nil)
    let again = try #require(try second.task.evaluate(second.trainer.parameters) { _, _ in }).score
    #expect(abs(again - loss) < 1e-4 * loss)
  }

  private let inferences = """
    A wave breaks.\tneutral
    The field is known.\tentailment
    So it's said.\tcontradiction

    """

  @Test("classes are in the order of a kept head's names, in whatever case, and are written")
  func order() throws {
    let folder = try ChangedFolder(
      "roberta", config: #"{"id2label": {"0": "CONTRADICTION", "2": "Entailment", "1": "neutral"}}"#)
    defer { folder.remove() }
    let texts = try folder.write(inferences, "texts.tsv")
    let names = ["contradiction", "neutral", "entailment"]
    let run = try FineTuningRun(options(folder.path, texts), output: "\(folder.path)/run")
    #expect(run.classes == names && run.newParameters.isEmpty)
    #expect(try run.train().classes == names)

    let written = try ModelFolder("\(folder.path)/run/model")
    #expect(written.configuration.classNames == names && written.configuration.labels == 3)
    let config = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: "\(folder.path)/run/model/config.json")))
    let content = try #require(config as? [String: Any])
    #expect(content["id2label"] as? [String: String] == ["0": names[0], "1": names[1], "2": names[2]])
    #expect(content["label2id"] as? [String: Int] == [names[0]: 0, names[1]: 1, names[2]: 2])
    #expect(content["problem_type"] as? String == "single_label_classification")
    #expect(try FineTuningRun(options(written.path, texts), output: nil).classes == names)
  }

  @Test("classes are sorted where the head is new, or its names are others or numbered")
  func sorted() throws {
    let sorted = ["contradiction", "entailment", "neutral"]
    for config in [
      #"{"id2label": {"0": "neutral", "1": "entailment", "2": "other"}}"#,
      #"{"id2label": {"1": "neutral", "2": "entailment", "3": "contradiction"}}"#, #"{"id2label": null}"#,
    ] {
      let folder = try ChangedFolder("roberta", config: config)
      defer { folder.remove() }
      let texts = try folder.write(inferences, "texts.tsv")
      #expect(try FineTuningRun(options(folder.path, texts), output: nil).classes == sorted, "\(config)")
    }
    let folder = try ChangedFolder(
      "bert", config: #"{"id2label": {"0": "neutral", "1": "entailment", "2": "contradiction"}}"#)
    defer { folder.remove() }
    let run = try FineTuningRun(
      options(folder.path, try folder.write(inferences, "texts.tsv")), output: nil)
    #expect(run.newParameters.contains("classifier.weight") && run.classes == sorted)
  }

  @Test("a folder that is written without training keeps labels and problem type")
  func merging() throws {
    func written(_ name: String, _ config: String) throws -> [String: Any] {
      let folder = try ChangedFolder(name, config: config)
      defer { folder.remove() }
      let target = try ChangedFolder(name)
      defer { target.remove() }
      let source = try ModelFolder(folder.path)
      let model = try source.model()
      try source.write(try source.parameters(of: model, seed: 0).0, of: model, to: target.path)
      return try target.config
    }
    let named = try written(
      "roberta",
      #"""
      {"id2label": {"0": "a", "1": "b", "2": "c"}, "label2id": {"a": 0, "b": 1, "c": 2},
       "problem_type": "multi_label_classification"}
      """#)
    #expect(named["id2label"] as? [String: String] == ["0": "a", "1": "b", "2": "c"])
    #expect(named["label2id"] as? [String: Int] == ["a": 0, "b": 1, "c": 2])
    #expect(named["problem_type"] as? String == "multi_label_classification")
    // BERT's two classes are what transformers takes unless a folder says otherwise.
    let plain = try written("bert", "{}")
    #expect(plain["id2label"] == nil && plain["problem_type"] == nil)
    // Without names, three classes would be two.
    let unnamed = try written("roberta", #"{"id2label": null, "label2id": null, "num_labels": 2}"#)
    #expect(unnamed["id2label"] as? [String: String] == ["0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"])
    #expect(unnamed["num_labels"] == nil)
  }
}
