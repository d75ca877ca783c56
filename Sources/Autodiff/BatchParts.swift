/// The parts of a batch that are computed apart from each other, at the same time: on other threads, or on other machines.
///
/// A layer whose result for one sample depends on the others, such as batch normalization, sums over its own part and asks for
/// the sums of all. Layers that look at each sample by itself know nothing of parts.
public protocol BatchParts: AnyObject {
  /// The numbers of all parts.
  ///
  /// Every part calls this at the same places of the forward and of the backward pass, and waits for the others.
  ///
  /// - Parameter own: This part's; as many for every part.
  /// - Returns: An entry for each part of the batch, in the order of its samples.
  func gather(_ own: [Double]) -> [[Double]]
}
