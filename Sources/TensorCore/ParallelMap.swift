/// The values of a function at 0 to `count` − 1, computed on all cores, in order.
///
/// Like ``parallelFor(_:_:)`` it calls `transform` once for each index, concurrently and in no particular order. If
/// calls fail, all are still made, and the error of the lowest index is thrown: which error a caller sees does not
/// depend on the threads.
///
/// - Parameters:
///   - count: The number of values.
///   - transform: Takes an index below `count` and gives its value.
/// - Returns: One value for each index.
/// - Throws: What `transform` throws.
public func parallelMap<Value, Failure: Error>(
  _ count: Int, _ transform: (_ index: Int) throws(Failure) -> Value
) throws(Failure) -> [Value] {
  // An empty array's storage is one object for the whole process, which the initializer below would write to.
  guard count > 0 else { return [] }
  let outcomes = [Result<Value, Failure>](unsafeUninitializedCapacity: count) { buffer, initialized in
    let slots = buffer
    parallelFor(count) { index in
      slots.initializeElement(at: index, to: Result { () throws(Failure) in try transform(index) })
    }
    initialized = count
  }
  var values: [Value] = []
  values.reserveCapacity(count)
  for outcome in outcomes { values.append(try outcome.get()) }
  return values
}
