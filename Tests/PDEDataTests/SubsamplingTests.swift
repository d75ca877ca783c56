import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("Subsampling") struct SubsamplingTests {
  let folder: TemporaryFolder
  let file: PDEBenchFile

  init() throws {
    folder = try TemporaryFolder()
    file = try PDEBenchFile(
      path: NumberedFlow(samples: 20, frames: 7, spatialShape: [4]).write(to: folder.file("flow.hdf5")))
  }

  @Test(
    "the paper's ratios become the paper's strides",
    arguments: [(1.0, 1), (0.5, 2), (0.25, 4), (0.1, 10), (0.025, 40), (0.006, 167), (0.3, 3), (0.7, 1)])
  func ratios(ratio: Double, stride: Int) throws {
    #expect(try Subsampling.reducedBatch(ratio: ratio) == stride)
  }

  @Test("a ratio outside of (0, 1] is refused", arguments: [0, -0.5, 1.01, .infinity, 1e-300])
  func wrongRatio(ratio: Double) {
    #expect(throws: SubsamplingError.ratioOutOfRange(ratio)) { try Subsampling.reducedBatch(ratio: ratio) }
  }

  @Test("a ratio that is not a number is refused")
  func nanRatio() {
    #expect(throws: SubsamplingError.self) { try Subsampling.reducedBatch(ratio: .nan) }
  }

  @Test("the first samples are for the test, a tenth unless set")
  func testSamples() throws {
    #expect(try Subsampling().split(file).test == [0, 1])
    #expect(try Subsampling(testSamples: 5).split(file).test == [0, 1, 2, 3, 4])
    #expect(try Subsampling(testSamples: 0).split(file).test == [])
    let small = try PDEBenchFile(path: NumberedFlow(samples: 3).write(to: folder.file("small.hdf5")))
    #expect(try Subsampling().split(small).test == [0])
  }

  @Test("every k-th training sample is kept, the first included")
  func stride() throws {
    #expect(try Subsampling().split(file).training == Array(2..<20))
    #expect(try Subsampling(reducedBatch: 4).split(file).training == [2, 6, 10, 14, 18])
    #expect(try Subsampling(reducedBatch: 18).split(file).training == [2])
  }

  @Test("validation samples come off the end before the stride")
  func validation() throws {
    let split = try Subsampling(reducedBatch: 5, testSamples: 3, validationSamples: 4).split(file)
    #expect(split.validation == [16, 17, 18, 19])
    #expect(split.training == [3, 8, 13])
    #expect(split.test == [0, 1, 2])
  }

  @Test("a division that leaves no sample to train on is refused")
  func nothingLeft() {
    #expect(
      throws: SubsamplingError.leavesNoSample(file: file.path, reducedBatch: 19, training: 18)
    ) { try Subsampling(reducedBatch: 19).split(file) }
    for (test, validation) in [(20, 0), (10, 10), (.max, .max), (0, .max)] {
      #expect(
        throws: SubsamplingError.noTrainingSamples(
          file: file.path, samples: 20, test: test, validation: validation)
      ) { try Subsampling(testSamples: test, validationSamples: validation).split(file) }
    }
  }

  @Test("a data set that divides itself gives its own validation samples, and no more test samples")
  func ownDivision() throws {
    func write(_ name: String, _ samples: Int) throws -> String {
      try NumberedFlow(samples: samples).write(to: folder.file("\(name).hdf5"))
    }
    let (train, test, valid) = (try write("train", 6), try write("test", 3), try write("valid", 2))
    let data = try DataFiles([train], test: [test], validation: [valid]).open()
    let own = SampleSplit(test: [6, 7, 8], training: Array(0..<6), validation: [9, 10])
    #expect(try Subsampling().split(data) == own)
    #expect(try Subsampling(testSamples: 3, validationSamples: 2).split(data) == own)
    #expect(try Subsampling(testSamples: 1).split(data).test == [6])
    for (subsampling, purpose, count, asked) in [
      (Subsampling(testSamples: 50), "test", 3, 50), (Subsampling(validationSamples: 4), "validation", 2, 4),
      (Subsampling(validationSamples: 1), "validation", 2, 1),
    ] {
      #expect(
        throws: SubsamplingError.dividesItself(file: data.path, purpose: purpose, own: count, asked: asked)
      ) { try subsampling.split(data) }
    }
    // The numbers of a mixture are for all its sets.
    let many = Subsampling(testSamples: 50, validationSamples: 4)
    #expect(try many.split(UnifiedDataSet(data, variables: data.variables)) == own)
    // What it does not set aside itself is asked for freely.
    let tested = try DataFiles([train], test: [test]).open()
    #expect(try Subsampling(validationSamples: 4).split(tested).validation == [2, 3, 4, 5])
  }

  @Test("where all samples are to be kept, a division is asked for no other numbers than its own")
  func exactDivision() throws {
    let own = SampleSplit(test: [6, 7, 8], training: Array(0..<6), validation: [9, 10])
    try own.require(test: nil, validation: nil, of: "F")
    try own.require(test: 3, validation: 2, of: "F")
    try SampleSplit(test: [], training: [0, 1]).require(test: 1, validation: 1, of: "F")
    #expect(throws: SubsamplingError.dividesItself(file: "F", purpose: "test", own: 3, asked: 1)) {
      try own.require(test: 1, validation: 2, of: "F")
    }
    #expect(throws: SubsamplingError.dividesItself(file: "F", purpose: "validation", own: 2, asked: 0)) {
      try own.require(test: nil, validation: 0, of: "F")
    }
  }

  @Test("a frame must be left to predict after the initial ones")
  func frames() throws {
    try Subsampling().requireFrames(of: file, initialSteps: 6)
    #expect(throws: SubsamplingError.tooFewFrames(file: file.path, inFile: 7, left: 7, initialSteps: 7)) {
      try Subsampling().requireFrames(of: file, initialSteps: 7)
    }
    // Frames 0, 3 and 6.
    try Subsampling(reducedResolutionTime: 3).requireFrames(of: file, initialSteps: 2)
    #expect(throws: SubsamplingError.tooFewFrames(file: file.path, inFile: 7, left: 3, initialSteps: 3)) {
      try Subsampling(reducedResolutionTime: 3).requireFrames(of: file, initialSteps: 3)
    }
    #expect(throws: SubsamplingError.tooFewFrames(file: file.path, inFile: 7, left: 2, initialSteps: 2)) {
      try Subsampling(reducedResolutionTime: 3, frameLimit: 2).requireFrames(of: file, initialSteps: 2)
    }
    #expect(throws: SubsamplingError.tooFewFrames(file: file.path, inFile: 7, left: 1, initialSteps: 1)) {
      try Subsampling(reducedResolutionTime: .max).requireFrames(of: file, initialSteps: 1)
    }
  }

  @Test("a stride or number below its least value is refused")
  func tooSmall() {
    let wrong = [
      Subsampling(reducedResolution: 0), Subsampling(reducedResolutionTime: 0), Subsampling(reducedBatch: -1),
      Subsampling(testSamples: -1), Subsampling(validationSamples: -1), Subsampling(frameLimit: 0),
    ]
    for subsampling in wrong {
      let error = #expect(throws: SubsamplingError.self) { try subsampling.split(file) }
      guard case .tooSmall = error else {
        Issue.record("expected a value that is too small, got \(String(describing: error))")
        continue
      }
    }
  }

  @Test("a stride in space must leave two points", arguments: [4, 100, Int.max])
  func tooFewPoints(stride: Int) {
    #expect(
      throws: SubsamplingError.tooFewPoints(file: file.path, spatialShape: [4], reducedResolution: stride)
    ) { try BatchLoader(file, subsampling: Subsampling(reducedResolution: stride)) }
  }

  @Test("a single sample is not to be set aside, but to be joined by another file for the test")
  func singleSample() throws {
    let one = try PDEBenchFile(path: NumberedFlow(samples: 1).write(to: folder.file("one.hdf5")))
    let error = #expect(throws: SubsamplingError.self) { try Subsampling().split(one) }
    let text = error?.description ?? ""
    #expect(
      text.contains("test-data") && text.contains("1 sample,") && !text.contains("set fewer"), "\(text)")
    let two = SubsamplingError.noTrainingSamples(file: "F", samples: 2, test: 1, validation: 1)
    #expect(two.description.contains("set fewer aside") && two.description.contains("test-data"))
  }

  @Test("an axis of a single point is said to be one of variables")
  func singlePoint() {
    let error = SubsamplingError.tooFewPoints(file: "F", spatialShape: [20, 1], reducedResolution: 1)
    #expect(error.description.contains("axes n,t,x,v") && !error.description.contains("smaller"))
    // Where there is no other, none is left for space.
    let alone = SubsamplingError.tooFewPoints(file: "F", spatialShape: [1], reducedResolution: 1)
    #expect(!alone.description.contains("axes n") && !alone.description.contains("smaller"))
  }

  @Test("messages are one line and end the sentence; the fault is the options'")
  func messages() {
    let errors: [SubsamplingError] = [
      .ratioOutOfRange(2), .tooSmall(option: "o", value: 0, least: 1),
      .noTrainingSamples(file: "F", samples: 1, test: 1, validation: 0),
      .dividesItself(file: "F", purpose: "test", own: 2, asked: 3),
      .leavesNoSample(file: "F", reducedBatch: 3, training: 2),
      .tooFewPoints(file: "F", spatialShape: [4], reducedResolution: 9),
      .tooFewFrames(file: "F", inFile: 3, left: 2, initialSteps: 2),
    ]
    for error in errors {
      #expect(error.fault == .usage)
      #expect(error.description.hasSuffix("."))
      #expect(!error.description.contains("\n"))
    }
  }
}
