import Autodiff
import Foundation
import Symmetries
import TensorCore
import TestSupport
import Testing

@Suite struct CanonicalFormTests {
  static let shapes = [[32], [31], [16, 16], [15, 16], [8, 8, 8]]

  @Test(arguments: shapes)
  func decodingUndoesEncoding(shape: [Int]) throws {
    let system = Fields.gas(shape, lengths: shape.map { Double($0) / 10 })
    let frames = Fields.frames(system, leading: [3])
    let form = try CanonicalForm(for: system, galilean: true, logarithms: false, scales: true)
    let reference = form.reference(of: frames)
    for time in [0, 0.1, -0.37, 3.3] {
      let back = form.decode(form.encode(frames, time: time, reference), time: time, reference)
      #expect(relativeDifference(back, frames) < 3e-6)
    }
  }
}
