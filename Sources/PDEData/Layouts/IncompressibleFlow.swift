extension PDEBenchKind {
  /// The incompressible Navier-Stokes equations in 2D: `velocity` and `particles`, a density that is carried along, each
  /// `[sample, time, x, y, component]`; beside them perhaps the `force` on each sample, and the times `t`.
  public static let incompressibleFlow = PDEBenchKind(
    name: "incompressible flow",
    expectation: "'velocity' and 'particles'",
    isNamed: { $0.isSuperset(of: ["velocity", "particles"]) },
    variableNames: { _ in ["Vx", "Vy", "particles"] },
    leading: ["velocity"],
    leadingShape: "[sample, time, x, y, 2]",
    shape: { $0.count == 5 && $0[4] == 2 ? Array($0.dropLast()) : nil },
    fields: { _, frames in
      [
        StoredField(name: "velocity", variables: 0..<2, frames: 0..<frames, hasVariableAxis: true),
        StoredField(name: "particles", variables: 2..<3, frames: 0..<frames, hasVariableAxis: true),
      ]
    },
    times: .ofSamples,
    extras: ["force", "t"])
}
