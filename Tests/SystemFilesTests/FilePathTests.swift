import SystemFiles
import Testing

@Suite("Parts of a path") struct FilePathTests {
  @Test(
    "the name is the last part, whether or not slashes follow it",
    arguments: [
      ("a/b.svg", "b.svg"), ("b", "b"), ("/b", "b"), ("a/b/", "b"), ("a//b//", "b"), ("~", "~"), (".", "."),
      ("/", "/"), ("", ""),
    ])
  func name(path: String, expected: String) {
    #expect(FilePath.name(of: path) == expected)
  }

  @Test(
    "the ending follows the last dot of the name, which must have something before it",
    arguments: [
      ("a/b.SVG", "SVG"), ("b.tar.gz", "gz"), ("b.svg/", "svg"), ("b", ""), ("a.b/c", ""), (".svg", ""),
      ("a/.svg", ""), ("b.", ""), (".", ""), ("..", ""), ("~", ""), ("/", ""), ("", ""),
    ])
  func ending(path: String, expected: String) {
    #expect(FilePath.ending(of: path) == expected)
  }

  @Test(
    "what is inserted comes before the ending of the name, or at its end",
    arguments: [
      ("a/b.svg", "a/b-2.svg"), ("b.tar.gz", "b.tar-2.gz"), ("a.b/c", "a.b/c-2"), (".svg", ".svg-2"),
      ("~", "~-2"),
    ])
  func insertion(path: String, expected: String) {
    #expect(FilePath.inserting("-2", beforeEndingOf: path) == expected)
  }

  @Test("an absolute path begins at the root, and one that does so already stays as it is")
  func absolute() {
    let path = FilePath.absolute("a/../b")
    #expect(path.hasPrefix("/") && path.hasSuffix("/a/../b"))
    #expect(FilePath.absolute("/a/b") == "/a/b")
    #expect(FilePath.absolute(path) == path)
  }
}
