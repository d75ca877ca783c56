import Studies
import Testing

@Suite("The paper's results") struct PaperResultTests {
  // Of Table 19 of arXiv 2410.12178.
  @Test(
    "are those of its table, for the model and the nearest number of samples",
    arguments: [
      ("fno", 1, 900, 0.113, 0.102), ("fno", 1, 1000, 0.113, 0.102), ("fno", 2, 54, 0.546, 0.467),
      ("unet", 1, 225, 0.274, 0.254), ("unet", 2, 9000, 0.296, 0.290),
    ])
  func cells(kind: String, dimensions: Int, samples: Int, baseline: Double, tempbalance: Double) throws {
    let result = try #require(
      PaperResult.nearest(kind: kind, dimensions: dimensions, trainSamples: samples))
    #expect(result.baseline == baseline && result.tempbalance == tempbalance)
  }

  @Test("improve most with the least data, as its text says")
  func improvement() throws {
    let result = try #require(PaperResult.nearest(kind: "fno", dimensions: 2, trainSamples: 50))
    #expect(abs(result.improvement - 14.47) < 0.01)
  }

  @Test(
    "are none for other models and for numbers of samples far from the paper's",
    arguments: [("dpot", 2, 900), ("fno", 3, 900), ("fno", 1, 18), ("fno", 1, 14_000)])
  func others(kind: String, dimensions: Int, samples: Int) {
    #expect(PaperResult.nearest(kind: kind, dimensions: dimensions, trainSamples: samples) == nil)
  }
}
