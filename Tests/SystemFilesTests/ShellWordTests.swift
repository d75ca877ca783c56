import SystemFiles
import Testing

@Suite("A text as a word of a shell") struct ShellWordTests {
  @Test("stays as it is where a shell takes it so", arguments: ["run", "runs/a-1_b.h5", "größe", "a~b"])
  func plain(text: String) {
    #expect(text.shellWord == text)
  }

  @Test(
    "is quoted where a shell would divide or replace it, or see no word at all",
    arguments: [
      ("", "''"), ("run 2", "'run 2'"), ("~", "'~'"), ("*.h5", "'*.h5'"), ("it's", "'it'\\''s'"),
      ("a\nb", "'a\nb'"),
    ])
  func quoted(text: String, word: String) {
    #expect(text.shellWord == word)
  }
}
