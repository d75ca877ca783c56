import ArgumentParser
import Reporting
import Training

struct FindLearningRate: ReadsDataFiles, ParsableCommand, SaysMessages {
  static let configuration = CommandConfiguration(
    commandName: "find-rate",
    abstract: "Find a learning rate: a short training whose rate grows until the loss does.",
    discussion: """
        pdeop find-rate --data F.hdf5 --ratio 0.1 --plot rates.svg

      It takes the options of pdeop train, and writes no run. Try --learning-rate between the rate where the loss falls fastest \
      and half of the one where it is lowest; a schedule that falls bears the upper end. The batch size, the loss and the recipe \
      change the answer, so give those of the training to come.
      """)

  @OptionGroup var settings: TrainingSettings
  @OptionGroup var dataFiles: DataFileOptions
  @OptionGroup var messages: MessageOptions

  @Option(parsing: .unconditional, help: "The rate of the first step.")
  var lowestRate = 1e-6

  @Option(parsing: .unconditional, help: "The rate of the last step.")
  var highestRate = 1.0

  @Option(parsing: .unconditional, help: "The number of steps.")
  var steps = 300

  @Option(help: "Draw the losses over the rates to this file, .svg or .png (needs gnuplot).")
  var plot: String?

  @Flag(help: "Print one JSON object on standard output, with all steps.")
  var json = false

  func validate() throws {
    guard lowestRate > 0, lowestRate < highestRate, highestRate.isFinite else {
      throw ValidationError(
        "--lowest-rate must be above 0 and below --highest-rate, got \(lowestRate) and \(highestRate).")
    }
    guard (2...100_000).contains(steps) else {
      throw ValidationError("--steps must be from 2 to 100000, got \(steps).")
    }
  }

  func run() throws {
    // What cannot be drawn shows before anything is computed.
    if let plot { try Gnuplot.require(picture: plot) }
    let (configuration, reasons) = try settings.configuration()
    Interruption.watch()
    let (sweep, progress) = (LearningRateSweep(lowestRate...highestRate, steps: steps), CountProgress())
    let result = try settings.advised(configuration) {
      try sweep.run(
        configuration, shouldStop: { Interruption.isRequested },
        reading: { progress.show($0, of: $1, "reading samples") },
        progress: { progress.show($0, of: steps, "steps") })
    }
    progress.clear()
    for reason in reasons { Console.say(reason) }
    if Interruption.isRequested { throw Interruption.exitCode }
    if json {
      try Console.printJSON(result)
    } else {
      try Console.print(Self.summary(of: result, steps: steps))
    }
    guard let plot else { return }
    try result.draw(to: plot)
    Console.say("Drawn: \(plot)")
  }

  private static func summary(of result: LearningRateSweep.Result, steps: Int) -> String {
    func rate(_ value: Double) -> String { formatted(value, digits: 2) }
    guard let lowest = result.lowest, let last = result.points.last else { return "No step was taken." }
    var end = ""
    if result.endedEarly {
      end =
        "The loss grew from \(rate(last.learningRate)) on, after \(result.points.count) of \(steps) steps.\n"
    }
    guard let suggested = result.suggested else {
      if !result.endedEarly, let growing = result.growing {
        end = "The loss grows from \(rate(growing)) on.\n"
      }
      let reason =
        result.steepest == nil
        ? "No fall of the loss stands out, so this sweep tells no rate; more --steps show more."
        : "The loss is lowest at \(rate(lowest)), at or near the first rate, so this sweep tells no rate; begin it at a lower one "
          + "with --lowest-rate."
      return end + reason
    }
    let steepest = result.steepest.map { "falls fastest at \(rate($0)), and " } ?? ""
    return end + "The loss \(steepest)is lowest at \(rate(lowest)).\n"
      + "To try: --learning-rate \(rate(suggested.lowerBound)) to \(rate(suggested.upperBound))"
  }
}
