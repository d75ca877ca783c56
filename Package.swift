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
    .library(name: "TempBalance", targets: ["TempBalance", "TensorCore"]),
    .library(name: "PDEData", targets: ["PDEData", "TensorCore"]),
    .library(name: "PDESolvers", targets: ["PDESolvers", "TensorCore"]),
    .library(name: "SpectralLayers", targets: ["SpectralLayers", "Autodiff", "TensorCore"]),
    .library(
      name: "NeuralOperators",
      targets: ["NeuralOperators", "SpectralLayers", "Options", "Autodiff", "TensorCore"]),
    .library(
      name: "Training",
      targets: ["Training", "NeuralOperators", "Options", "PDEData", "Autodiff", "TensorCore"]),
    .executable(name: "pdeop", targets: ["pdeop"]),
    .executable(name: "spectral-examples", targets: ["SpectralExamples"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
  ],
  targets: [
    // C libraries.
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .target(name: "CVectorMath"),

    // Libraries, from the bottom up.
    .target(name: "TensorCore", dependencies: ["COpenBLAS", "CVectorMath"], swiftSettings: settings),
    .target(name: "Options", dependencies: ["TensorCore"], swiftSettings: settings),
    .target(name: "TempBalance", dependencies: ["TensorCore"], swiftSettings: settings),
    .target(name: "PDEData", dependencies: ["CHDF5", "TensorCore"], swiftSettings: settings),
    .target(
      name: "Autodiff",
      dependencies: [
        "TensorCore", "CVectorMath", .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      swiftSettings: settings),
    .target(
      name: "SpectralLayers", dependencies: ["CFFTW", "CVectorMath", "TensorCore", "Autodiff"],
      swiftSettings: settings),
    .target(
      name: "PDESolvers", dependencies: ["CVectorMath", "TensorCore", "SpectralLayers"],
      swiftSettings: settings),
    .target(
      name: "DataGeneration", dependencies: ["TensorCore", "PDEData", "PDESolvers"], swiftSettings: settings),
    .target(
      name: "NeuralOperators",
      dependencies: ["TensorCore", "CVectorMath", "Autodiff", "Options", "SpectralLayers"],
      swiftSettings: settings),
    .target(
      name: "Training",
      dependencies: [
        "CVectorMath", "TensorCore", "Autodiff", "Options", "SpectralLayers", "NeuralOperators", "PDEData",
        "TempBalance", .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),
    .target(
      name: "Benchmarking",
      dependencies: [
        "Training", "TempBalance", "PDEData", "NeuralOperators", "Options", "TensorCore",
        .product(name: "Yams", package: "Yams"), .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .target(
      name: "Reporting",
      dependencies: ["Benchmarking", "Training", "TempBalance", "NeuralOperators", "PDEData", "TensorCore"],
      swiftSettings: settings),

    // Command.
    .executableTarget(
      name: "pdeop",
      dependencies: [
        "TensorCore", "Autodiff", "NeuralOperators", "Options", "PDEData", "PDESolvers", "DataGeneration",
        "TempBalance", "Training", "Benchmarking", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Examples. The solvers see what any other package would see: the public interface alone.
    .target(
      name: "SpectralSolvers", dependencies: ["SpectralLayers", "TensorCore"],
      path: "Examples/SpectralSolvers",
      packageAccess: false, swiftSettings: settings),
    .executableTarget(
      name: "SpectralExamples",
      dependencies: [
        "SpectralSolvers", "SpectralLayers", "TensorCore", "PDEData",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Examples/SpectralExamples", packageAccess: false, swiftSettings: settings),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["TensorCore", "Autodiff", "PDEData"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "AutodiffTests", dependencies: ["Autodiff", "TestSupport", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "SpectralLayersTests",
      dependencies: ["SpectralLayers", "Autodiff", "TestSupport", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "NeuralOperatorsTests",
      dependencies: [
        "NeuralOperators", "SpectralLayers", "PDEData", "Training", "Autodiff", "TestSupport", "TensorCore",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SpectralSolversTests", dependencies: ["SpectralSolvers", "SpectralLayers", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "PDEDataTests", dependencies: ["PDEData", "TestSupport", "TensorCore"], swiftSettings: settings),
    .testTarget(
      name: "TensorCoreTests", dependencies: ["TensorCore", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "TempBalanceTests",
      dependencies: ["TempBalance", "TestSupport", "PDEData", "Training", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "DataGenerationTests",
      dependencies: ["DataGeneration", "PDEData", "PDESolvers", "TestSupport", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "PDESolversTests", dependencies: ["PDESolvers", "PDEData", "TestSupport", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "NeuralOperators", "PDEData", "TempBalance", "TestSupport", "Autodiff", "TensorCore",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "BenchmarkingTests",
      dependencies: [
        "Benchmarking", "Reporting", "Training", "TempBalance", "PDEData", "TestSupport", "TensorCore",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "TempBalance"], swiftSettings: settings),
    .testTarget(
      name: "PdeopTests", dependencies: ["Training", "PDEData", "TestSupport", "TensorCore"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
