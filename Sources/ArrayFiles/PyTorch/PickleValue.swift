/// A value in a pickle. What holds others is in the pickle's lists and known by its place there: so values may hold
/// themselves, and however deep a hostile file nests them, letting go of them takes no stack.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// A whole number of more than 64 bits, as its bytes, the lowest first.
  case longInteger([UInt8])
  case number(Double)
  case text(String)
  case bytes([UInt8])
  /// A tuple, a list or a set; the place among ``Pickle/sequences``.
  case sequence(Int)
  /// The place among ``Pickle/dictionaries``.
  case dictionary(Int)
  /// The place among ``Pickle/storages``.
  case storage(Int)
  /// The place among ``Pickle/tensors``.
  case tensor(Int)
  /// Something that is named in the file and known here.
  case global(PickleGlobal)
  /// What is understood and holds nothing that anybody reads: a device, a number of NumPy's.
  case other
}

/// What a pickle may name. Nothing of it is a program: each stands for a value that is made here.
enum PickleGlobal {
  case orderedDictionary, counter, namespace, set
  case tensor, tensorOfType, parameter
  case size, other
  /// The type of a storage; nil for one of bytes.
  case storage(NumberType?)
  case type(NumberType)

  /// Everything that is known, by module and name.
  static let all: [String: PickleGlobal] = {
    var all: [String: PickleGlobal] = [
      "collections.OrderedDict": .orderedDictionary, "collections.Counter": .counter,
      "argparse.Namespace": .namespace, "__builtin__.set": .set, "builtins.set": .set,
      "torch._utils._rebuild_tensor": .tensor, "torch._utils._rebuild_tensor_v2": .tensor,
      "torch._utils._rebuild_tensor_v3": .tensorOfType, "torch._utils._rebuild_parameter": .parameter,
      "torch._utils._rebuild_parameter_with_state": .parameter, "torch.Size": .size, "torch.device": .other,
      "torch.storage.UntypedStorage": .storage(nil), "torch.UntypedStorage": .storage(nil),
      // A number of NumPy's, such as a loss, is made of these.
      "numpy.dtype": .other, "numpy.core.multiarray.scalar": .other, "numpy._core.multiarray.scalar": .other,
      "_codecs.encode": .other,
    ]
    let storages: [(String, NumberType)] = [
      ("Float", .float32), ("Double", .float64), ("Half", .float16), ("BFloat16", .bfloat16),
      ("Long", .int64),
      ("Int", .int32), ("Short", .int16), ("Char", .int8), ("Byte", .uint8), ("Bool", .bool),
      ("ComplexFloat", .complex64), ("ComplexDouble", .complex128),
    ]
    for (name, type) in storages {
      all["torch.\(name)Storage"] = .storage(type)
      all["torch.cuda.\(name)Storage"] = .storage(type)
    }
    for type in NumberType.allCases { all["torch.\(type.rawValue)"] = .type(type) }
    return all
  }()
}

/// The numbers that tensors are views of, as a pickle names them.
struct PickledStorage {
  /// Its name in the file.
  let key: String
  /// The type of its numbers; nil if it is made of bytes.
  let type: NumberType?
  /// How many numbers, or bytes.
  let count: Int

  /// The size in bytes.
  var byteCount: Int { count * (type?.byteCount ?? 1) }
}

/// A tensor as a pickle describes it: a view of a storage, which is not yet known to be as large as the view.
struct PickledTensor {
  let storage: Int
  let type: NumberType
  /// In numbers.
  let offset: Int
  let shape: [Int]
  /// The distance of neighboring indices of each axis, in numbers.
  let strides: [Int]
}
