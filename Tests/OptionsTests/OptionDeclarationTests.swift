import Options
import SystemFiles
import Testing

@Suite("Declarations of options")
struct OptionDeclarationTests {
  private enum Color: String, OptionChoice { case red, green, blue }

  private struct Paint: ConfigurationPart {
    var layers = 2
    var thickness = 0.5
    var colors = [Color.red]
    var name: String?
    var isGlossy = false

    static let options: [OptionDeclaration<Paint>] = [
      OptionDeclaration("layers", \.layers, in: .count, help: "Layers of paint."),
      OptionDeclaration("thickness", \.thickness, in: .above(0, to: 3), help: "Of each layer."),
      OptionDeclaration("colors", \.colors, where: { $0.count < 3 }, help: "From below."),
      OptionDeclaration("name", \.name, help: "What it is called.", example: "Sunday"),
      OptionDeclaration("glossy", \.isGlossy, help: "Shine; see \(option: "layers")."),
      OptionDeclaration(
        "depth", insteadOf: "layers", in: .above(0, to: 10), expecting: "a depth up to 10",
        help: "Of all layers.", example: 1
      ) { paint, depth in
        paint.layers = Int((depth / paint.thickness).rounded())
        return true
      },
    ]
  }

  private func option(_ name: String) throws -> OptionDeclaration<Paint> {
    try #require(Paint.options.first { $0.name == name })
  }

  private func set(_ name: String, _ text: OptionText) throws -> Paint {
    var paint = Paint()
    try option(name).set(text, in: &paint)
    try option(name).validate(paint)
    return paint
  }

  @Test("words become values, and values words")
  func values() throws {
    #expect(try set("layers", .word("7")).layers == 7)
    #expect(try set("thickness", .word("1e-3")).thickness == 1e-3)
    #expect(try set("colors", .word("red,blue")).colors == [.red, .blue])
    #expect(try set("colors", .list(["green"])).colors == [.green])
    #expect(try set("name", .word("7")).name == "7" && set("name", .nothing).name == nil)
    #expect(try set("glossy", .word("yes")).isGlossy)
    #expect(try set("depth", .word("2")).layers == 4)
    var paint = Paint()
    paint.thickness = 0.1 + 0.2
    for option in Paint.options where option.alias == nil {
      var copy = Paint()
      try option.set(option.text(in: paint), in: &copy)
      #expect(option.text(in: copy) == option.text(in: paint), "\(option.name)")
    }
  }

  @Test(
    "what is no value is refused with what would be one",
    arguments: [
      ("layers", OptionText.word("many"), "'many'", "a whole number like 2"),
      ("layers", .word("2.5"), "'2.5'", "a whole number like 2"),
      ("layers", .list(["1", "2"]), "'1,2'", "a whole number like 2"),
      ("layers", .structure, "'a mapping'", "a whole number like 2"),
      ("layers", .nothing, "'nothing'", "a whole number like 2"),
      ("layers", .word("0"), "0", "at least 1"),
      ("layers", .word("9223372036854775807"), "9223372036854775807", "at most 2147483647"),
      ("thickness", .word("0"), "0", "above 0"), ("thickness", .word("nan"), "nan", "a number"),
      ("thickness", .word("1e300"), "1e+300", "at most 3"),
      ("glossy", .word("maybe"), "'maybe'", "true or false"),
      ("colors", .word("red,pink"), "'red,pink'", "some of red, green or blue"),
      ("depth", .word("11"), "'11'", "a depth up to 10"),
    ])
  func mistakes(name: String, text: OptionText, value: String, expected: String) throws {
    let error = try #require(throws: OptionMistake.self) { try set(name, text) }
    #expect(error.value == value && error.expected == expected, "\(error)")
  }

  @Test("defaults and examples come from the properties")
  func facts() throws {
    #expect(
      try option("layers").defaultText == .word("2") && option("layers").defaultWords.description == "2")
    #expect(try option("name").defaultText == .nothing && option("name").defaultWords.description == "none")
    #expect(try option("name").example == .word("Sunday") && option("thickness").example == .word("0.5"))
    #expect(try option("colors").form.choices == ["red", "green", "blue"])
    #expect(try option("glossy").help.text { name, _ in "--\(name)" } == "Shine; see --layers.")
  }

  @Test("names that were meant are found")
  func nearest() {
    let names = ["learning-rate", "weight-decay", "width", "epochs", "tempbalance", "tempbalance-scale"]
    #expect(NearestNames.of("learning-rte", among: names) == ["learning-rate"])
    #expect(NearestNames.of("tempbal", among: names) == ["tempbalance", "tempbalance-scale"])
    #expect(NearestNames.of("epoch", among: names) == ["epochs"])
    #expect(NearestNames.of("zzz", among: names).isEmpty)
  }
}
