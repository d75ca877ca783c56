/// Scratch space for a parallel loop: an aligned piece for each worker.
package struct WorkerScratch {
  private let storage: TensorStorage
  private let stride: Int

  /// Room for `count` floats a worker, with unspecified content.
  package init(count: Int) {
    stride = StoragePool.capacity(for: count)
    storage = TensorStorage(count: stride * WorkerPool.threads)
  }

  /// The piece of one worker.
  package subscript(worker: Int) -> UnsafeMutablePointer<Float> { storage.base + worker * stride }
}
