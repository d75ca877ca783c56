import Autodiff
import Foundation
import Symmetries
import TensorCore
import TestSupport
import Testing

@Suite struct CanonicalFormTests {
  static let shapes = [[32], [31], [16, 16], [15, 16], [8, 8, 8]]

  @Test(arguments: shapes, [false, true])
  func decodingUndoesEncoding(shape: [Int], logarithms: Bool) throws {
    let system = Fields.gas(shape, lengths: shape.map { Double($0) / 10 })
    // Noise reaches below all values between its points, which a logarithm forbids: smooth fields for those.
    let frames =
      logarithms ? Self.smooth(system, samples: 3) : Fields.frames(system, leading: [3])
    let form = try CanonicalForm(for: system, galilean: true, logarithms: logarithms, scales: true)
    let reference = form.reference(of: frames)
    for time in [0, 0.1, -0.37, 3.3] {
      let canonical = form.encode(frames, time: time, reference)
      #expect(relativeDifference(canonical, frames) > 0.1)
      #expect(relativeDifference(form.decode(canonical, time: time, reference), frames) < 3e-6)
    }
  }

  static func smooth(_ system: FieldSystem, samples: Int) -> Tensor {
    Fields.smooth(system, samples: samples)
  }

  @Test(arguments: shapes)
  func severalFramesAreEncodedLikeEach(shape: [Int]) throws {
    let system = Fields.gas(shape)
    let frames = Self.smooth(system, samples: 6).reshaped([2, 3, shape.count + 2] + shape)
    let form = try CanonicalForm(for: system)
    let size = frames.count / 6
    func frame(_ tensor: Tensor, _ index: Int) -> Tensor {
      let elements = tensor.elements
      var chosen: [Float] = []
      for sample in 0..<2 {
        let start = (sample * 3 + index) * size
        chosen += elements[start..<start + size]
      }
      return Tensor(chosen, shape: [2, shape.count + 2] + shape)
    }
    let reference = form.reference(of: frame(frames, 2))
    let times = [-0.1, -0.05, 0]
    let encoded = form.encode(frames, times: times, reference)
    let moved = form.moved(frames, times: times, reference)
    for (index, time) in times.enumerated() {
      #expect(frame(encoded, index) == form.encode(frame(frames, index), time: time, reference))
      #expect(frame(moved, index) == form.moved(frame(frames, index), times: [time], reference))
    }
    #expect(relativeDifference(form.decode(encoded, times: times, reference), frames) < 3e-6)
  }

  @Test(arguments: shapes)
  func decodingWithoutMovingBackGivesTheMovedFrame(shape: [Int]) throws {
    let system = Fields.gas(shape)
    let frames = Self.smooth(system, samples: 2)
    let form = try CanonicalForm(for: system)
    let reference = form.reference(of: frames)
    let back = form.decodeUnmoved(Variable(form.encode(frames, time: 0.3, reference)), reference).value
    #expect(relativeDifference(back, form.moved(frames, times: [0.3], reference)) < 2e-6)
  }

  @Test func theReferenceHasTheSamplesMeans() throws {
    let system = Fields.gas([2])
    let frame = Tensor([1, 3, 4, 8, 2, 6], shape: [1, 3, 2])
    let reference = try CanonicalForm(for: system).reference(of: frame)
    #expect(reference.density == [2] && reference.pressure == [6])
    #expect(reference.velocities == [[5]])
    #expect(abs(reference.numbers[0][0] - log(3)) < 1e-12)
    let fields = reference.fields(shape: [2], means: [log(3) - 1], deviations: [0.5])
    #expect(fields.shape == [1, 1, 2] && fields.elements.allSatisfy { abs($0 - 2) < 1e-6 })
    let plain = try CanonicalForm(for: system, parts: [.logarithms])
    #expect(plain.reference(of: frame).numbers == [[]] && plain.extraInputs == 0)
    #expect(plain.reference(of: frame).velocities == [[0]])
  }

  @Test func aSampleInItsCanonicalFormRestsInItsOwnUnits() throws {
    let system = Fields.gas([16, 16])
    let frames = Self.smooth(system, samples: 4)
    let form = try CanonicalForm(for: system, parts: [.galilean, .scales])
    let reference = form.reference(of: form.encode(frames, time: 0, form.reference(of: frames)))
    for sample in 0..<4 {
      #expect(abs(reference.density[sample] - 1) < 1e-6 && abs(reference.pressure[sample] - 1) < 1e-6)
      #expect(reference.velocities[sample].allSatisfy { abs($0) < 1e-6 })
    }
  }

  /// V + c and fields moved by c·t, where c·t is a whole number of cells at each frame: the canonical form is the same.
  @Test(arguments: [[32], [31], [16, 16]])
  func boostedAndScaledSamplesHaveTheSameCanonicalForm(shape: [Int]) throws {
    let system = Fields.gas(shape)
    let (samples, times) = (2, [0.0, 0.25, 0.5])
    let one = Self.smooth(system, samples: samples * times.count)
    let frames = one.reshaped([samples, times.count] + one.shape[1...])
    var transform = SampleTransform(of: system, samples: samples)
    transform.velocities = [shape.map { 12 / Double($0) }, shape.map { -8 / Double($0) }]
    transform.factors = [3, 0.2]
    transform.cells = [shape.map { _ in 0 }, shape.map { _ in 0 }]
    let other = transform(frames, times: times)
    let form = try CanonicalForm(for: system)
    func encoded(_ frames: Tensor) -> Tensor {
      let size = frames.count / samples / times.count
      let elements = frames.elements
      var first: [Float] = []
      for sample in 0..<samples {
        let start = sample * times.count * size
        first += elements[start..<start + size]
      }
      let reference = form.reference(of: Tensor(first, shape: [samples] + Array(one.shape[1...])))
      return form.encode(frames, times: times, reference)
    }
    #expect(relativeDifference(other, frames) > 0.1)
    #expect(relativeDifference(encoded(other), encoded(frames)) < 3e-5)
  }

  @Test(arguments: [[32], [31], [8, 8], [4, 4, 4]])
  func transformingASampleTransformsItsCanonicalForm(shape: [Int]) throws {
    let system = Fields.gas(shape)
    let frames = Self.smooth(system, samples: 3)
    let form = try CanonicalForm(for: system)
    let expected = form.encode(frames, time: 0.4, form.reference(of: frames))
    for element in SymmetryGroup.elements(of: system) {
      let turned = element(frames)
      let found = form.encode(turned, time: 0.4, form.reference(of: turned))
      #expect(relativeDifference(found, element(expected)) < 3e-5, "\(element)")
      // Decoded by the turned reference, it is the turned prediction.
      let reference = form.reference(of: frames)
      let turnedReference = SampleReference(
        velocities: reference.velocities.map(element.vector), density: reference.density,
        pressure: reference.pressure, numbers: reference.numbers)
      let decoded = form.decodeUnmoved(Variable(element(expected)), turnedReference).value
      #expect(
        relativeDifference(decoded, element(form.decodeUnmoved(Variable(expected), reference).value)) < 1e-6)
    }
  }

  @Test(arguments: [16, 15])
  func aMoveByWholeCellsMovesValuesFromPointToPoint(count: Int) throws {
    let system = Fields.gas([count])
    let frames = Fields.frames(system, leading: [1, 1])
    let form = try CanonicalForm(for: system, parts: [.galilean])
    let reference = form.reference(of: frames.reshaped([1, 3, count]))
    let time: Double = 3 / Double(count) / reference.velocities[0][0]
    var cells = SampleTransform(of: system, samples: 1)
    cells.cells = [[-3]]
    let moved = form.moved(frames, times: [time], reference)
    #expect(relativeDifference(moved, cells(frames, times: [time])) < 2e-6)
  }

  @Test(arguments: [[8], [4, 4]], CanonicalPart.allCases.map { [$0] } + [CanonicalPart.allCases])
  func decodingHasTheRightGradient(shape: [Int], parts: [CanonicalPart]) throws {
    let system = Fields.gas(shape)
    let form = try CanonicalForm(for: system, parts: parts)
    let reference = form.reference(of: Fields.frames(system, leading: [2]))
    let input = GradientCheck.random([2, shape.count + 2] + shape)
    #expect(GradientCheck.error(at: [input]) { form.decodeUnmoved($0[0], reference) } < 1e-3)
  }

  @Test func aFrontBelowZeroBetweenItsPointsStillHasALogarithm() throws {
    let system = Fields.gas([64])
    let front = [Float](repeating: 1, count: 32) + [Float](repeating: 100, count: 32)
    let frame = Tensor(front + front + [Float](repeating: 0.3, count: 64), shape: [1, 3, 64])
    let form = try CanonicalForm(for: system)
    #expect(form.encode(frame, time: 0.5 / 64 / 0.3, form.reference(of: frame)).isFinite)
  }

  @Test func whatDoesNotHoldIsRefusedWithTheReason() throws {
    let open = Fields.gas([16], isPeriodic: false)
    #expect(CanonicalForm.parts(of: open) == [.scales, .logarithms])
    #expect { try CanonicalForm(for: open, parts: [.galilean]) } throws: {
      "\($0)".contains("x is not periodic")
    }
    let unknown = FieldSystem(
      variables: ["u"], characters: [VariableCharacter()], axes: [.init("x", points: 8, length: 1)])
    #expect(CanonicalForm.parts(of: unknown).isEmpty)
    for part in CanonicalPart.allCases {
      #expect(throws: SymmetryError.self) { try CanonicalForm(for: unknown, parts: [part]) }
    }
    let identity = try CanonicalForm(for: unknown)
    let frame = GradientCheck.random([2, 1, 8])
    #expect(identity.isIdentity && identity.encode(frame, time: 1, identity.reference(of: frame)) == frame)
  }
}
