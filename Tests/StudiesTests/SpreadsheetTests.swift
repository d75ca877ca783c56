import Studies
import Testing

@Suite("Results for spreadsheets") struct SpreadsheetTests {
  @Test(
    "a cell that a spreadsheet would calculate is a text, and numbers stay numbers",
    arguments: [
      ("=1+1", "\"'=1+1\""), ("@x", "\"'@x\""), ("+cmd|' /C calc'!A0", "\"'+cmd|' /C calc'!A0\""),
      ("-x", "\"'-x\""),
      ("\tx", "\"'\tx\""), ("-1.5e-3", "-1.5e-3"), ("+2", "+2"), ("plain", "plain"), ("a,b", "\"a,b\""),
      ("a\"b", "\"a\"\"b\""), ("a\r\nb", "\"a\r\nb\""), ("a\"\u{301}b", "\"a\"\"\u{301}b\""),
    ])
  func cells(_ cell: String, _ expected: String) {
    #expect(BenchmarkResults.quoted(cell) == expected)
  }
}
