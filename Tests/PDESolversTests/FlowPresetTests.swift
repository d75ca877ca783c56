import PDESolvers
import Testing

/// PDEBench's published files by name.
@Suite struct FlowPresetTests {
  @Test(arguments: [
    ("1d-rand-eta0.01", "1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_Train.hdf5"),
    ("1d-rand-eta1e-8-trans", "1D_CFD_Rand_Eta1.e-8_Zeta1.e-8_trans_Train.hdf5"),
    ("1d-shock-eta1e-8-trans", "1D_CFD_Shock_Eta1.e-8_Zeta1.e-8_trans_Train.hdf5"),
    ("2d-rand-m0.1-eta0.01-128", "2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_128_Train.hdf5"),
    ("2d-turb-m1.0-eta1e-8-512", "2D_CFD_Turb_M1.0_Eta1e-08_Zeta1e-08_periodic_512_Train.hdf5"),
    ("3d-turb-m1.0-eta1e-8", "3D_CFD_Turb_M1.0_Eta1e-08_Zeta1e-08_periodic_Train.hdf5"),
  ])
  func aPresetHasItsFilesName(name: String, fileName: String) throws {
    #expect(try #require(FlowPreset.named(name)).fileName == fileName)
  }

  @Test func everyPresetCanBeComputedAndNoneIsThereTwice() throws {
    for preset in FlowPreset.all {
      try preset.configuration.validate()
      #expect(preset.initialState.dimensions.contains(preset.configuration.dimensions))
      let word = preset.configuration.boundary == .periodic ? "_periodic_" : "_trans_"
      #expect(preset.fileName.contains(word))
      let viscosities = FlowFileName.viscosities(in: "a_Eta9/" + preset.fileName)
      #expect(viscosities.shear == preset.configuration.shearViscosity)
      #expect(viscosities.bulk == preset.configuration.bulkViscosity)
    }
    #expect(FlowFileName.viscosities(in: "Etas_Zeta.hdf5").shear == nil)
    #expect(FlowFileName.viscosities(in: "periodic_Eta0.1_Zeta0.2.hdf5").bulk == 0.2)
    #expect(FlowFileName.viscosities(in: "periodic_Eta0.1_Zeta0.2").bulk == 0.2)
    #expect(Set(FlowPreset.all.map(\.name)).count == 15)
    #expect(FlowPreset.named("2d-rand") == nil)
  }

  @Test func otherSettingsHaveNamesInTheSameManner() {
    let configuration = CompressibleFlow.Configuration(
      resolution: [64, 32], shearViscosity: 1e-5, bulkViscosity: 0.02, boundary: .outgoing)
    #expect(
      FlowFileName.make(configuration, .shear, machNumber: 0.5)
        == "2D_CFD_Shear_M0.5_Eta1e-05_Zeta0.02_trans_64x32_Train.hdf5")
    var newtonian = configuration
    newtonian.stress = .newtonian
    let name = FlowFileName.make(newtonian, .randEqual, machNumber: 0.5)
    #expect(name == "2D_CFD_RandEqual_M0.5_Eta1e-05_Zeta0.02_newtonian_trans_64x32_Train.hdf5")
  }
}
