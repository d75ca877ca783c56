// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "swift-neural-operators",
  products: [
    .library(name: "TensorCore", targets: ["TensorCore"]),
    .library(name: "PDESolvers", targets: ["PDESolvers", "TensorCore"]),
    .library(name: "PDEData", targets: ["PDEData", "TensorCore"]),
  ],
  dependencies: [],
  targets: [
    // C libraries.
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .target(name: "CVectorMath"),

    // Libraries, from the bottom up.
    .target(name: "TensorCore", dependencies: ["COpenBLAS", "CVectorMath"], swiftSettings: settings),
    .target(name: "PDESolvers", dependencies: ["TensorCore", "CVectorMath"], swiftSettings: settings),
    .target(name: "PDEData", dependencies: ["CHDF5", "TensorCore"], swiftSettings: settings),

    // Tests.
    .testTarget(name: "TensorCoreTests", dependencies: ["TensorCore"], swiftSettings: settings),
    .testTarget(name: "PDEDataTests", dependencies: ["PDEData"], swiftSettings: settings),
    .testTarget(name: "PDESolversTests", dependencies: ["PDESolvers", "PDEData"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
