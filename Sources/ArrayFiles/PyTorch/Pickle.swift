/// A pickle, read without running anything.
///
/// A pickle is a program for a machine with a stack, which can call any function of Python's. Here the machine knows only how
/// to make plain values, ordered dictionaries, tensors and storages (``PickleGlobal``); a file that names anything else
/// is refused with that name, before anything is done with it.
///
/// Source: Python's documentation of the module pickletools, protocols 2 to 5.
struct Pickle {
  private(set) var sequences: [[PickleValue]] = []
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private(set) var storages: [PickledStorage] = []
  private(set) var tensors: [PickledTensor] = []
  /// What it all comes to.
  private(set) var value = PickleValue.none
  /// Where the pickle ends.
  private(set) var position = 0

  private let text: [UInt8]
  private let file: OpenedFile
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var storageOfKey: [String: Int] = [:]
  /// How many values were made or copied.
  private var steps = 0

  /// Longer pickles are refused: tensors' numbers are not in them, and those of the largest models have some million bytes.
  static let longest = 16 << 20
  private static let mostSteps = 2_000_000
  private static let mostAxes = 64

  /// Reads the first pickle of some bytes.
  ///
  /// - Throws: ``ArrayFileError/refused(file:name:)`` for what would be run, and for what is broken.
  init(_ text: [UInt8], of file: OpenedFile) throws(ArrayFileError) {
    self.text = text
    self.file = file
    while try step() {}
    value = try pop()
    stack = []
    memo = [:]
  }

  // MARK: The machine

  private func broken(_ found: String, _ expected: String) -> ArrayFileError {
    file.damaged("the pickle at its byte \(position)", found, expected: expected)
  }

  private mutating func count(_ copied: Int = 1) throws(ArrayFileError) {
    steps += copied
    guard steps <= Self.mostSteps else {
      throw broken("makes too many values", "at most \(Self.mostSteps)")
    }
  }

  private mutating func take(_ count: UInt64) throws(ArrayFileError) -> ArraySlice<UInt8> {
    guard count <= UInt64(text.count - position) else {
      throw broken("ends within a value of \(count) bytes", "a whole pickle of at most \(Self.longest) bytes")
    }
    defer { position += Int(count) }
    return text[position..<position + Int(count)]
  }

  private mutating func number(_ count: Int) throws(ArrayFileError) -> UInt64 {
    try take(UInt64(count)).number(at: 0, count)
  }

  private mutating func line() throws(ArrayFileError) -> String {
    guard let end = text[position...].firstIndex(of: 0x0A) else {
      throw broken("ends within a name", "a line")
    }
    defer { position = end + 1 }
    return String(decoding: text[position..<end], as: UTF8.self)
  }

  private mutating func push(_ value: PickleValue) throws(ArrayFileError) {
    try count()
    stack.append(value)
  }

  private mutating func pop() throws(ArrayFileError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw broken("takes a value from an empty stack", "one that is there")
    }
    return value
  }

  private func top() throws(ArrayFileError) -> PickleValue {
    guard let value = stack.last else { throw broken("looks at an empty stack", "a value") }
    return value
  }

  /// The values above the last mark, which is removed.
  private mutating func popMark() throws(ArrayFileError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw broken("takes a mark that is not there", "one before it") }
    defer { stack.removeSubrange(mark...) }
    try count(stack.count - mark)
    return Array(stack[mark...])
  }

  private mutating func pop(_ count: Int) throws(ArrayFileError) -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  private mutating func pushSequence(_ values: [PickleValue]) throws(ArrayFileError) {
    sequences.append(values)
    try push(.sequence(sequences.count - 1))
  }

  private mutating func pushDictionary(
    _ members: [(key: PickleValue, value: PickleValue)] = []
  ) throws(ArrayFileError) {
    dictionaries.append(members)
    try push(.dictionary(dictionaries.count - 1))
  }

  private mutating func pushText(_ bytes: ArraySlice<UInt8>) throws(ArrayFileError) {
    // Python 2's texts are bytes of any kind.
    try push(String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes(Array(bytes)))
  }

  private mutating func pushInteger(_ bytes: ArraySlice<UInt8>) throws(ArrayFileError) {
    guard bytes.count <= 8 else { return try push(.longInteger(Array(bytes))) }
    guard let last = bytes.last else { return try push(.integer(0)) }
    let unsigned = bytes.number(at: 0, bytes.count)
    let shift = UInt64(64 - 8 * bytes.count)
    try push(.integer(last < 0x80 ? Int(unsigned) : Int(Int64(bitPattern: unsigned << shift) >> shift)))
  }

  private mutating func append(_ values: [PickleValue]) throws(ArrayFileError) {
    guard case .sequence(let place) = try top() else { throw broken("adds to what is no list", "a list") }
    sequences[place].append(contentsOf: values)
  }

  private mutating func set(_ values: [PickleValue]) throws(ArrayFileError) {
    guard case .dictionary(let place) = try top() else {
      throw broken("adds to what is no dictionary", "a dictionary")
    }
    dictionaries[place] += try members(values)
  }

  private func members(
    _ values: [PickleValue]
  ) throws(ArrayFileError) -> [(key: PickleValue, value: PickleValue)] {
    guard values.count % 2 == 0 else { throw broken("has a key without a value", "pairs") }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  private mutating func remember(_ key: UInt64) throws(ArrayFileError) {
    try count()
    memo[Int(clamping: key)] = try top()
  }

  private mutating func recall(_ key: UInt64) throws(ArrayFileError) {
    guard let value = memo[Int(clamping: key)] else {
      throw broken("recalls number \(key)", "one that it remembered")
    }
    try push(value)
  }

  /// Takes one step; false at the end.
  private mutating func step() throws(ArrayFileError) -> Bool {
    let code = UInt8(try number(1))
    switch code {
    case 0x80:  // PROTO
      let version = try number(1)
      guard version <= 5 else { throw broken("has protocol \(version)", "at most 5") }
    case 0x95: _ = try number(8)  // FRAME
    case UInt8(ascii: "."): return false
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popMark()
    case UInt8(ascii: "2"): try push(top())
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "K"): try push(.integer(Int(number(1))))
    case UInt8(ascii: "M"): try push(.integer(Int(number(2))))
    case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: number(4)))))
    case 0x8A: try pushInteger(take(number(1)))
    case 0x8B: try pushInteger(take(number(4)))
    case UInt8(ascii: "G"):
      try push(.number(Double(bitPattern: take(8).number(at: 0, 8, isBigEndian: true))))
    case UInt8(ascii: "X"), UInt8(ascii: "T"): try pushText(take(number(4)))
    case 0x8C, UInt8(ascii: "U"): try pushText(take(number(1)))
    case 0x8D: try pushText(take(number(8)))
    case UInt8(ascii: "B"): try push(.bytes(Array(take(number(4)))))
    case UInt8(ascii: "C"): try push(.bytes(Array(take(number(1)))))
    case 0x8E, 0x96: try push(.bytes(Array(take(number(8)))))
    case UInt8(ascii: "]"), UInt8(ascii: ")"), 0x8F: try pushSequence([])
    case UInt8(ascii: "}"): try pushDictionary()
    case UInt8(ascii: "t"), UInt8(ascii: "l"), 0x91: try pushSequence(popMark())
    case 0x85: try pushSequence(pop(1))
    case 0x86: try pushSequence(pop(2))
    case 0x87: try pushSequence(pop(3))
    case UInt8(ascii: "a"): try append(pop(1))
    case UInt8(ascii: "e"), 0x90: try append(popMark())
    case UInt8(ascii: "d"): try pushDictionary(members(popMark()))
    case UInt8(ascii: "s"): try set(pop(2))
    case UInt8(ascii: "u"): try set(popMark())
    case UInt8(ascii: "q"): try remember(number(1))
    case UInt8(ascii: "r"): try remember(number(4))
    case 0x94: try remember(UInt64(memo.count))
    case UInt8(ascii: "h"): try recall(number(1))
    case UInt8(ascii: "j"): try recall(number(4))
    case UInt8(ascii: "c"):
      let module = try line()
      try pushGlobal(module, line())
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw broken("names something by what is no text", "a module and a name")
      }
      try pushGlobal(module, name)
    case UInt8(ascii: "i"):
      let module = try line()
      throw .refused(file: file.path, name: "\(module).\(try line())")
    case UInt8(ascii: "R"), 0x81: try call()
    case UInt8(ascii: "b"): try build()
    case UInt8(ascii: "Q"): try pushStorage()
    default:
      throw broken(
        "has the instruction \(String(code, radix: 16))", "one of protocol 2 or later for plain data")
    }
    return true
  }

  // MARK: What is named

  private mutating func pushGlobal(_ module: String, _ name: String) throws(ArrayFileError) {
    guard let global = PickleGlobal.all["\(module).\(name)"] else {
      throw .refused(file: file.path, name: "\(module).\(name)")
    }
    try push(.global(global))
  }

  /// Makes what a named thing makes of its arguments.
  private mutating func call() throws(ArrayFileError) {
    guard case .sequence(let place) = try pop(), case .global(let global) = try pop() else {
      throw broken("calls what cannot be called", "a name and its arguments")
    }
    let arguments = sequences[place]
    switch global {
    case .orderedDictionary, .counter, .namespace: try makeDictionary(arguments)
    case .set, .size:
      guard let first = arguments.first else { return try pushSequence([]) }
      guard case .sequence = first else { throw broken("makes a set of no list", "a list") }
      try push(first)
    case .tensor: try pushTensor(arguments, hasType: false)
    case .tensorOfType: try pushTensor(arguments, hasType: true)
    case .parameter:
      guard case .tensor? = arguments.first else {
        throw broken("makes a parameter of no tensor", "a tensor")
      }
      try push(arguments[0])
    case .other: try push(.other)
    case .storage, .type: throw broken("makes a storage by itself", "one by its key")
    }
  }

  private mutating func makeDictionary(_ arguments: [PickleValue]) throws(ArrayFileError) {
    switch arguments.first {
    case nil: try pushDictionary()
    case .dictionary(let place)?: try push(.dictionary(place))
    case .sequence(let place)?:
      // Python 2 wrote an ordered dictionary as a list of pairs.
      try count(sequences[place].count)
      var members: [(key: PickleValue, value: PickleValue)] = []
      for pair in sequences[place] {
        guard case .sequence(let pair) = pair, sequences[pair].count == 2 else {
          throw broken("makes a dictionary of no pairs", "pairs")
        }
        members.append((sequences[pair][0], sequences[pair][1]))
      }
      try pushDictionary(members)
    default: throw broken("makes a dictionary of a single value", "pairs")
    }
  }

  /// Gives an object its attributes: those of a namespace are its content, those of a dictionary nobody reads.
  private mutating func build() throws(ArrayFileError) {
    let state = try pop()
    switch try top() {
    case .dictionary(let place):
      guard dictionaries[place].isEmpty, case .dictionary = state else { return }
      stack[stack.count - 1] = state
    case .other: break
    default: throw broken("gives attributes to what has none", "a dictionary")
    }
  }

  // MARK: Tensors

  /// A storage from `("storage", type, key, device, count)`, and in old files what it is a part of.
  private mutating func pushStorage() throws(ArrayFileError) {
    guard case .sequence(let place) = try pop() else {
      throw broken("names a storage by no tuple", "a tuple")
    }
    let parts = sequences[place]
    guard case .text("storage")? = parts.first else {
      if case .text("module")? = parts.first {
        throw .refused(file: file.path, name: "the program of a whole model")
      }
      throw broken("names what is no storage", "a storage")
    }
    guard parts.count >= 5, case .global(.storage(let type)) = parts[1], case .text(let key) = parts[2],
      case .integer(let count) = parts[4], count >= 0, count <= Int.max / 32
    else {
      throw broken("names a storage without its type, key or size", "all of them")
    }
    if parts.count > 5 {
      guard case .none = parts[5] else {
        throw .unsupported(
          file: file.path, place: "the storage \(ArrayFileError.quoted(key))", found: "is a part of another",
          expected: "one of its own", wayOut: "load it in PyTorch and save it again")
      }
    }
    if let known = storageOfKey[key] {
      guard storages[known].count == count, storages[known].type == type else {
        throw broken("gives the storage \(ArrayFileError.quoted(key)) two sizes", "one")
      }
      return try push(.storage(known))
    }
    storages.append(PickledStorage(key: key, type: type, count: count))
    storageOfKey[key] = storages.count - 1
    try push(.storage(storages.count - 1))
  }

  /// A tensor from `(storage, offset, size, strides, …)`; in the third version with its type, else that of its storage.
  private mutating func pushTensor(_ parts: [PickleValue], hasType: Bool) throws(ArrayFileError) {
    guard parts.count >= 4, case .storage(let storage) = parts[0], case .integer(let offset) = parts[1],
      case .sequence(let size) = parts[2], case .sequence(let steps) = parts[3]
    else {
      throw broken("makes a tensor without storage, offset, size or strides", "all of them")
    }
    var type = storages[storage].type
    if hasType, parts.count >= 7, case .global(.type(let own)) = parts[6] { type = own }
    let (shape, strides) = try (naturals(size), naturals(steps))
    guard let type, offset >= 0, shape.count == strides.count else {
      throw broken(
        "makes a tensor of size \(shape), strides \(strides), offset \(offset)", "what fits together")
    }
    if parts.count > (hasType ? 7 : 6), case .dictionary(let flags) = parts[hasType ? 7 : 6],
      !dictionaries[flags].isEmpty
    {
      throw .unsupported(
        file: file.path, place: "a tensor", found: "is the conjugate or negative of its numbers",
        expected: "the numbers themselves", wayOut: "call resolve_conj() and resolve_neg() before it is saved"
      )
    }
    try count(shape.count)
    tensors.append(
      PickledTensor(storage: storage, type: type, offset: offset, shape: shape, strides: strides))
    try push(.tensor(tensors.count - 1))
  }

  private func naturals(_ place: Int) throws(ArrayFileError) -> [Int] {
    guard sequences[place].count <= Self.mostAxes else {
      throw broken("has a tensor of \(sequences[place].count) axes", "at most \(Self.mostAxes)")
    }
    var numbers: [Int] = []
    for value in sequences[place] {
      guard case .integer(let number) = value, number >= 0 else {
        throw broken("has a size or stride that is no natural number", "whole numbers that are not negative")
      }
      numbers.append(number)
    }
    return numbers
  }
}
