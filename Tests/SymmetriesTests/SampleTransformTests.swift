import Foundation
import Symmetries
import TensorCore
import TestSupport
import Testing

@Suite struct SampleTransformTests {
  static func random(_ system: FieldSystem, samples: [Int], epoch: Int = 0) -> SampleTransform {
    .random(of: system, samples: samples, seed: 1, epoch: epoch, speed: 0.5, spread: 0.3)
  }

  @Test func eachSampleDependsOnSeedEpochAndItsPlaceAlone() {
    let system = Fields.gas([8, 8])
    let both = Self.random(system, samples: [3, 9])
    let frames = Fields.frames(system, leading: [2, 3])
    let times = [0, 0.1, 0.2]
    let together = both(frames, times: times).elements
    for (place, sample) in [3, 9].enumerated() {
      let half = frames.count / 2
      let one = Tensor(frames.elements[place * half..<(place + 1) * half], shape: [1] + frames.shape[1...])
      let alone = Self.random(system, samples: [sample])(one, times: times)
      #expect(alone.elements == Array(together[place * half..<(place + 1) * half]))
    }
    #expect(Self.random(system, samples: [3, 9], epoch: 1) != both)
    #expect(both == Self.random(system, samples: [3, 9]))
  }

  @Test func onlyWhatIsChosenAndHoldsIsUsed() throws {
    let open = Fields.gas([8], isPeriodic: false)
    let transform = Self.random(open, samples: Array(0..<50))
    #expect(transform.cells.allSatisfy { $0 == [0] } && transform.velocities.allSatisfy { $0 == [0] })
    #expect(Set(transform.elements.map(\.map)).count == 2 && Set(transform.factors).count == 50)
    let none = SampleTransform.random(
      of: Fields.gas([8]), symmetries: [], samples: [0, 1], seed: 1, epoch: 0, speed: 1, spread: 1)
    #expect(none == SampleTransform(of: Fields.gas([8]), samples: 2))
    let frames = Fields.frames(open, leading: [2, 1])
    #expect(none(frames, times: [0]) == frames)
  }

  @Test func reflectionsAndTranslationsMoveValuesExactly() {
    let system = Fields.gas([6, 6])
    let frames = Fields.frames(system, leading: [2, 2])
    var transform = SampleTransform(of: system, samples: 2)
    transform.elements = [3, 6].map { SymmetryGroup.elements(of: system)[$0] }
    let turned = transform(frames, times: [0, 1])
    let size = frames.count / 2
    for (sample, element) in transform.elements.enumerated() {
      let one = Tensor(frames.elements[sample * size..<(sample + 1) * size], shape: [2] + frames.shape[2...])
      #expect(Array(turned.elements[sample * size..<(sample + 1) * size]) == element(one).elements)
    }
    transform = SampleTransform(of: system, samples: 2)
    transform.cells = [[2, -1], [0, 5]]
    var back = transform
    back.cells = [[-2, 1], [0, 1]]
    let moved = transform(frames, times: [0, 1])
    #expect(back(moved, times: [0, 1]) == frames && moved != frames)
    #expect(moved[0, 1, 2, 2, 0] == frames[0, 1, 2, 0, 1])
  }

  @Test func inputsAreTurnedWithTheFields() {
    var system = Fields.gas([6, 6])
    system.inputs = ["mask"]
    system.inputCharacters = [VariableCharacter()]
    let transform = SampleTransform.random(of: system, samples: [0, 1, 2], seed: 4, epoch: 0)
    // A scalar that is also among the fields.
    let frames = Fields.frames(system, leading: [3, 1])
    let turned = transform(frames, times: [0])
    func density(_ frames: Tensor) -> Tensor {
      let elements = frames.elements
      var chosen: [Float] = []
      for sample in 0..<3 { chosen += elements[sample * 144..<sample * 144 + 36] }
      return Tensor(chosen, shape: [3, 1, 6, 6])
    }
    #expect(transform.inputs(density(frames)) == density(turned))
  }
}
