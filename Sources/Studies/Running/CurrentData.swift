import PDEData
import Training

/// What data sets hold now: each is looked into once, however many runs train on it.
struct CurrentData {
  private var known: [(data: DataConfiguration, fingerprint: DataFingerprint)] = []

  /// What a data set holds now.
  ///
  /// - Parameter data: The configuration of a run's data.
  /// - Returns: What identifies the data set.
  /// - Throws: If it cannot be read.
  mutating func fingerprint(_ data: DataConfiguration) throws -> DataFingerprint {
    // What is read of which files, without what is then made of it.
    var key = DataConfiguration()
    (key.paths, key.weights) = (data.paths, data.weights)
    (key.testPaths, key.validationPaths) = (data.testPaths, data.validationPaths)
    (key.variables, key.axes) = (data.variables, data.axes)
    (key.inputs, key.targets) = (data.inputs, data.targets)
    if let found = known.first(where: { $0.data == key }) { return found.fingerprint }
    let fingerprint = try DataFingerprint(of: key.openSets())
    known.append((key, fingerprint))
    return fingerprint
  }
}
