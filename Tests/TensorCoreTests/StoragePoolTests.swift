import Foundation
import TensorCore
import Testing

@Suite("Storage of tensors") struct StoragePoolTests {
  @Test("tensors of ever new shapes do not add up to more memory than a few of them need")
  func changingShapes() throws {
    // 600 shapes of 8 MB: 5 GB, were they all kept.
    for size in 0..<600 {
      let tensor = Tensor(repeating: 1, shape: [(1 << 21) + 16 * size])
      #expect(tensor.count > 0)
    }
    #expect(try residentMegabytes() < 4000)
  }

  private func residentMegabytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kilobytes = try #require(line?.split(whereSeparator: \.isWhitespace).dropLast().last)
    return try #require(Int(kilobytes)) / 1024
  }
}
