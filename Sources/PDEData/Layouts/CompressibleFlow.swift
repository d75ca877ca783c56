extension PDEBenchKind {
  /// The compressible Navier-Stokes equations: `density`, `pressure`, `Vx` and, with the dimension, `Vy` and `Vz`, each
  /// `[sample, time, x(, y(, z))]`.
  public static let compressibleFlow = PDEBenchKind(
    name: "compressible flow",
    expectation: "'density', 'pressure', 'Vx' (and 'Vy', 'Vz'), each [sample, time, x(, y(, z))]",
    // One of the names alone may be anybody's.
    isNamed: { $0.intersection(["density", "pressure", "Vx", "Vy", "Vz"]).count > 1 },
    variableNames: { ["density", "pressure"] + ["Vx", "Vy", "Vz"].prefix($0) },
    leading: ["density", "pressure", "Vx", "Vy", "Vz"],
    leadingShape: "[sample, time, x], [sample, time, x, y] or [sample, time, x, y, z]",
    shape: { (3...5).contains($0.count) ? $0 : nil },
    fields: StoredField.onePerVariable,
    extras: [PDEBenchFile.flooredCells])
}
