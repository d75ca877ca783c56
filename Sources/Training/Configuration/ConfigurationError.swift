public import Symmetries
public import SystemFiles
import TempBalance

/// A configuration that cannot be used.
public enum ConfigurationError: ReportableError, Equatable {
  /// A value that must be given is not.
  case missing(key: String)
  /// A value outside its range, or of the wrong kind, that comes from no file.
  case outOfRange(key: String, value: String, expected: String)
  /// A key that no option has, and the names that are like it.
  case unknownKey(key: String, file: String, nearest: [String])
  /// A key in another section of a file than its option belongs to.
  case misplacedKey(key: String, file: String, found: String, expected: String)
  /// A value of the wrong kind.
  case wrongValue(key: String, value: String, file: String, expected: String)
  /// A configuration file that is not YAML or cannot be read.
  case unreadable(file: String, reason: String)
  /// A configuration file that the operating system does not let us read.
  case file(FileError)
  /// Two options that are ways to say the same thing; the file is nil where they come from none.
  case twoWays(file: String?, options: [String])
  /// Values that contradict each other.
  case conflict(Message)
  /// An option that only other kinds than the chosen one have; `choice` is the option that chooses.
  case otherKind(key: String, choice: String, kinds: [String], chosen: String)
  /// A pattern that no parameter's name fits.
  case noSuchLayer(key: String, pattern: String, names: [String])
  /// No parameter is left to be trained.
  case nothingToTrain(key: String)
  /// A correction's rank is not below the sides of a layer.
  case rankTooLarge(rank: Int, layer: String, side: Int, isNamed: Bool)
  /// A model that takes more memory to train than there is.
  case tooLarge(parameters: Int, bytes: Int, memory: Int, options: [String])
  /// A model that does not fit the data.
  case doesNotFit(Message)
  /// Something is asked of the fields that they do not have.
  case symmetry(file: String, SymmetryError)
  /// A variable of a data set is not positive somewhere where the canonical form takes its logarithm, or its mean is not where that is
  /// a sample's scale.
  case notPositive(file: String, name: String, value: Double, place: String)

  /// A mistake in the options, or in a configuration file.
  public var fault: Fault {
    switch self {
    case .unreadable, .file, .notPositive: .data
    default: .usage
    }
  }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .missing(let key): "\(option: key) is missing: give it as an option or in the configuration file."
    case .outOfRange(let key, let value, let expected): "\(option: key) must be \(expected), got \(value)."
    case .unknownKey(let key, let file, let nearest):
      "\(file) sets '\(key)', which is not an option"
        + (nearest.isEmpty ? "." : "; did you mean \(nearest.joined(separator: " or "))?")
    case .misplacedKey(let key, let file, let found, let expected):
      "\(file) sets \(key) under \(found); it belongs under \(expected)."
    case .wrongValue(let key, let value, let file, let expected):
      "\(file) sets \(key) to \(value); expected \(expected)."
    case .unreadable(let file, let reason): "\(file) cannot be read as a configuration: \(reason)"
    case .file(let error): error.message
    case .twoWays(let file, let options):
      "\(file.map { "\($0): " } ?? "")\(option: options[0]) and \(option: options[1]) set the same thing; give one of them."
    case .conflict(let reason): "\(reason)."
    case .otherKind(let key, let choice, let kinds, let chosen):
      """
      \(option: key) is an option of \(Self.owners(kinds, choice)), and the \(choice) is \(chosen); leave one of them out.
      """
    case .noSuchLayer(let key, let pattern, let names):
      "\(option: key, pattern) fits no parameter of the model; it has the layers "
        + "\(Self.layers(of: names)); name some of them, with * for any text."
    case .nothingToTrain(let key):
      "\(option: key) leaves no parameter to train; name fewer layers there."
    case .rankTooLarge(let rank, let layer, let side, let isNamed):
      """
      \(option: "lora-rank", "\(rank)") is not below \(side), the smaller side of \(layer)\(isNamed ? "" : ", the largest layer"); lower \
      it\(isNamed ? ", or leave that layer out of \(option: "lora-layers")" as Message : "").
      """
    case .tooLarge(let parameters, let bytes, let memory, let options):
      "the model has \(parameters) parameters, which need \(bytes >> 20) MB to train, but there are only "
        + "\(memory >> 20) MB of memory" + Self.remedy(options)
    case .doesNotFit(let reason): "the model does not fit the data: \(reason)."
    case .symmetry(let file, let error): "\(file): \(error.message)"
    case .notPositive(let file, let name, let value, let place):
      """
      \(file): \(name) comes to \(value) in \(place), and the canonical form by logarithms or scales needs it above 0; \
      repair the data, or train without these parts of \(option: "canonical").
      """
    }
  }

  /// The layers of some parameters, each once; the middle of many is left out.
  private static func layers(of names: [String]) -> String {
    var layers: [String] = []
    for name in names.map(layerName(ofParameter:)) where layers.last != name { layers.append(name) }
    let shown = layers.count > 12 ? layers.prefix(6) + ["…"] + layers.suffix(5) : layers[...]
    return shown.joined(separator: ", ")
  }

  /// The kinds that have an option, each as it is chosen.
  private static func owners(_ kinds: [String], _ choice: String) -> Message {
    guard let first = kinds.first else { return "none" }
    return kinds.dropFirst().reduce("\(option: choice, first)") { $0 + " or \(option: choice, $1)" }
  }

  private static func remedy(_ options: [String]) -> Message {
    guard let first = options.first else { return "." }
    return options.dropFirst().reduce("; lower \(option: first)") { $0 + " or \(option: $1)" } + "."
  }
}
