import PDEData

extension Checkpoint {
  /// A data set under the model's variables, as training showed it those of its mixture: by name, with zeros for what it lacks.
  ///
  /// - Parameter data: The data set.
  /// - Returns: The data set under these; itself where the model comes from no mixture of different variables, and where it has
  ///   variables that the model lacks.
  func underOwnVariables(_ data: any FieldDataSet) -> any FieldDataSet {
    guard mixesVariables, data.frameNames == nil, let names = statistics?.variables else { return data }
    let found = data.states.map { data.variables[$0].name }
    guard found != names, Set(found).isSubset(of: names) else { return data }
    let states = names.map { name in
      data.states.map { data.variables[$0] }.first { $0.name == name } ?? FieldVariable(name)
    }
    return UnifiedDataSet(data, variables: states + data.constants.map { data.variables[$0] })
  }
}

extension BatchLoader {
  /// The variables that the model predicts and the data set lacks.
  var lackedVariables: [String] {
    guard let unified = dataSet as? UnifiedDataSet else { return [] }
    return zip(variables, unified.present).filter { !$1 }.map(\.0.name)
  }

  /// A loader of the data set alone, where this one shows it under the variables of a mixture; itself otherwise.
  ///
  /// - Returns: The loader, which keeps no samples.
  /// - Throws: Nothing that this one's own making has not thrown.
  func withoutMixture() throws(SubsamplingError) -> BatchLoader {
    guard let unified = dataSet as? UnifiedDataSet else { return self }
    return try BatchLoader(unified.base, subsampling: subsampling, cacheMemory: 0)
  }
}
