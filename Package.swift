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
      name: "NeuralOperators", targets: ["NeuralOperators", "SpectralLayers", "Autodiff", "TensorCore"]),
    .library(
      name: "Training", targets: ["Training", "NeuralOperators", "PDEData", "Autodiff", "TensorCore"]),
    .executable(name: "pdeop", targets: ["pdeop"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
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
    .target(name: "TempBalance", dependencies: ["TensorCore"], swiftSettings: settings),
    .target(name: "PDEData", dependencies: ["CHDF5", "TensorCore"], swiftSettings: settings),
    .target(name: "PDESolvers", dependencies: ["CVectorMath", "TensorCore"], swiftSettings: settings),
    .target(
      name: "DataGeneration", dependencies: ["TensorCore", "PDEData", "PDESolvers"], swiftSettings: settings),
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
      name: "NeuralOperators", dependencies: ["TensorCore", "CVectorMath", "Autodiff", "SpectralLayers"],
      swiftSettings: settings),
    .target(
      name: "Training",
      dependencies: [
        "CVectorMath", "TensorCore", "Autodiff", "SpectralLayers", "NeuralOperators", "PDEData",
        "TempBalance", .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),

    // Command.
    .executableTarget(
      name: "pdeop",
      dependencies: [
        "TensorCore", "Autodiff", "NeuralOperators", "PDEData", "PDESolvers", "DataGeneration",
        "Training", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Tests.
    .target(
      name: "GradientChecking", dependencies: ["TensorCore", "Autodiff"], path: "Tests/GradientChecking",
      swiftSettings: settings),
    .testTarget(
      name: "AutodiffTests", dependencies: ["Autodiff", "GradientChecking", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "SpectralLayersTests",
      dependencies: ["SpectralLayers", "Autodiff", "GradientChecking", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "NeuralOperatorsTests",
      dependencies: ["NeuralOperators", "SpectralLayers", "Autodiff", "GradientChecking", "TensorCore"],
      swiftSettings: settings),
    .testTarget(name: "PDEDataTests", dependencies: ["PDEData", "TensorCore"], swiftSettings: settings),
    .testTarget(name: "TensorCoreTests", dependencies: ["TensorCore"], swiftSettings: settings),
    .testTarget(
      name: "TempBalanceTests", dependencies: ["TempBalance", "PDEData", "Training", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "DataGenerationTests", dependencies: ["DataGeneration", "PDEData", "PDESolvers", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "PDESolversTests", dependencies: ["PDESolvers", "PDEData", "TensorCore"], swiftSettings: settings),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "NeuralOperators", "PDEData", "TempBalance", "Autodiff", "TensorCore"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
