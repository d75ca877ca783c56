import ArgumentParser
import Autodiff
import Foundation
import Optimizers
import TensorCore
import TextModels
import Tokenizers

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time training steps on random tokens.",
    discussion:
      "Without dropout, by AdamW, the gradient's norm bounded by 1, two classes; benchmarks/compare sets it against PyTorch."
  )

  @Option(help: ArgumentHelp("The folder of the model, a BERT or a RoBERTa.", valueName: "folder")) var model:
    String
  @Option(help: "Steps.") var steps = 10
  @Option(help: "Texts a step.") var batch = 16
  @Option(help: "Tokens of a text.") var tokens = 128
  @Option(help: "The number of threads (default: all cores).") var threads: Int?

  func validate() throws {
    guard steps > 0, batch > 0, tokens > 0, threads ?? 1 > 0 else {
      throw ValidationError("All numbers are 1 or more.")
    }
  }

  private struct Output: Encodable {
    let seconds: [Double]
    let processorSeconds: [Double]
    let peakMegabytes: Double
    private enum CodingKeys: String, CodingKey {
      case seconds
      case processorSeconds = "cpu_seconds"
      case peakMegabytes = "peak_megabytes"
    }
  }

  func run() throws {
    try WorkerPool.withThreads(threads) {
      let folder = try ModelFolder(model)
      guard folder.configuration.architecture != .llama else {
        throw TextError.usage("The benchmark is of classifiers, and \(model) is a language model.")
      }
      guard tokens <= folder.configuration.longestText else {
        throw TextError.usage("The model knows \(folder.configuration.longestText) positions, not \(tokens).")
      }
      let model = try folder.model(labels: 2)
      var (parameters, _) = try folder.parameters(of: model, seed: 0)
      var optimizer = Adam(weightDecay: .decoupled(0.1))
      var generator = CounterGenerator(seed: 0, purpose: "benchmark")
      let clock = ContinuousClock()
      var (seconds, processorSeconds) = ([Double](), [Double]())
      for _ in 0..<steps {
        let batch = TokenBatch(
          (0..<batch).map { _ in
            (0..<tokens).map { _ in Int(generator.next() % UInt64(folder.configuration.vocabularySize)) }
          })
        let labels = (0..<self.batch).map { _ in Int(generator.next() % 2) }
        let start = Self.processorTime
        let duration = clock.measure {
          let tape = Tape()
          let traced = TracedParameters(parameters, watchedBy: tape)
          let loss = model.logits(batch, traced, dropout: nil).crossEntropy(classes: labels)
          var gradients = tape.gradients(of: loss)[traced]
          gradients.clipNorm(to: 1)
          optimizer.update(&parameters, gradients: gradients) { _ in 2e-5 }
        }
        processorSeconds.append(Self.processorTime - start)
        seconds.append(Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
      }
      try printJSON(
        Output(
          seconds: seconds, processorSeconds: processorSeconds, peakMegabytes: Self.peakMegabytes))
    }
  }

  /// Seconds that all threads together have computed.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static var peakMegabytes: Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropLast().last).flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
  }
}
