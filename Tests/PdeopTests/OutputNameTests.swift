import TestSupport
import Testing

@Suite("The name of a file that is written", .enabled(if: Command.isBuilt, Command.absence))
struct OutputNameTests {
  private static let cases: [(arguments: [String], name: String, words: [String])] = [
    (["predict", "--checkpoint", "c", "--data", "line.hdf5"], "p.npz", ["NumPy", "HDF5", "p.hdf5"]),
    (
      ["predict", "--checkpoint", "c", "--data", "line.hdf5"], "a.b/p.PT", ["PyTorch", "HDF5", "a.b/p.hdf5"]
    ),
    (["import", "line.hdf5"], "i.mat", ["MATLAB", "HDF5", "i.hdf5"]),
    (["generate", "cfd1d", "--samples", "1"], "g.npz", ["NumPy", "HDF5", "g.hdf5"]),
    (["generate", "merge", "line.hdf5"], "m.npz", ["NumPy", "HDF5", "m.hdf5"]),
    (["convert", "c.safetensors", "--to", "pytorch"], "c4.npz", ["NumPy", "PyTorch", "c4.pt"]),
    (["export", "merged", "--adapter", "a", "--base", "b"], "m.pt", ["PyTorch", "m.safetensors"]),
  ]

  @Test("is refused where it ends as files of another format do", arguments: cases)
  func otherFormat(arguments: [String], name: String, words: [String]) throws {
    try Workspace().expectRefusal(arguments + ["--output", name], status: 64, naming: [name] + words)
  }

  @Test("may end as it likes otherwise", arguments: ["copy.h5", "copy.nc", "copy", "copy.data"])
  func others(name: String) throws {
    let workspace = try Workspace()
    let outcome = try workspace.run(["import", "line.hdf5", "--output", name])
    #expect(outcome.status == 0 && workspace.exists(name), "\(outcome.errors)")
  }
}
