extension PDEBenchKind {
  /// One field under the name `tensor`, `[sample, time, x(, y(, z))]`: PDEBench's advection, Burgers and
  /// reaction-diffusion files.
  public static let singleField = PDEBenchKind(
    name: "single field",
    expectation: "'tensor', [sample, time, x(, y(, z))]",
    isNamed: { $0.contains("tensor") },
    variableNames: { _ in ["tensor"] },
    leading: ["tensor"],
    leadingShape: "[sample, time, x], [sample, time, x, y] or [sample, time, x, y, z]",
    shape: { (3...5).contains($0.count) ? $0 : nil },
    fields: StoredField.onePerVariable)
}
