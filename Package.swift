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
    .library(name: "MessagePassing", targets: ["MessagePassing", "TensorCore"]),
    .library(name: "FourierTransforms", targets: ["FourierTransforms", "TensorCore"]),
    .library(name: "Autodiff", targets: ["Autodiff", "TensorCore"]),
    .library(
      name: "SpectralLayers", targets: ["SpectralLayers", "FourierTransforms", "Autodiff", "TensorCore"]),
    .library(
      name: "NeuralOperators",
      targets: ["NeuralOperators", "SpectralLayers", "Options", "Autodiff", "TensorCore", "SystemFiles"]),
    .library(
      name: "Optimizers", targets: ["Optimizers", "Options", "Autodiff", "TensorCore", "SystemFiles"]),
    .library(name: "TempBalance", targets: ["TempBalance", "TensorCore", "SystemFiles"]),
    .library(name: "Safetensors", targets: ["Safetensors", "ArrayFiles", "TensorCore", "SystemFiles"]),
    .library(name: "ArrayFiles", targets: ["ArrayFiles", "SystemFiles"]),
    .library(name: "PDEData", targets: ["PDEData", "ArrayFiles", "HDF5", "TensorCore", "SystemFiles"]),
    .library(name: "PDESolvers", targets: ["PDESolvers", "TensorCore", "SystemFiles"]),
    .library(name: "FieldMetrics", targets: ["FieldMetrics", "TensorCore"]),
    .library(
      name: "Symmetries",
      targets: ["Symmetries", "Options", "PDEData", "Autodiff", "TensorCore", "SystemFiles"]),
    .library(
      name: "Training",
      targets: [
        "Training", "NeuralOperators", "Symmetries", "Options", "Optimizers", "FieldMetrics", "PDEData",
        "Safetensors",
        "TempBalance", "Autodiff", "MessagePassing", "TensorCore", "SystemFiles",
      ]),
    .library(
      name: "WeightAnalysis",
      targets: ["WeightAnalysis", "TempBalance", "Safetensors", "TensorCore", "SystemFiles"]),
    .executable(name: "pdeop", targets: ["pdeop"]),
    .executable(name: "spectral-examples", targets: ["SpectralExamples"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Training, generation and evaluation on many machines, by Open MPI.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.11.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
  ],
  targets: [
    // C libraries.
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // Found by nothing but a build with the trait MPI.
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CVectorMath"),
    .target(name: "CProcessLimits"),

    // Libraries, from the bottom up.
    .target(name: "SystemFiles", swiftSettings: settings),
    .target(name: "Options", dependencies: ["SystemFiles"], swiftSettings: settings),
    .target(name: "TensorCore", dependencies: ["COpenBLAS", "CVectorMath"], swiftSettings: settings),
    .target(
      name: "MessagePassing",
      dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"])), "TensorCore"],
      swiftSettings: settings),
    .target(
      name: "FourierTransforms", dependencies: ["CFFTW", "CVectorMath", "TensorCore"], swiftSettings: settings
    ),
    .target(
      name: "Autodiff",
      dependencies: [
        "CVectorMath", "TensorCore", .product(name: "OrderedCollections", package: "swift-collections"),
      ], swiftSettings: settings),
    .target(
      name: "SpectralLayers", dependencies: ["Autodiff", "CVectorMath", "FourierTransforms", "TensorCore"],
      swiftSettings: settings),
    .target(
      name: "NeuralOperators",
      dependencies: [
        "Autodiff", "CVectorMath", "FourierTransforms", "Options", "SpectralLayers", "SystemFiles",
        "TensorCore",
      ],
      swiftSettings: settings),
    .target(
      name: "Optimizers",
      dependencies: ["Autodiff", "CVectorMath", "Options", "SystemFiles", "TensorCore"],
      swiftSettings: settings),
    .target(name: "TempBalance", dependencies: ["SystemFiles", "TensorCore"], swiftSettings: settings),
    .target(name: "ArrayFiles", dependencies: ["CZlib", "SystemFiles"], swiftSettings: settings),
    .target(
      name: "Safetensors", dependencies: ["ArrayFiles", "SystemFiles", "TensorCore"], swiftSettings: settings),
    .target(name: "HDF5", dependencies: ["CHDF5", "CZlib", "SystemFiles"], swiftSettings: settings),
    .target(
      name: "PDEData", dependencies: ["ArrayFiles", "HDF5", "SystemFiles", "TensorCore"],
      swiftSettings: settings),
    .target(
      name: "PDESolvers", dependencies: ["CVectorMath", "FourierTransforms", "SystemFiles", "TensorCore"],
      swiftSettings: settings),
    .target(
      name: "DataGeneration",
      dependencies: ["HDF5", "MessagePassing", "PDEData", "PDESolvers", "SystemFiles", "TensorCore"],
      swiftSettings: settings),
    .target(
      name: "FieldMetrics", dependencies: ["FourierTransforms", "TensorCore"], swiftSettings: settings),
    .target(
      name: "Symmetries",
      dependencies: [
        "Autodiff", "FourierTransforms", "Options", "PDEData", "SystemFiles", "TensorCore",
      ], swiftSettings: settings),
    .target(
      name: "Training",
      dependencies: [
        "Autodiff", "FieldMetrics", "FourierTransforms", "HDF5", "MessagePassing", "NeuralOperators",
        "Optimizers", "Options", "PDEData",
        "Safetensors", "Symmetries", "SystemFiles", "TempBalance", "TensorCore",
        .product(name: "Yams", package: "Yams"),
      ], swiftSettings: settings),
    .target(
      name: "WeightAnalysis", dependencies: ["Safetensors", "SystemFiles", "TempBalance", "TensorCore"],
      swiftSettings: settings),
    .target(
      name: "Performance",
      dependencies: [
        "Autodiff", "DataGeneration", "FourierTransforms", "MessagePassing", "NeuralOperators", "Optimizers",
        "PDEData", "PDESolvers", "Safetensors", "SystemFiles", "TempBalance", "TensorCore", "Training",
      ], swiftSettings: settings),
    .target(
      name: "Studies",
      dependencies: [
        "FieldMetrics", "NeuralOperators", "Optimizers", "Options", "PDEData", "Performance", "SystemFiles",
        "TempBalance", "TensorCore", "Training", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Yams", package: "Yams"),
      ], swiftSettings: settings),
    .target(
      name: "Reporting",
      dependencies: [
        "CZlib", "FieldMetrics", "PDEData", "Studies", "SystemFiles", "TempBalance", "TensorCore", "Training",
        "WeightAnalysis",
      ], swiftSettings: settings),

    // Command.
    .executableTarget(
      name: "pdeop",
      dependencies: [
        "CProcessLimits",
        "Autodiff", "DataGeneration", "FieldMetrics", "HDF5", "MessagePassing", "NeuralOperators",
        "Optimizers",
        "Options", "PDEData",
        "PDESolvers", "Performance", "Reporting", "Safetensors", "Studies", "Symmetries", "SystemFiles",
        "TempBalance", "TensorCore", "Training", "WeightAnalysis",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: settings),

    // Examples. The solvers see what any other package would see: the public interface alone.
    .target(
      name: "SpectralSolvers", dependencies: ["FourierTransforms", "SystemFiles", "TensorCore"],
      path: "Examples/SpectralSolvers",
      packageAccess: false, swiftSettings: settings),
    .executableTarget(
      name: "SpectralExamples",
      dependencies: [
        "FourierTransforms", "HDF5", "PDEData", "SpectralSolvers", "SystemFiles", "TensorCore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Examples/SpectralExamples", packageAccess: false, swiftSettings: settings),

    .executableTarget(
      name: "TrainOnFile", dependencies: ["FieldMetrics", "NeuralOperators", "PDEData", "Training"],
      path: "Examples/TrainOnFile", packageAccess: false, swiftSettings: settings),
    .executableTarget(
      name: "OwnModel",
      dependencies: [
        "Autodiff", "FieldMetrics", "NeuralOperators", "Options", "PDEData", "SpectralLayers", "SystemFiles",
        "TensorCore", "Training",
      ],
      path: "Examples/OwnModel", packageAccess: false, swiftSettings: settings),
    .executableTarget(
      name: "OwnData",
      dependencies: ["FieldMetrics", "NeuralOperators", "Optimizers", "PDEData", "TensorCore", "Training"],
      path: "Examples/OwnData", packageAccess: false, swiftSettings: settings),
    .executableTarget(
      name: "BalanceWeights", dependencies: ["TempBalance", "TensorCore"],
      path: "Examples/BalanceWeights", packageAccess: false, swiftSettings: settings),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["Autodiff", "CHDF5", "CZlib", "HDF5", "PDEData", "TensorCore"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "SystemFilesTests", dependencies: ["SystemFiles", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "TensorCoreTests", dependencies: ["TensorCore"], swiftSettings: settings),
    .testTarget(
      name: "MessagePassingTests", dependencies: ["MessagePassing", "TensorCore"], swiftSettings: settings),
    .testTarget(
      name: "FourierTransformsTests", dependencies: ["FourierTransforms", "TensorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "AutodiffTests", dependencies: ["Autodiff", "TensorCore", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "SpectralLayersTests",
      dependencies: ["Autodiff", "FourierTransforms", "SpectralLayers", "TensorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SpectralSolversTests", dependencies: ["FourierTransforms", "SpectralSolvers", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "NeuralOperatorsTests",
      dependencies: [
        "Autodiff", "HDF5", "NeuralOperators", "PDEData", "SpectralLayers", "SystemFiles", "TensorCore",
        "TestSupport",
        "Training",
      ], swiftSettings: settings),
    .testTarget(
      name: "OptimizersTests",
      dependencies: ["Autodiff", "Optimizers", "Safetensors", "SystemFiles", "TensorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "TempBalanceTests",
      dependencies: ["HDF5", "Safetensors", "SystemFiles", "TempBalance", "TensorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SafetensorsTests",
      dependencies: ["ArrayFiles", "Safetensors", "SystemFiles", "TensorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ArrayFilesTests", dependencies: ["ArrayFiles", "SystemFiles", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "HDF5Tests", dependencies: ["HDF5", "PDEData", "SystemFiles", "TensorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "PDEDataTests",
      dependencies: ["ArrayFiles", "HDF5", "PDEData", "SystemFiles", "TensorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "PDESolversTests",
      dependencies: ["PDEData", "PDESolvers", "SystemFiles", "TensorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "OptionsTests", dependencies: ["Options", "SystemFiles"], swiftSettings: settings),
    .testTarget(
      name: "DataGenerationTests",
      dependencies: [
        "DataGeneration", "HDF5", "PDEData", "PDESolvers", "SystemFiles", "TensorCore",
        "TestSupport",
      ], swiftSettings: settings),
    .testTarget(
      name: "FieldMetricsTests",
      dependencies: ["FieldMetrics", "HDF5", "PDEData", "TensorCore", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "SymmetriesTests",
      dependencies: [
        "Autodiff", "HDF5", "Options", "PDEData", "PDESolvers", "Symmetries", "SystemFiles", "TensorCore",
        "TestSupport",
      ], swiftSettings: settings),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Autodiff", "FieldMetrics", "MessagePassing", "NeuralOperators", "Optimizers", "Options", "PDEData",
        "Safetensors", "Symmetries", "SystemFiles", "TempBalance", "TensorCore", "TestSupport", "Training",
      ], swiftSettings: settings),
    .testTarget(
      name: "PerformanceTests",
      dependencies: [
        "Autodiff", "DataGeneration", "NeuralOperators", "PDEData", "PDESolvers", "Performance",
        "Safetensors", "TensorCore", "TestSupport", "Training",
      ], swiftSettings: settings),
    .testTarget(
      name: "StudiesTests",
      dependencies: [
        "Options", "PDEData", "Studies", "SystemFiles", "TestSupport", "Training",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ReportingTests", dependencies: ["FieldMetrics", "Reporting", "TempBalance", "TensorCore"],
      swiftSettings: settings),
    .testTarget(
      name: "PdeopTests",
      dependencies: ["HDF5", "Options", "PDEData", "Safetensors", "TensorCore", "TestSupport", "Training"],
      swiftSettings: settings),
    // Sees what any other package would see: the public interface alone.
    .testTarget(
      name: "OutsideTests",
      dependencies: [
        "Autodiff", "FieldMetrics", "HDF5", "NeuralOperators", "Optimizers", "Options", "PDEData",
        "SpectralLayers",
        "SystemFiles", "TempBalance", "TensorCore", "TestSupport", "Training",
      ], packageAccess: false, swiftSettings: settings),
    .executableTarget(
      name: "torture",
      dependencies: [
        "ArrayFiles", "HDF5", "NeuralOperators", "PDEData", "Reporting", "Safetensors", "Studies",
        "SystemFiles", "TempBalance", "TensorCore", "TestSupport", "Training", "WeightAnalysis",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Torture", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

// For `make docs` alone, so that no other build needs the plugin.
if Context.environment["PDEOP_DOCS"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.3"))
}
