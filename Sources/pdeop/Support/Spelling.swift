import SystemFiles

extension Message {
  /// The sentence with its options as they are given on a command line.
  var spelled: String { text(spelling: Spelling.option) }
}

/// How names of options and their values are written on a command line.
enum Spelling {
  /// An option, with a value where there is one: `--epochs`, `--epochs 3`, `--resume 'run 2'`, `--no-shuffle`.
  static func option(_ name: String, _ value: String? = nil) -> String {
    switch value {
    case nil, "true": "--\(name)"
    case "false": "--no-\(name)"
    case .some(let value): "--\(name) \(value.shellWord)"
    }
  }
}
