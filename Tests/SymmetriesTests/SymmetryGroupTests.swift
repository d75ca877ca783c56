import Autodiff
import Foundation
import Symmetries
import TensorCore
import TestSupport
import Testing

@Suite struct SymmetryGroupTests {
  @Test(arguments: [
    ([8], 2), ([6, 6], 8), ([6, 8], 4), ([4, 4, 4], 48), ([4, 4, 6], 16), ([4, 5, 6], 8),
  ])
  func theGroupIsThatOfTheBox(shape: [Int], count: Int) {
    let system = Fields.gas(shape, lengths: shape.map(Double.init))
    let elements = SymmetryGroup.elements(of: system)
    #expect(elements.count == count && elements[0].isIdentity)
    #expect(Set(elements.map(\.map)).count == count)
  }

  @Test func fewerSymmetriesGenerateASmallerGroup() {
    let system = Fields.gas([6, 6])
    #expect(SymmetryGroup.elements(of: system, symmetries: [.exchange(0, 1)]).count == 2)
    #expect(
      SymmetryGroup.elements(of: system, symmetries: [.reflection(axis: 0), .exchange(0, 1)]).count == 8)
    #expect(SymmetryGroup.elements(of: system, symmetries: [.translation, .boost, .scaling]).count == 1)
  }

  @Test(arguments: [[9], [6, 6], [4, 4, 4]], [false, true])
  func theInverseUndoesEachElementExactlyAndProductsAreProducts(shape: [Int], startsAtEnd: Bool) {
    var system = Fields.gas(shape)
    for axis in shape.indices { system.axes[axis].startsAtEnd = startsAtEnd }
    let frames = Fields.frames(system, leading: [2, 3])
    let elements = SymmetryGroup.elements(of: system)
    for (index, element) in elements.enumerated() {
      #expect(element.inverse(element(frames)) == frames)
      #expect(element.isIdentity == (element(frames) == frames))
      let other = elements[(5 * index + 1) % elements.count]
      let product = elements.first { $0.map == other.map.after(element.map) }
      #expect(product?(frames) == other(element(frames)))
    }
  }

  /// Fields of a function of the position, on a square: what becomes of them is known from the function.
  @Test(arguments: [false, true])
  func scalarsVectorsTensorsAndPseudoscalarsChangeAsTheyShould(startsAtEnd: Bool) throws {
    let count = 8
    let names = ["s", "w", "u", "v", "a", "b", "txx", "txy", "tyx", "tyy"]
    let words = [
      "scalar", "pseudoscalar", "velocity-x", "velocity-y", "vector-x", "vector-y", "tensor-xx", "tensor-xy",
      "tensor-yx", "tensor-yy",
    ]
    let system = FieldSystem(
      variables: names, characters: words.compactMap(VariableCharacter.init(word:)),
      axes: ["x", "y"].map {
        .init($0, points: count, length: 1, isPeriodic: true, startsAtEnd: startsAtEnd)
      })
    // A scalar f, its gradient and second derivatives, and the curl of another vector, all periodic.
    func values(_ x: Double, _ y: Double, _ signs: (Double, Double), isExchanged: Bool) -> [Double] {
      // The transformed field is f∘g⁻¹; vectors and tensors are gradients of it, taken in the new coordinates.
      let (k, l) = isExchanged ? (2.0, 1.0) : (1.0, 2.0)
      let (a, b) = (2 * .pi * k * signs.0, 2 * .pi * l * signs.1)
      let phase = a * x + b * y + 0.3
      let (f, g) = (sin(phase), cos(phase))
      let handedness = signs.0 * signs.1 * (isExchanged ? -1 : 1)
      return [f, handedness * g, a * g, b * g, a * f, b * f, -a * a * f, -a * b * f, -b * a * f, -b * b * f]
    }
    func fields(_ signs: (Double, Double), isExchanged: Bool) -> Tensor {
      let offset = startsAtEnd ? 0 : 0.5
      // Mirrored about the end, which is also a mirror of the box: −x and 1 − x are one point.
      let points = (0..<count).map { (Double($0) + offset) / Double(count) }
      let all = points.flatMap { x in points.map { y in values(x, y, signs, isExchanged: isExchanged) } }
      return Tensor(
        names.indices.flatMap { place in all.map { Float($0[place]) } },
        shape: [1, names.count, count, count])
    }
    let original = fields((1, 1), isExchanged: false)
    for element in SymmetryGroup.elements(
      of: try system.with([.reflection(axis: 0), .reflection(axis: 1), .exchange(0, 1)]))
    {
      let signs = element.map.isReflected.map { $0 ? -1.0 : 1 }
      let expected = fields((signs[0], signs[1]), isExchanged: element.map.sources == [1, 0])
      #expect(relativeDifference(element(original), expected) < 1e-5, "\(element)")
    }
  }

  @Test func inputsAreCarriedAlong() throws {
    var system = Fields.gas([5, 5])
    system.inputs = ["mask", "gx", "gy"]
    system.inputCharacters = [VariableCharacter(), .init(.vector(axis: 0)), .init(.vector(axis: 1))]
    let inputs = GradientCheck.random([2, 3, 5, 5])
    for element in SymmetryGroup.elements(of: system) {
      #expect(element.inverse.inputs(element.inputs(inputs)) == inputs)
      // A mask goes where a density of the same values does.
      let mask = Array(inputs.elements.prefix(25)), moved = element.inputs(inputs).elements.prefix(25)
      let flow = Tensor(mask + [Float](repeating: 1, count: 75), shape: [4, 5, 5])
      #expect(Array(moved) == Array(element(flow).elements.prefix(25)))
    }
  }

  @Test func theGradientOfAnElementIsItsInverse() {
    let system = Fields.gas([4, 4])
    for element in SymmetryGroup.elements(of: system) {
      #expect(GradientCheck.error(at: [GradientCheck.random([2, 4, 4, 4])]) { element($0[0]) } < 1e-3)
    }
  }
}
