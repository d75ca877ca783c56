import SystemFiles
import Testing

@Suite("A message")
struct MessageTests {
  @Test("spells its options, also those of a message within it")
  func options() {
    let inner: Message = "lower \(option: "learning-rate", "1e-3")"
    let message: Message = "it diverged; \(inner)"
    #expect(message.description == "it diverged; lower learning-rate 1e-3")
    #expect(message.text { "--\($0) \($1 ?? "")" } == "it diverged; lower --learning-rate 1e-3")
  }

  @Test("has the lines that it is written with, and none of what it takes from elsewhere")
  func lines() {
    let name = "a\nb\u{1B}[2J"
    let inner: Message = "\(name) is\nnot \(option: "output", name)"
    let message = "first:\n\(inner)" + Message("\t" + name)
    let seen = "a\\u{A}b\\u{1B}[2J"
    #expect(message.description == "first:\n\(seen) is\nnot output \(seen)\\u{9}\(seen)")
  }
}
