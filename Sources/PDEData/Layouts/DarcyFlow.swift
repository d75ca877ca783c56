extension PDEBenchKind {
  /// Darcy's law: a coefficient `nu` `[sample, x, y]`, and the pressure that belongs to it, `tensor`
  /// `[sample, 1, x, y]`: the first and the second frame of one variable, as in PDEBench's own training.
  public static let darcyFlow = PDEBenchKind(
    name: "Darcy flow",
    expectation: "'tensor' and 'nu'",
    isNamed: { $0.isSuperset(of: ["tensor", "nu"]) },
    variableNames: { _ in ["tensor"] },
    leading: ["tensor"],
    leadingShape: "[sample, 1, x, y]",
    shape: { $0.count == 4 && $0[1] == 1 ? [$0[0], 2] + $0[2...] : nil },
    fields: { _, _ in
      [
        StoredField(name: "nu", variables: 0..<1, frames: 0..<1, hasTimeAxis: false),
        StoredField(name: "tensor", variables: 0..<1, frames: 1..<2),
      ]
    },
    times: .none(frameNames: ["nu", "tensor"]))
}
