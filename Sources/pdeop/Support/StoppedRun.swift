import SystemFiles

/// A run that was stopped from outside, for example by a full disk: what happened, and how to resume.
struct StoppedRun: ReportableError {
  let reason: any ReportableError
  let run: String

  var fault: Fault { reason.fault }

  var message: Message {
    "\(reason) The run is kept as it was last saved; once this is fixed, resume it with pdeop train \(option: "resume", run)."
  }
}
