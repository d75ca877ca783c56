import Dispatch
import Synchronization

/// Batches in a given order, read ahead of their use on a thread of its own.
///
/// ```swift
/// let batches = loader.batches(order)
/// while let batch = try batches.next() { … }
/// ```
///
/// A stream belongs to the thread that takes the batches. Letting go of it stops the reading.
public final class BatchStream {
  /// A batch that is being read.
  private final class Promise: Sendable {
    private let isDone = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<Batch, DataFileError>?>(nil)

    func keep(_ result: Result<Batch, DataFileError>) {
      self.result.withLock { $0 = result }
      isDone.signal()
    }

    /// Waits for the batch; to be called once.
    func take() -> Result<Batch, DataFileError>? {
      isDone.wait()
      return result.withLock { $0.take() }
    }
  }

  private final class Cancellation: Sendable {
    let isCancelled = Atomic<Bool>(false)
  }

  private let loader: BatchLoader
  private let reader = DispatchQueue(label: "pde-data.read-ahead", qos: .userInitiated)
  private let cancellation = Cancellation()
  private var order: ArraySlice<[Int]>
  private var promises: ArraySlice<Promise> = []

  init(loader: BatchLoader, order: [[Int]], readAhead: Int) {
    precondition(readAhead > 0, "at least one batch must be read ahead, got \(readAhead)")
    self.loader = loader
    self.order = order[...]
    for _ in 0..<readAhead { request() }
  }

  deinit {
    cancellation.isCancelled.store(true, ordering: .relaxed)
  }

  /// The next batch, or `nil` after the last one or after an error.
  ///
  /// - Returns: The batch, when it has been read.
  /// - Throws: ``DataFileError`` where the file cannot be read or holds a number that is not finite.
  public func next() throws(DataFileError) -> Batch? {
    guard let result = promises.popFirst()?.take() else { return nil }
    request()
    do {
      return try result.get()
    } catch {
      cancellation.isCancelled.store(true, ordering: .relaxed)
      promises = []
      order = []
      throw error
    }
  }

  private func request() {
    guard let samples = order.popFirst() else { return }
    let promise = Promise()
    promises.append(promise)
    reader.async { [loader, cancellation] in
      guard !cancellation.isCancelled.load(ordering: .relaxed) else { return }
      do throws(DataFileError) {
        promise.keep(.success(try loader.batch(samples)))
      } catch {
        promise.keep(.failure(error))
      }
    }
  }
}
