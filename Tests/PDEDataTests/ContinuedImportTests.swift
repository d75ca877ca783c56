import SystemFiles
import PDEData
import TestSupport
import Testing

/// Imports that were interrupted, and what they are continued with.
@Suite("Continued imports") struct ContinuedImportTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Five samples of two frames, each value told by its place.
  private struct Numbers: FieldDataSet {
    let path = "made-up numbers"
    var variables: [FieldVariable] = ["u", "w"]
    let axes = [FieldAxis("x", coordinates: [0, 1, 2, 3])]
    let times = [0.0, 1]
    let samples = 5
    var splits: SampleSplit?

    func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) {
      slab.numberPlaces(in: &target, points: 4)
    }
  }

  private var file: String { folder.file("copy.hdf5") }

  /// Writes two samples and stops.
  private func begin(_ data: Numbers) throws {
    var asked = 0
    let outcome = try DataSetCopy(data, to: file).write(shouldStop: {
      asked += 1
      return asked > 2
    })
    #expect(!outcome.isFinished && outcome.samples == 2)
  }

  private func first(_ data: any FieldDataSet, _ variable: Int) throws -> [Float] {
    try (0..<data.samples).map { sample in
      var values = [Float](repeating: .nan, count: 4)
      var span = values.mutableSpan
      try data.read(FieldSlab(sample: sample, variables: [variable], frames: [0]), into: &span)
      return values[0]
    }
  }

  @Test("another order of the samples is not added to what is begun, as test samples would be there twice")
  func order() throws {
    let split = SampleSplit(test: [4], training: [0, 1, 2, 3])
    try begin(Numbers(splits: split))
    for other in [nil, SampleSplit(test: [0], training: [1, 2, 3, 4])] as [SampleSplit?] {
      let error = #expect(throws: DataFileError.self) {
        try DataSetCopy(Numbers(splits: other), to: file).write()
      }
      #expect(error?.description.contains("the beginning of a file of other data") == true)
    }
    let done = try DataSetCopy(Numbers(splits: split), to: file).write()
    #expect(done.isFinished && done.continued == 2)
    #expect(try first(DataFile.open(file), 0) == [4000, 0, 1000, 2000, 3000])
  }

  @Test("data of other variables are told to be others, not that they lack variables")
  func variables() throws {
    try begin(Numbers())
    for names in [["u", "q"], ["density", "pressure"], ["u"]] {
      let data = Numbers(variables: names.map { FieldVariable($0) })
      let error = #expect(throws: DataFileError.self) { try DataSetCopy(data, to: file).write() }
      let text = error?.description ?? ""
      #expect(text.contains(".copy.hdf5.partial: it is the beginning of a file of other data"), "\(text)")
    }
  }

  @Test("names with a slash are continued, and read as they were, from either layout")
  func slashes() throws {
    let data = Numbers(variables: ["a/u", "b/u"])
    try begin(data)
    let done = try DataSetCopy(data, to: file).write()
    #expect(done.isFinished && done.continued == 2)
    let split = SampleSplit(test: [], training: Array(0..<5))
    let well = try WellCopy(data, split: split, name: "w").write(to: folder.path)
    for path in [file, well[0]] {
      let copy = try DataFile.open(path)
      #expect(Set(copy.variableNames) == ["a/u", "b/u"], "\(path)")
      let second = try #require(copy.variableNames.firstIndex(of: "b/u"))
      #expect(try first(copy, second) == [10, 1010, 2010, 3010, 4010], "\(path)")
    }
  }
}
