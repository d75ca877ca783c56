import Foundation
import FourierTransforms
import HDF5
import PDEData
import SystemFiles
import TensorCore

/// A field at a time.
struct Frame {
  let time: Double
  let field: Tensor
}

/// Writes the frames of one field as a PDEBench file of one sample, under PDEBench's name for single fields.
func writeFrames(
  _ frames: [Frame], grid: SpectralGrid, viscosity: Double, to path: String
) throws(DataFileError) {
  let layout = PDEBenchLayout(
    variables: ["tensor"], coordinates: grid.shape.indices.map { grid.coordinates(axis: $0) },
    times: frames.map(\.time), attributes: ["Nu": .number(viscosity)])
  let writer = try PDEBenchWriter(path: path, layout: layout, replacing: true)
  try writer.append(.concatenated(frames.map { $0.field.reshaped([1, 1] + grid.shape) }, axis: 0))
  try writer.finish()
}

/// Writes rows of numbers under a line of column names.
func writeTable(columns: [String], rows: [[Double]], to path: String) throws(FileError) {
  let lines = rows.map { row in row.map { String(format: "%.7g", $0) }.joined(separator: ",") }
  try AtomicFile.replace(
    path, with: ([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n")
}
