import Foundation
import PDEData
import Symmetries
import TensorCore
import TestSupport
import Testing

/// The data sets that come with the package, as they are.
@Suite struct OwnDataTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../pde-data")
  static let periodic = [
    "1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx32.hdf5", "2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_nx32.hdf5",
  ]

  static func open(_ name: String) throws -> any FieldDataSet {
    try DataFile.open(folder.appending(path: name).standardizedFileURL.path)
  }

  @Test func theirSymmetriesAreKnown() throws {
    let shocks = FieldSystem(try Self.open("1D_CFD_Shock_Eta1e-08_Zeta1e-08_trans_nx64.hdf5"))
    #expect(shocks.symmetries == [.reflection(axis: 0), .scaling] && shocks.conserved.isEmpty)
    for name in Self.periodic {
      let system = FieldSystem(try Self.open(name))
      #expect(system.symmetries == Symmetry.all(dimensions: system.axes.count))
      #expect(system.conserved == ConservedQuantity.allCases)
    }
  }

  /// The frames of the first samples, `[samples, frames, variables, x…]`.
  static func frames(_ data: any FieldDataSet, samples: Int) throws -> Tensor {
    var elements: [Float] = []
    for sample in 0..<samples {
      let slab = FieldSlab(sample: sample, variables: data.states, frames: Array(0..<data.frames))
      var values = [Float](repeating: 0, count: slab.shape(of: data.spatialShape).reduce(1, *))
      var span = values.mutableSpan
      try data.read(slab, into: &span)
      elements += values
    }
    return Tensor(elements, shape: [samples, data.frames, data.states.count] + data.spatialShape)
  }

  @Test(arguments: periodic)
  func wholeTrajectoriesGoToTheirCanonicalFormAndBack(name: String) throws {
    let data = try Self.open(name)
    let (system, samples) = (FieldSystem(data), 4)
    let frames = try Self.frames(data, samples: samples)
    let form = try CanonicalForm(for: system)
    let elements = frames.elements
    let size = frames.count / samples
    var first: [Float] = []
    for sample in 0..<samples { first += elements[sample * size..<sample * size + size / data.frames] }
    let start = Tensor(first, shape: [samples, data.states.count] + data.spatialShape)
    let reference = form.reference(of: start)
    let canonical = form.encode(frames, times: data.times, reference)
    #expect(canonical.isFinite)
    #expect(relativeDifference(form.decode(canonical, times: data.times, reference), frames) < 1e-5)

    // What the trajectories conserve is what predictions are made to conserve, up to the error of the solver's ghost cells.
    let conservation = try Conservation(for: system)
    let all = conservation.totals(of: frames.reshaped([samples * data.frames] + start.shape[1...]))
    for sample in 0..<samples {
      for frame in 1..<data.frames {
        let (place, at) = (sample * data.frames, sample * data.frames + frame)
        #expect(abs(all.masses[at][0] / all.masses[place][0] - 1) < 1e-5)
        #expect(abs(all.energies[at] / all.energies[place] - 1) < 1e-3)
      }
    }
  }
}
