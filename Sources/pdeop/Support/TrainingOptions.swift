import ArgumentParser
import Options
import Training

/// The options of a training, a group for each part of the configuration; of those of data a command may say something else.
struct TrainingOptions<Data: OptionSelection>: ParsableArguments {
  @OptionGroup(title: "Data") var data: DeclaredOptions<Data>
  @OptionGroup(title: "Model") var model: DeclaredOptions<ModelPart>
  @OptionGroup(title: "Formulation") var formulation: DeclaredOptions<FormulationPart>
  @OptionGroup(title: "Fine-tuning") var fineTuning: DeclaredOptions<FineTuningPart>
  @OptionGroup(title: "Loss") var loss: DeclaredOptions<LossPart>
  @OptionGroup(title: "Optimizer") var optimizer: DeclaredOptions<OptimizerPart>
  @OptionGroup(title: "Schedule") var schedule: DeclaredOptions<SchedulePart>
  @OptionGroup(title: "TempBalance") var tempbalance: DeclaredOptions<TempBalancePart>
  @OptionGroup(title: "Evaluation") var evaluation: DeclaredOptions<EvaluationPart>

  /// What was given, by name.
  var given: [String: OptionText] {
    [
      data.given, model.given, formulation.given, fineTuning.given, loss.given, optimizer.given,
      schedule.given, tempbalance.given, evaluation.given,
    ].reduce([:]) { $0.merging($1) { $1 } }
  }
}

enum DataPart: OptionSelection { static let options = PresentedOption.all(ofPart: "data") }
enum ModelPart: OptionSelection { static let options = PresentedOption.all(ofPart: "model") }
enum FormulationPart: OptionSelection {
  static let options = PresentedOption.all(ofPart: "formulation")
}
enum FineTuningPart: OptionSelection {
  static let options = PresentedOption.all(ofPart: "fine-tuning")
}
enum LossPart: OptionSelection { static let options = PresentedOption.all(ofPart: "loss") }
enum OptimizerPart: OptionSelection { static let options = PresentedOption.all(ofPart: "optimizer") }
enum SchedulePart: OptionSelection { static let options = PresentedOption.all(ofPart: "schedule") }
enum TempBalancePart: OptionSelection {
  static let options = PresentedOption.all(ofPart: "tempbalance")
}
enum EvaluationPart: OptionSelection { static let options = PresentedOption.all(ofPart: "evaluation") }
enum RunPart: OptionSelection { static let options = PresentedOption.all(ofPart: "run") }
