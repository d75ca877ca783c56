import Foundation
import HDF5
import Options
import PDEData
import Symmetries
import SystemFiles
import TensorCore
import Testing

@Suite struct FieldSystemTests {
  /// A data set that only describes itself.
  struct Described: FieldDataSet {
    var path = "mine"
    var layout = "compressible flow"
    var variables: [FieldVariable] = ["density", "pressure", "Vx"]
    var axes = [FieldSystemTests.axis("x", 16, isPeriodic: true)]
    let times = [0.0, 1]
    let samples = 1
    var attributes: [String: AttributeValue] = [:]
    func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) {}
  }

  static func axis(
    _ name: String, _ points: Int, isPeriodic: Bool?, length: Double = 1, offset: Double = 0.5,
    stride: Int = 1
  ) -> FieldAxis {
    let all = (0..<points).map { (Double($0) + offset) * length / Double(points) }
    return FieldAxis(
      name, coordinates: Swift.stride(from: 0, to: points, by: stride).map { all[$0] }, isPeriodic: isPeriodic
    )
  }

  static let square = [axis("x", 8, isPeriodic: true), axis("y", 8, isPeriodic: true)]

  @Test func aCompressibleFlowIsKnown() {
    let system = FieldSystem(Described())
    #expect(system.equation == .compressibleFlow && system.gamma == 5.0 / 3)
    #expect(system.characters == [.density, .pressure, .velocity(axis: 0)])
    #expect(system.symmetries == [.reflection(axis: 0), .translation, .boost, .scaling])
    #expect(system.conserved == [.mass, .momentum, .energy])
    #expect(
      system.summary
        == "symmetries: reflection in x, translation, Galilean boosts, scaling of density and pressure")
    #expect(system.axes[0].length == 1 && !system.axes[0].startsAtEnd)

    let plane = FieldSystem(
      Described(
        variables: ["density", "pressure", "Vx", "Vy"], axes: Self.square, attributes: ["gamma": .number(1.4)]
      ))
    #expect(plane.gamma == 1.4)
    #expect(
      plane.summary
        == "symmetries: reflection in x and y, exchange of x and y, translation, Galilean boosts, scaling of density and pressure"
    )
  }

  /// An axis of eight points whose coordinates fall.
  static func falling(_ name: String) -> FieldAxis {
    FieldAxis(name, coordinates: (0..<8).map { 1 - (Double($0) + 0.5) / 8 }, isPeriodic: true)
  }

  @Test func fieldsMoveAgainstAnAxisWhoseCoordinatesFall() throws {
    let system = FieldSystem(Described(axes: [Self.falling("x")]))
    #expect(system.axes[0].isDescending && system.axes[0].length == 1 && system.axes[0].spacing == -0.125)
    #expect(system.symmetries.contains(.boost))
    let form = try CanonicalForm(for: system, galilean: true, logarithms: false, scales: false)
    let wave = Self.falling("x").coordinates.map { Float(sin(2 * Double.pi * $0)) }
    // ρ and V are 1: after a quarter of the time in which it crosses the domain, what stood at x + ¼ stands at x.
    let one = [Float](repeating: 1, count: 8)
    let frame = Tensor(one + wave + one, shape: [1, 3, 8])
    let moved = form.moved(frame, times: [0.25], form.reference(of: frame)).elements[8..<16]
    let expected = Self.falling("x").coordinates.map { Float(sin(2 * Double.pi * ($0 + 0.25))) }
    #expect(zip(moved, expected).allSatisfy { abs($0 - $1) < 1e-6 })

    // Checkpoints of before say nothing of it.
    let text = try JSONEncoder().encode(FieldSystem(Described()))
    #expect(!String(decoding: text, as: UTF8.self).contains("descend"))
    let back = try JSONDecoder().decode(FieldSystem.self, from: JSONEncoder().encode(system))
    #expect(back == system)
  }

  @Test func axesThatRunInDifferentWaysAreNotExchanged() {
    var plane = Described(
      variables: ["density", "pressure", "Vx", "Vy"],
      axes: [Self.axis("x", 8, isPeriodic: true), Self.falling("y")])
    let exchange = Symmetry.exchange(0, 1)
    #expect(!FieldSystem(plane).symmetries.contains(exchange))
    #expect {
      try FieldSystem(plane).check(exchange)
    } throws: {
      "\($0)".contains("coordinates rise along x and fall along y")
    }
    plane.axes[0] = Self.falling("x")
    #expect(FieldSystem(plane).symmetries.contains(exchange))
  }

  @Test func openEndsLeaveFewerSymmetries() {
    let system = FieldSystem(Described(axes: [Self.axis("x", 16, isPeriodic: false)]))
    #expect(system.symmetries == [.reflection(axis: 0), .scaling] && system.conserved.isEmpty)
  }

  @Test func pointsNearerToOneOpenEndAreNotMirrored() {
    for (stride, isCentered) in [(1, true), (2, false), (4, false), (5, true)] {
      let data = Described(axes: [Self.axis("x", 16, isPeriodic: false)])
      let system = FieldSystem(data, axes: [Self.axis("x", 16, isPeriodic: false, stride: stride)])
      #expect(system.axes[0].isCentered == isCentered)
      #expect(system.symmetries.contains(.reflection(axis: 0)) == isCentered)
    }
    let ring = FieldSystem(Described(), axes: [Self.axis("x", 16, isPeriodic: true, stride: 2)])
    #expect(ring.symmetries.contains(.reflection(axis: 0)))
  }

  @Test func aForceIsAVector() {
    let force = (0..<2).map { FieldVariable("force_\($0)", role: .constant) }
    let system = FieldSystem(
      Described(
        layout: PDEBenchKind.incompressibleFlow.name, variables: ["Vx", "Vy", "particles"] + force,
        axes: Self.square))
    #expect(system.inputCharacters.map(\.kind) == [.vector(axis: 0), .vector(axis: 1)])
    #expect(system.symmetries.contains(.exchange(0, 1)))
  }

  @Test(arguments: [("_periodic_", true), ("_trans_", false), ("_", nil)] as [(String, Bool?)])
  func fileNamesOfPDEBenchSayWhetherFlowsArePeriodic(word: String, isPeriodic: Bool?) {
    let data = Described(
      path: "/data/1D_CFD_Rand_Eta0.01_Zeta0.01\(word)Train.hdf5",
      axes: [Self.axis("x", 16, isPeriodic: nil)])
    #expect(FieldSystem(data).axes[0].isPeriodic == isPeriodic)
    #expect(FieldSystem(data, isPeriodic: false).axes[0].isPeriodic == false)
    #expect(FieldSystem(data).symmetries.contains(.boost) == (isPeriodic == true))
  }

  @Test func pointsThatAreNotEvenlySpacedAcrossTheEndAreNotPeriodic() {
    let whole = Self.axis("x", 16, isPeriodic: nil)
    let data = Described(
      path: "1D_Burgers_Sols_Nu0.01.hdf5", layout: "single field", variables: ["tensor"], axes: [whole])
    for (stride, isPeriodic) in [(1, true), (2, true), (3, false), (4, true), (5, false)] {
      let used = Self.axis("x", 16, isPeriodic: nil, stride: stride)
      #expect(FieldSystem(data, axes: [used]).axes[0].isPeriodic == isPeriodic)
      #expect(FieldSystem(data, axes: [used]).axes[0].points == used.coordinates.count)
    }
    let long = Self.axis("x", 99, isPeriodic: true)
    let tenth = Self.axis("x", 99, isPeriodic: true, stride: 10)
    #expect(FieldSystem(Described(axes: [long]), axes: [tenth]).axes[0].isPeriodic == false)
    // What a person says goes before what the file says.
    let open = Described(axes: [Self.axis("x", 16, isPeriodic: false)])
    #expect(FieldSystem(open, axes: open.axes, isPeriodic: true).axes[0].isPeriodic == true)
  }

  @Test(arguments: [(0.0, true), (0.5, false), (-8.0, true), (-7.5, false)])
  func thePlaceOfTheFirstPointIsTold(offset: Double, startsAtEnd: Bool) {
    let data = Described(axes: [Self.axis("x", 16, isPeriodic: true, length: 3, offset: offset)])
    #expect(FieldSystem(data).axes[0].startsAtEnd == startsAtEnd)
  }

  @Test func singleFieldsAreKnownByTheirParametersOrNames() {
    func system(_ path: String, _ attributes: [String: AttributeValue]) -> FieldSystem {
      FieldSystem(
        Described(
          path: path, layout: "single field", variables: ["tensor"],
          axes: [Self.axis("x", 16, isPeriodic: nil)], attributes: attributes))
    }
    for burgers in [
      system("a.hdf5", ["Nu": .number(0.01)]), system("/b/1D_Burgers_Sols_Nu0.01.hdf5", [:]),
    ] {
      #expect(burgers.symmetries == [.reflection(axis: 0), .translation, .boost])
      #expect(burgers.conserved == [.momentum] && burgers.isPeriodic)
    }
    for advection in [
      system("a.hdf5", ["beta": .number(0.4)]), system("1D_Advection_Sols_beta0.4.hdf5", [:]),
    ] {
      #expect(advection.symmetries == [.translation] && advection.conserved == [.mass])
    }
    #expect(system("ReacDiff_Nu0.5_Rho1.0.hdf5", [:]).symmetries == [.reflection(axis: 0), .translation])
    let unknown = system("mine.hdf5", [:])
    #expect(unknown.symmetries.isEmpty && unknown.equation == nil && unknown.axes[0].isPeriodic == nil)
    #expect(unknown.summary == "symmetries: none")
  }

  @Test func planeProblemsAreKnownAsFarAsTheirEndsAllow() {
    func system(_ layout: String, _ variables: [FieldVariable], path: String = "a", isPeriodic: Bool? = nil)
      -> FieldSystem
    {
      FieldSystem(
        Described(
          path: path, layout: layout, variables: variables,
          axes: [Self.axis("x", 8, isPeriodic: isPeriodic), Self.axis("y", 8, isPeriodic: isPeriodic)]))
    }
    let mirrors: [Symmetry] = [.reflection(axis: 0), .reflection(axis: 1), .exchange(0, 1)]
    #expect(system("Darcy flow", ["tensor"]).symmetries == mirrors)
    #expect(system("fields in HDF5", ["a", "b"], path: "/x/2D_diff-react_NA_NA.h5").symmetries == mirrors)
    let dam = system("fields in HDF5", ["h"], path: "2D_rdb_NA_NA.h5")
    #expect(dam.symmetries == mirrors && dam.characters[0].isPositive)
    let incompressible = system("incompressible flow", ["Vx", "Vy", "particles"], isPeriodic: true)
    #expect(incompressible.symmetries == mirrors + [.translation] && incompressible.conserved == [.mass])
    #expect(system("fields in HDF5", ["density", "pressure"]).symmetries.isEmpty)
  }

  @Test func componentsOfTheWellAreVectorsAndItsSymmetriesUnknown() {
    let names = ["density", "velocity_x", "velocity_y", "E_xx", "E_xy", "E_yx", "E_yy", "lonely_x"]
    let system = FieldSystem(
      Described(layout: "The Well", variables: names.map { FieldVariable($0) }, axes: Self.square))
    #expect(system.symmetries.isEmpty && system.equation == nil)
    #expect(
      system.characters.map(\.word) == [
        "scalar", "velocity-x", "velocity-y", "tensor-xx", "tensor-xy", "tensor-yx", "tensor-yy", "scalar",
      ])
  }

  @Test func aDeclarationOverrulesWhatIsKnown() throws {
    let data = Described(
      layout: "fields in NumPy", variables: ["rho", "u", "v", "w", FieldVariable("mask", role: .constant)],
      axes: Self.square)
    let system = FieldSystem(data)
    #expect(system.symmetries.isEmpty && system.inputs == ["mask"])
    let declared = try system.declaring(
      symmetries: .list([.reflection(axis: 0), .exchange(0, 1), .boost]),
      kinds: "u=velocity-x, v=velocity-y,w=pseudoscalar,rho=density")
    #expect(declared.symmetries == [.reflection(axis: 0), .exchange(0, 1), .boost])
    #expect(
      declared.kinds == "rho: density, u: velocity-x, v: velocity-y, w: pseudoscalar, mask: scalar")
    #expect(SymmetryGroup.elements(of: declared).count == 8)
    #expect(try CanonicalForm(for: declared).parts == [.galilean, .logarithms])
    #expect(try Conservation([.mass, .momentum], for: declared).quantities == [.mass, .momentum])
    #expect(try FieldSystem(Described()).declaring(symmetries: .none).symmetries.isEmpty)
    let decoded = try JSONDecoder().decode(FieldSystem.self, from: JSONEncoder().encode(declared))
    #expect(decoded == declared)
    let form = try CanonicalForm(for: declared)
    #expect(try JSONDecoder().decode(CanonicalForm.self, from: JSONEncoder().encode(form)) == form)
  }

  @Test func whatGridOrVariablesDoNotHaveIsRefusedWithTheReason() {
    func message(
      _ axes: [FieldAxis], _ symmetry: Symmetry, kinds: String = "u=velocity-x,v=velocity-y"
    ) -> String {
      let system = FieldSystem(
        Described(layout: "mine", variables: ["u", "v"], axes: axes, attributes: [:]))
      do {
        _ = try system.declaring(symmetries: .list([symmetry]), kinds: kinds)
        return ""
      } catch { return "\(error)" }
    }
    let uneven = FieldAxis("x", coordinates: [0, 1, 2, 4], isPeriodic: true)
    let (short, unsaid) = (Self.axis("y", 4, isPeriodic: true), Self.axis("y", 8, isPeriodic: nil))
    #expect(message(Self.square, .boost).isEmpty && message(Self.square, .exchange(0, 1)).isEmpty)
    #expect(message([Self.square[0], unsaid], .boost).contains("not known whether y is periodic"))
    #expect(message([Self.square[0], short], .exchange(0, 1)).contains("8 points along x and 4 along y"))
    #expect(
      message([Self.square[0], Self.axis("y", 8, isPeriodic: true, length: 2)], .exchange(0, 1))
        .contains("length"))
    #expect(message([Self.square[0], unsaid], .exchange(0, 1)).contains("differ in whether"))
    #expect(message([uneven, short], .reflection(axis: 0)).contains("not evenly spaced"))
    #expect(message([unsaid], .translation).contains("no axis is known to be periodic"))
    #expect(message(Self.square, .reflection(axis: 2)).contains("no z"))
    #expect(message(Self.square, .scaling).contains("density and pressure"))
    #expect(message(Self.square, .boost, kinds: "u=vector-x").contains("velocity along x"))
    #expect(message(Self.square, .exchange(0, 1), kinds: "u=vector-x").contains("'u' is a component"))
    #expect(message(Self.square, .translation, kinds: "w=scalar").contains("There is no variable 'w'"))
    #expect(message(Self.square, .translation, kinds: "u=vektor-x").contains("did you mean"))
    #expect(message(Self.square, .translation, kinds: "u").contains("'u' does not say"))
  }

  @Test func whatIsMeantMustHold() throws {
    let system = FieldSystem(Described())
    #expect(try system.symmetries(.auto) == system.symmetries)
    #expect(try system.symmetries(.none).isEmpty)
    #expect(try system.symmetries(.list([.boost])) == [.boost])
    #expect { try system.symmetries(.list([.reflection(axis: 1)])) } throws: { "\($0)".contains("no y") }
    let none = try system.declaring(symmetries: .none)
    #expect { try none.symmetries(.list([.boost])) } throws: { "\($0)".contains("nothing says") }
    #expect(try CanonicalForm(for: none, .auto).parts == [.logarithms])
    #expect(try CanonicalForm(for: system, .none).isIdentity)
    #expect(try Conservation(.none, for: system).quantities.isEmpty)
  }

  @Test func symmetriesAreReadFromWords() throws {
    #expect(SymmetryChoice(.word("auto")) == .auto && SymmetryChoice(.word("none")) == SymmetryChoice.none)
    #expect(
      SymmetryChoice(.word("reflect-x,exchange-yz,boost"))
        == .list([.reflection(axis: 0), .exchange(1, 2), .boost]))
    #expect(SymmetryChoice(.word("reflect")) == nil && SymmetryChoice(.nothing) == nil)
    #expect(KnownChoice<CanonicalPart>(.word("galilean,scales")) == .list([.galilean, .scales]))
    #expect(KnownChoice<ConservedQuantity>(.list(["mass"])) == .list([.mass]))
    let empty = try #require(KnownChoice<CanonicalPart>(.list([])))
    #expect(empty == .none && KnownChoice<CanonicalPart>(.word("")) == nil)
    #expect(SymmetryChoice.form.choices?.prefix(3) == ["auto", "none", "reflect-x"])
    for symmetry in Symmetry.all(dimensions: 3) {
      #expect(SymmetryChoice(SymmetryChoice.list([symmetry]).text) == .list([symmetry]))
      let decoded = try JSONDecoder().decode([Symmetry].self, from: JSONEncoder().encode([symmetry]))
      #expect(decoded == [symmetry])
    }
    for word in VariableCharacter.allWords { #expect(VariableCharacter(word: word)?.word == word) }
    let error: any ReportableError = SymmetryError.noSymmetry(.boost, reason: "x is not periodic")
    #expect(error.fault == .usage)
  }
}
