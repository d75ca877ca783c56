import SystemFiles

/// A run that something outside of it stopped, such as a full disk: what happened, and how to go on.
struct StoppedRun: ReportableError {
  let reason: any ReportableError
  let run: String

  var fault: Fault { reason.fault }

  var description: String { message.description }

  var message: Message {
    "\(reason) The run is kept as it was last saved; go on with pdeop train \(option: "resume", run) after that."
  }
}
