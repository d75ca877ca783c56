import SystemFiles
import Testing

@Suite("Checksum") struct ChecksumTests {
  /// What the xxhash library gives.
  static let known: [(bytes: [UInt8], text: String)] = [
    ([], "ef46db3751d8e999"), (Array("a".utf8), "d24ec4f1a98c6e5b"), (Array("abc".utf8), "44bc2cf5ad770999"),
    (Array(0..<32), "cbf59c5116ff32b4"), (Array(0..<47), "0d9883a03e7bfbb8"),
    (Array(0..<200), "50dc1079b99e879c"),
  ]

  @Test("is XXH64", arguments: known)
  func value(_ bytes: [UInt8], _ text: String) {
    var checksum = Checksum()
    bytes.withUnsafeBytes { checksum.update($0) }
    #expect(checksum.text == text)
  }

  @Test("does not depend on the pieces that the bytes come in", arguments: [1, 3, 31, 32, 33, 100])
  func pieces(_ size: Int) {
    let bytes = Array(UInt8(0)..<200)
    var checksum = Checksum()
    for start in stride(from: 0, to: bytes.count, by: size) {
      Array(bytes[start..<min(start + size, bytes.count)]).withUnsafeBytes { checksum.update($0) }
    }
    #expect(checksum.text == "50dc1079b99e879c")
  }
}
