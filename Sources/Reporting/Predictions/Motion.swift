/// Whether there are frames that follow each other: not where they are different quantities, and not where one given state has
/// one answer.
///
/// - Parameters:
///   - frameNames: The frames' names where they are different quantities.
///   - initialSteps: Frames of a rollout that are given.
///   - frames: All frames of a rollout.
/// - Returns: Whether there is motion.
func hasMotion(frameNames: [String]?, initialSteps: Int, frames: Int) -> Bool {
  frameNames == nil && (initialSteps != 1 || frames != 2)
}
