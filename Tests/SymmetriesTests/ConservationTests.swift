import Autodiff
import Foundation
import Symmetries
import TensorCore
import TestSupport
import Testing

@Suite struct ConservationTests {
  static let choices: [[ConservedQuantity]] = [
    [.mass], [.momentum], [.energy], [.mass, .momentum], [.momentum, .energy], [.mass, .momentum, .energy],
  ]

  /// A start with energy enough, and a prediction that is off.
  static func start(_ system: FieldSystem) -> Tensor {
    var elements = Fields.frames(system, leading: [3]).elements
    let (points, variables) = (system.shape.reduce(1, *), system.variables.count)
    for index in elements.indices where index / points % variables == 1 { elements[index] += 20 }
    return Tensor(elements, shape: [3, variables] + system.shape)
  }

  @Test(arguments: [[64], [12, 10], [6, 5, 4]], choices)
  func aPredictionHasTheTotalsOfItsStart(shape: [Int], quantities: [ConservedQuantity]) throws {
    let system = Fields.gas(shape, lengths: shape.map(Double.init))
    let conservation = try Conservation(quantities, for: system)
    let start = conservation.totals(of: Self.start(system))
    let prediction = Fields.frames(system, leading: [3], seed: 2)
    let before = conservation.totals(of: prediction)
    let after = conservation.totals(of: conservation(Variable(prediction), start: start).value)
    func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-6 * max(abs(a), 1) }
    for sample in 0..<3 {
      #expect(
        agree(after.masses[sample][0], (quantities.contains(.mass) ? start : before).masses[sample][0]))
      for axis in shape.indices where quantities.contains(.momentum) {
        #expect(agree(after.momenta[sample][axis], start.momenta[sample][axis]))
      }
      if quantities.contains(.energy) { #expect(agree(after.energies[sample], start.energies[sample])) }
      #expect(!agree(before.energies[sample], start.energies[sample]))
    }
  }

  @Test func aPredictionThatConservesStaysAsItIs() throws {
    let system = Fields.gas([32])
    let frame = Self.start(system)
    let conservation = try Conservation(for: system)
    let kept = conservation(Variable(frame), start: conservation.totals(of: frame)).value
    #expect(relativeDifference(kept, frame) < 1e-6)
  }

  @Test func totalsTurnWithTheirSamples() throws {
    let system = Fields.gas([4, 4, 4])
    let conservation = try Conservation(for: system)
    let frames = Fields.frames(system, leading: [2])
    for element in SymmetryGroup.elements(of: system) {
      let found = conservation.totals(of: element(frames)).momenta
      let expected = conservation.totals(of: frames).momenta.map(element.vector)
      for (a, b) in zip(found.joined(), expected.joined()) { #expect(abs(a - b) < 1e-9) }
    }
  }

  @Test(arguments: [[12], [4, 3], [2, 3, 2]], choices)
  func itHasTheRightGradient(shape: [Int], quantities: [ConservedQuantity]) throws {
    let system = Fields.gas(shape, lengths: shape.map(Double.init))
    let conservation = try Conservation(quantities, for: system)
    let start = conservation.totals(of: Self.start(system))
    let error = GradientCheck.error(at: [Fields.frames(system, leading: [3], seed: 2)], step: 5e-3) {
      conservation($0[0], start: start)
    }
    #expect(error < 2e-3)
  }

  @Test func aPredictionWithTooMuchMotionKeepsItsPressure() throws {
    let system = Fields.gas([8])
    let conservation = try Conservation(for: system)
    let start = conservation.totals(of: Fields.frames(system, leading: [1]))
    var wild = Fields.frames(system, leading: [1], seed: 2)
    for point in 0..<8 { wild[0, 2, point] = point % 2 == 0 ? 100 : -100 }
    let kept = conservation(Variable(wild), start: start).value
    #expect((0..<8).allSatisfy { kept[0, 1, $0] == wild[0, 1, $0] } && kept.isFinite)
    #expect(
      GradientCheck.error(at: [wild]) { conservation($0[0], start: start) } < 2e-3)
  }

  @Test func scalarsAndVelocitiesWithoutADensityKeepTheirMeans() throws {
    let system = FieldSystem(
      variables: ["Vx", "dye"], characters: [.velocity(axis: 0), .init(quantity: .conserved)],
      axes: [.init("x", points: 16, length: 1, isPeriodic: true)])
    let conservation = try Conservation([.mass, .momentum], for: system)
    let (start, prediction) = (GradientCheck.random([2, 2, 16]), GradientCheck.random([2, 2, 16], seed: 3))
    let wanted = conservation.totals(of: start)
    let found = conservation.totals(of: conservation(Variable(prediction), start: wanted).value)
    for sample in 0..<2 {
      #expect(abs(found.masses[sample][0] - wanted.masses[sample][0]) < 1e-7)
      #expect(abs(found.momenta[sample][0] - wanted.momenta[sample][0]) < 1e-7)
    }
    #expect(GradientCheck.error(at: [prediction]) { conservation($0[0], start: wanted) } < 1e-3)
  }

  @Test func whatIsNotConservedIsRefusedWithTheReason() {
    let open = Fields.gas([16], isPeriodic: false)
    #expect { try Conservation([.mass], for: open) } throws: { "\($0)".contains("x is not periodic") }
    let unsaid = Fields.gas([16], isPeriodic: nil)
    #expect { try Conservation([.energy], for: unsaid) } throws: {
      "\($0)".contains("not known whether x") && "\($0)".hasSuffix("say so by periodic yes.")
    }
    #expect { try CanonicalForm(for: unsaid, parts: [.galilean]) } throws: {
      "\($0)".hasSuffix("say so by periodic yes.")
    }
    #expect { try Conservation([.mass], for: open) } throws: { !"\($0)".contains("periodic yes") }
    let lonely = FieldSystem(
      variables: ["u"], characters: [VariableCharacter()],
      axes: [.init("x", points: 8, length: 1, isPeriodic: true)])
    for quantity in ConservedQuantity.allCases {
      #expect { try Conservation([quantity], for: lonely) } throws: {
        "\($0)".contains("no variable is known")
      }
    }
  }
}
