package import PDEData

/// The parts of a set, in the order of their samples.
package struct PartMerge {
  /// The parts.
  package let files: [PDEBenchFile]

  /// Opens the parts and checks that they belong together.
  ///
  /// - Parameter paths: The parts in any order, at least one.
  /// - Throws: If a file cannot be read, two were made with different settings, or samples are missing between them.
  package init(_ paths: [String]) throws {
    let files = try paths.map { try PDEBenchFile(path: $0) }.sorted {
      (Self.firstSample($0) ?? 0) < (Self.firstSample($1) ?? 0)
    }
    for (file, next) in zip(files, files.dropFirst()) {
      if let difference = Self.layout(file).difference(from: Self.layout(next)) {
        throw GenerationError.partsDiffer(file: file.path, other: next.path, difference: difference)
      }
      if let begin = Self.firstSample(file), let nextBegin = Self.firstSample(next),
        nextBegin != begin + file.samples
      {
        throw GenerationError.gap(file: next.path, first: nextBegin, expected: begin + file.samples)
      }
    }
    self.files = files
  }

  /// Writes all samples into one file.
  ///
  /// - Parameters:
  ///   - path: The file to write.
  ///   - compression: How hard to compress, 0 (not at all) to 9.
  ///   - overwrites: Whether an existing file is replaced.
  /// - Returns: The number of samples.
  /// - Throws: If a part cannot be read or the file not be written.
  package func write(to path: String, compression: Int, overwrites: Bool) throws -> Int {
    let writer = try PDEBenchWriter(
      path: path, layout: PDEBenchLayout(of: files[0]), deflateLevel: compression, replacing: overwrites)
    for file in files { try writer.append(contentsOf: file) }
    try writer.finish()
    return writer.samples
  }

  private static func firstSample(_ file: PDEBenchFile) -> Int? {
    file.parameters[GeneratedDataSet.firstSampleAttribute].flatMap { Int(exactly: $0) }
  }

  /// What the parts have in common.
  private static func layout(_ file: PDEBenchFile) -> PDEBenchLayout {
    var layout = PDEBenchLayout(of: file)
    layout.attributes[GeneratedDataSet.firstSampleAttribute] = nil
    return layout
  }
}
