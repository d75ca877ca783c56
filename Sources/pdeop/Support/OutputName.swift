import ArgumentParser
import SystemFiles

/// The name of a file that a command writes. Its ending must not be that of another format, which programs would take it for.
enum OutputName {
  /// A format that files are written in, by the usual endings of its files.
  enum Format: String, CaseIterable {
    case hdf5 = "HDF5"
    case torch = "PyTorch"
    case safetensors
    case numpy = "NumPy"
    case matlab = "MATLAB"

    /// The endings, the one to propose first. A file of NetCDF-4 is one of HDF5.
    var endings: [String] {
      switch self {
      case .hdf5: ["hdf5", "h5", "hdf", "he5", "nc", "nc4"]
      case .torch: ["pt", "pth"]
      case .safetensors: ["safetensors"]
      case .numpy: ["npy", "npz"]
      case .matlab: ["mat"]
      }
    }
  }

  /// Refuses a name without characters, and one that ends as the files of another format do.
  ///
  /// - Parameters:
  ///   - path: What was given for `--output`.
  ///   - format: The format that is written.
  /// - Throws: `ValidationError`.
  static func require(_ path: String, for format: Format) throws(ValidationError) {
    if path.isEmpty { throw ValidationError("--output must name a file.") }
    let ending = FilePath.ending(of: path)
    guard let other = Format.allCases.first(where: { $0.endings.contains(ending.lowercased()) }),
      other != format
    else { return }
    let proposed = "\(path.dropLast(ending.count))\(format.endings[0])"
    throw ValidationError(
      "--output \(path) ends as \(other.rawValue) files do, and \(format.rawValue) is written; name it \(proposed)."
    )
  }
}
