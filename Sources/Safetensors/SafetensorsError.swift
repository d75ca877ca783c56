public import SystemFiles

/// Why a file could not be read as safetensors.
public enum SafetensorsError: ReportableError, Equatable {
  /// The operating system would not open or read the file.
  case file(FileError)
  /// The file ends within its header: it has `found` bytes and needs at least `expected`.
  case truncatedHeader(file: String, expected: Int, found: Int)
  /// The file's first eight bytes are not a plausible header length.
  case headerLength(file: String, found: UInt64, limit: Int)
  /// The header is not JSON.
  case headerSyntax(file: String, offset: Int, expected: String)
  /// The header, or its `__metadata__`, is JSON of another form.
  case headerForm(file: String, expected: String)
  /// Two tensors have the same name.
  case duplicateTensor(file: String, tensor: String)
  /// A tensor's description in the header lacks something or has it in another form.
  case tensorDescription(file: String, tensor: String, expected: String)
  /// A tensor's elements have a type that is not supported.
  case elementType(file: String, tensor: String, found: String, supported: [String])
  /// A tensor's shape and type ask for another number of bytes than it has.
  case tensorSize(file: String, tensor: String, shape: [Int], type: String, bytes: Int)
  /// A tensor lies beyond the end of the file.
  case outOfRange(file: String, tensor: String, begin: Int, end: Int, available: Int)
  /// Two tensors share bytes.
  case overlap(file: String, tensor: String, other: String)
  /// Bytes that belong to no tensor, which the format forbids.
  case unusedBytes(file: String, offset: Int, count: Int)
  /// The content is not the one that the file's checksum was made of.
  case checksum(file: String, found: String, stated: String)
  /// There is no tensor of that name.
  case missingTensor(file: String, tensor: String, found: [String])

  /// Whatever is wrong, it is wrong with a file that was given.
  public var fault: Fault { .data }

  /// The file, the tensor, what was found, what was expected and the way out, on one line.
  public var message: Message {
    switch self {
    case .file(let error): error.message
    case .truncatedHeader(let file, let expected, let found):
      "\(file) has \(found) bytes, but a safetensors file with its header needs \(expected): "
        + "it is truncated or not a safetensors file; copy it again."
    case .headerLength(let file, let found, let limit):
      "\(file) starts with a header length of \(found) bytes, expected 2 to \(limit): "
        + "it is neither a safetensors file nor one written by torch.save; check its name."
    case .headerSyntax(let file, let offset, let expected):
      "\(file) has a broken safetensors header: expected \(expected) at byte \(offset) of the header; "
        + "copy or write the file again."
    case .headerForm(let file, let expected):
      "\(file) has an unusual safetensors header: expected \(expected); write the file again."
    case .duplicateTensor(let file, let tensor):
      "\(file) describes the tensor \(tensor.debugDescription) twice; write the file again with unique names."
    case .tensorDescription(let file, let tensor, let expected):
      "\(file) describes the tensor \(tensor.debugDescription) without \(expected); write the file again."
    case .elementType(let file, let tensor, let found, let supported):
      "\(file) holds the tensor \(tensor.debugDescription) as \(found.debugDescription), expected one of "
        + "\(supported.joined(separator: ", ")); convert it to F32."
    case .tensorSize(let file, let tensor, let shape, let type, let bytes):
      "\(file) gives \(bytes) bytes to the tensor \(tensor.debugDescription), which do not fit its shape "
        + "\(shape) of \(type); write the file again."
    case .outOfRange(let file, let tensor, let begin, let end, let available):
      "\(file) places the tensor \(tensor.debugDescription) at bytes \(begin) to \(end) of its data, "
        + "but has only \(available): it is truncated or its header is wrong; copy it again."
    case .overlap(let file, let tensor, let other):
      "\(file) has overlapping tensors \(other.debugDescription) and \(tensor.debugDescription); "
        + "write the file again."
    case .unusedBytes(let file, let offset, let count):
      "\(file) has \(count) bytes at byte \(offset) of its data that belong to no tensor, "
        + "which safetensors forbids; copy or write the file again."
    case .checksum(let file, let found, let stated):
      "\(file) is damaged: its content has the checksum \(found), but its metadata say \(stated.debugDescription); copy it again, "
        + "or use another checkpoint. If it was changed on purpose, leave '\(FileChecksum.key)' out of its metadata."
    case .missingTensor(let file, let tensor, let found):
      "\(file) holds no tensor \(tensor.debugDescription); it holds \(Self.list(found)); check that it belongs to this model."
    }
  }

  private static func list(_ tensors: [String]) -> String {
    tensors.isEmpty ? "none" : tensors.map(\.debugDescription).joined(separator: ", ")
  }
}
