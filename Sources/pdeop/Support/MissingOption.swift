import SystemFiles

/// An option that a command cannot do without.
///
/// It is asked for when the command begins, not while its arguments are parsed: the parser tells of unknown options last, and what is
/// missing may be one that is misspelt.
struct MissingOption: ReportableError {
  let message: Message

  var fault: Fault { .usage }

  init(_ message: Message) {
    self.message = message
  }
}
