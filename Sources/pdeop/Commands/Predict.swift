import ArgumentParser
import NeuralOperators
import PDEData
import TensorCore
import Training

struct Predict: ParsableCommand, ReadsDataFiles {
  static let configuration = CommandConfiguration(
    abstract: "Write a model's rollouts to a file in the layout of the data set.",
    discussion: """
      The initial frames are copied; the model predicts the frames after them. It predicts the test samples, the first ones \
      in the file, or all of them with --all-samples. Any program that reads the data set can read the file; compare it \
      with it:
        pdeop predict --checkpoint C.safetensors --data F.hdf5 --output P.hdf5
        pdeop evaluate --prediction P.hdf5 --data F.hdf5
      """)

  @Option(help: "A file of weights: safetensors or PyTorch's.")
  var checkpoint: String

  @Option(help: "The file to write; it must not exist yet.")
  var output: String

  @OptionGroup var source: DataOptions

  @OptionGroup var dataFiles: DataFileOptions

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output must name a file.") }
  }

  func run() throws {
    let source = try source.resolved()
    try WorkerPool.withThreads(source.threads) { try predict(source) }
  }

  private func predict(_ source: DataChoice) throws {
    let work = try source.open(checkpoint)
    let progress = CountProgress()
    try PredictionFile.write(
      to: output, work.checkpoint, loader: work.loader, samples: work.samples, batchSize: source.batchSize
    ) { progress.show($0, of: work.samples.count, "samples") }
    let result = Result(
      output: output, samples: work.samples.count, frames: work.loader.frames,
      initialSteps: work.checkpoint.model.initialSteps)
    if json { return try Console.printJSON(result) }
    try Console.print(
      "\(output): \(result.samples) samples of \(result.frames) frames, the first \(result.initialSteps) copied from the data"
    )
  }

  private struct Result: Encodable {
    let output: String
    let samples, frames, initialSteps: Int

    private enum CodingKeys: String, CodingKey {
      case output, samples, frames
      case initialSteps = "initial_steps"
    }
  }
}
