// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func product(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-neural-operators") }

let package = Package(
  name: "text-fine-tuning",
  dependencies: [
    // By name, because the folder of a clone may have any.
    .package(name: "swift-neural-operators", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
  ],
  targets: [
    .target(name: "Tokenizers", dependencies: [product("Safetensors")], swiftSettings: settings),
    .target(
      name: "TextModels", dependencies: ["Tokenizers", product("Training"), product("Safetensors")],
      swiftSettings: settings),
    .target(
      name: "FineTuning",
      dependencies: [
        "Tokenizers", "TextModels", product("Training"), product("Optimizers"), product("TempBalance"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "text-fine-tuning",
      dependencies: [
        "FineTuning", "TextModels", "Tokenizers", product("Optimizers"), product("Training"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),
    .testTarget(
      name: "TextFineTuningTests",
      dependencies: [
        "FineTuning", "TextModels", "Tokenizers", "text-fine-tuning", product("Training"),
        product("Safetensors"),
        product("Optimizers"),
      ],
      exclude: ["Golden"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
