import Options
import SystemFiles
import Training

/// The page that explains every option of a training, in Markdown.
struct OptionReference {
  private let options = ConfigurationOptions()

  /// The page.
  var text: String {
    """
    # Options of a training run

    Give an option on the command line as in the table, or in a configuration file as `name: value` in its section. This page \
    is the output of `pdeop config --reference`; its ranges are the ones that the program uses, and its defaults those of \
    `--recipe plain`, of a file given by `--config` and of plans. Otherwise `pdeop train` begins with `--recipe low-data`, which \
    chooses many of them by the data.

    \(ConfigurationOptions.parts.map(section).joined(separator: "\n\n"))
    """
  }

  private func section(_ part: String) -> String {
    let common = options.all.filter { $0.part == part && $0.kind == nil }
    var parts = ["## \(part)", table(common)]
    for kind in options.kinds[part: part] {
      let own = options.all.filter { $0.part == part && $0.kind == kind }
      guard !own.isEmpty else { continue }
      parts += ["### \(Spelling.option(part, kind.name)): \(kind.title)", table(own)]
    }
    return parts.joined(separator: "\n\n")
  }

  private func table(_ options: [ConfigurationOption]) -> String {
    (["| option | values | default | |", "| --- | --- | --- | --- |"] + options.map(row)).joined(
      separator: "\n")
  }

  private func row(_ option: ConfigurationOption) -> String {
    let declaration = option.declaration
    let isTruth = declaration.form.required == .truth
    let name =
      isTruth
      ? "`\(Spelling.option(option.name))`, `\(Spelling.option(option.name, "false"))`"
      : "`\(Spelling.option(option.name, "\(declaration.example)"))`"
    let cells = [name, values(declaration), declaration.defaultWords.spelled, declaration.help.spelled]
    return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }

  private func values(_ declaration: OptionDeclaration<TrainingConfiguration>) -> String {
    Self.noun(declaration.form) + (declaration.range.map { ", \($0.words)" } ?? "")
  }

  /// What the values are.
  private static func noun(_ form: OptionForm) -> String {
    switch form {
    case .wholeNumber: "whole number"
    case .span: "whole number, or two like `2..8`"
    case .number: "number"
    case .truth: "true or false"
    case .text: "text"
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .list(.choice(let words)): "comma-separated list of " + noun(.choice(words))
    case .list(let element): "comma-separated " + noun(element) + "s"
    case .optional(let form): noun(form)
    }
  }
}
