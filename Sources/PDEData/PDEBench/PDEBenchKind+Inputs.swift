import HDF5

extension PDEBenchKind {
  /// The axes of the fields in a file that has names of this kind and does not fit it, but can be read as arrays of their own.
  ///
  /// That is so where what does not fit is named by the user, or has all axes but that of time, as inputs have it that
  /// ``DataSetCopy`` writes.
  ///
  /// - Parameters:
  ///   - contents: The file.
  ///   - error: Why it does not fit.
  /// - Returns: The letters of the axes; nil where the file is to be refused.
  func axes(besideInputs contents: FileContents, _ error: DataFileError) -> [String]? {
    // Their fields have an axis of components.
    if case .ofSamples = times { return nil }
    func shape(_ name: String) -> [Int]? {
      contents.names.contains(name) ? (try? contents.file.dataSet(at: name))?.shape : nil
    }
    let shapes = leading.compactMap(shape)
    guard let fields = shapes.max(by: { $0.count < $1.count }), fields.count > 2 else { return nil }
    let input = [fields[0]] + Array(fields[2...])
    let hasInputs = shapes.contains(input) && shapes.allSatisfy { $0 == fields || $0 == input }
    let selection = contents.selection
    let asked = (selection.variables + (selection.inputs ?? []) + selection.targets)
      .filter(contents.names.contains)
    let isMeant =
      switch error {
      case .missingVariable: !asked.isEmpty
      case .shapesDisagree(let dataSet, _, let other, _, _):
        hasInputs || asked.contains(dataSet) || asked.contains(other)
      case .wrongRank(let dataSet, _, _, _): hasInputs || asked.contains(dataSet)
      default: false
      }
    let read = selection.variables.compactMap(shape).first ?? fields
    guard isMeant, (3...5).contains(read.count) else { return nil }
    return ([.sample, .time] + ArrayAxis.space.prefix(read.count - 2)).map { String($0.rawValue) }
  }
}
