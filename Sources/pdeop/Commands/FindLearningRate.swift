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
    let end =
      result.points.last.map {
        result.endedEarly
          ? "The loss grew from \(rate($0.learningRate)) on, after \(result.points.count) of \(steps) steps.\n"
          : ""
      } ?? ""
    guard let lowest = result.lowest else { return "No step was taken." }
    let high = lowest / 2
    guard let steepest = result.steepest else {
      return end + "The loss is lowest at \(rate(lowest)), and no fall stands out; more --steps show more.\n"
        + "To try: --learning-rate \(rate(high))"
    }
    return end + "The loss falls fastest at \(rate(steepest)), and is lowest at \(rate(lowest)).\n"
      + "To try: --learning-rate \(rate(min(steepest, high))) to \(rate(max(steepest, high)))"
  }
}
