import Autodiff
import TensorCore
import TestSupport
import Testing

@Suite("Matrix products, permutation and gathering") struct MatrixTests {
  /// A product by three loops.
  private func product(_ a: Tensor, _ b: Tensor, _ transposed: (Bool, Bool), at place: [Int]) -> Double {
    let (batch, i, j) = (place[0], place[1], place[2])
    let inner = a.shape[transposed.0 ? 1 : 2]
    return (0..<inner).reduce(0.0) { sum, k in
      let left = transposed.0 ? a[batch, k, i] : a[batch, i, k]
      let right =
        b.rank == 2
        ? (transposed.1 ? b[j, k] : b[k, j]) : (transposed.1 ? b[batch, j, k] : b[batch, k, j])
      return sum + Double(left) * Double(right)
    }
  }

  @Test(
    "products of batches of matrices have the right values and gradients",
    arguments: [(false, false), (true, false), (false, true), (true, true)])
  func batches(transposed: (left: Bool, right: Bool)) {
    let a = GradientCheck.random(transposed.left ? [3, 5, 70] : [3, 70, 5], index: 1)
    let b = GradientCheck.random(transposed.right ? [3, 4, 5] : [3, 5, 4], index: 2)
    func f(_ inputs: [Variable]) -> Variable {
      inputs[0].matrixProduct(
        inputs[1], transposingLeft: transposed.left, transposingRight: transposed.right)
    }
    let y = f([Variable(a), Variable(b)]).value
    #expect(y.shape == [3, 70, 4])
    for place in [[0, 0, 0], [1, 65, 2], [2, 69, 3], [2, 63, 1], [0, 64, 0]] {
      #expect(abs(Double(y[place[0], place[1], place[2]]) - product(a, b, transposed, at: place)) < 1e-5)
    }
    #expect(GradientCheck.error(at: [a, b], f) < 1e-3)
    #expect(GradientCheck.error(at: [b]) { f([Variable(a), $0[0]]) } < 1e-3)
  }

  @Test("every matrix of a batch is multiplied by a single one", arguments: [false, true])
  func shared(transposingRight: Bool) {
    let a = GradientCheck.random([2, 3, 5], index: 1)
    let b = GradientCheck.random(transposingRight ? [4, 5] : [5, 4], index: 2)
    func f(_ inputs: [Variable]) -> Variable {
      inputs[0].matrixProduct(inputs[1], transposingRight: transposingRight)
    }
    let y = f([Variable(a), Variable(b)]).value
    #expect(y.shape == [2, 3, 4])
    #expect(abs(Double(y[1, 2, 3]) - product(a, b, (false, transposingRight), at: [1, 2, 3])) < 1e-5)
    #expect(GradientCheck.error(at: [a, b], f) < 1e-3)
  }

  @Test("a matrix times a matrix, and several axes of batches")
  func ranks() {
    let a = GradientCheck.random([4, 6], index: 1)
    #expect(
      GradientCheck.error(at: [a, GradientCheck.random([6, 3], index: 2)]) { $0[0].matrixProduct($0[1]) }
        < 1e-3)
    let (q, k) = (
      GradientCheck.random([2, 3, 4, 5], index: 3), GradientCheck.random([2, 3, 6, 5], index: 4)
    )
    let scores = Variable(q).matrixProduct(Variable(k), transposingRight: true)
    #expect(scores.shape == [2, 3, 4, 6])
    let expected = (0..<5).reduce(0.0) { $0 + Double(q[1, 2, 3, $1]) * Double(k[1, 2, 5, $1]) }
    #expect(abs(Double(scores.value[1, 2, 3, 5]) - expected) < 1e-5)
    #expect(GradientCheck.error(at: [q, k]) { $0[0].matrixProduct($0[1], transposingRight: true) } < 1e-3)
  }

  @Test(
    "permuted axes move every element to its place, and back",
    arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [0, 2, 1, 3], [2, 3, 0, 1], [0, 1, 3, 2]])
  func permutation(order: [Int]) {
    let shape = [2, 3, 1, 5]
    let a = GradientCheck.random(shape, index: 1)
    let y = Variable(a).permuted(order).value
    #expect(y.shape == order.map { shape[$0] })
    for i in 0..<2 {
      for j in 0..<3 {
        for k in 0..<5 {
          let old = [i, j, 0, k]
          let new = order.map { old[$0] }
          #expect(y[new[0], new[1], new[2], new[3]] == a[i, j, 0, k])
        }
      }
    }
    #expect(GradientCheck.error(at: [a]) { $0[0].permuted(order) } < 1e-3)
    #expect(Variable(a).transposed().value == Variable(a).permuted([0, 1, 3, 2]).value)
  }

  @Test("entries of an axis are picked, some twice, and gradients added", arguments: [0, 1, 2, -1])
  func selection(axis: Int) {
    let a = GradientCheck.random([4, 4, 4], index: 1)
    let y = Variable(a).selected(axis: axis, [3, 1, 1, 0, 3]).value
    #expect(y.shape[axis < 0 ? 2 : axis] == 5)
    switch axis {
    case 0: #expect(y[4, 1, 2] == a[3, 1, 2])
    case 1: #expect(y[1, 3, 2] == a[1, 0, 2])
    default: #expect(y[1, 2, 0] == a[1, 2, 3])
    }
    #expect(GradientCheck.error(at: [a]) { $0[0].selected(axis: axis, [3, 1, 1, 0, 3]) } < 1e-3)
  }

  @Test("an embedding gives each token its row")
  func embedding() {
    let table = GradientCheck.random([7, 3], index: 1)
    let tokens = [6, 0, 2, 2, 6, 5]
    let y = Variable(table).embeddings(of: tokens, shape: [2, 3])
    #expect(y.shape == [2, 3, 3] && y.value[1, 1, 2] == table[6, 2])
    let tape = Tape()
    let watched = tape.watch(table)
    let gradient = tape.gradients(of: watched.embeddings(of: tokens, shape: [2, 3]).sum())[watched]
    #expect(gradient?.elements == [1, 0, 2, 0, 0, 1, 2].flatMap { [Float]([$0, $0, $0]) })
    #expect(GradientCheck.error(at: [table]) { $0[0].embeddings(of: tokens, shape: [6]) } < 1e-3)
  }

  @Test("one or more entries are gathered for each place", arguments: [0, 1, -1])
  func gathering(axis: Int) {
    let a = GradientCheck.random([3, 3, 3], index: 1)
    let indices = (0..<18).map { ($0 * 7 + $0 / 5) % 3 }
    let y = Variable(a).gathered(axis: axis, indices, count: 2).value
    for place in 0..<18 {
      let shape = y.shape
      var position = [place / (shape[1] * shape[2]), place / shape[2] % shape[1], place % shape[2]]
      position[axis < 0 ? 2 : axis] = indices[place]
      #expect(y.elements[place] == a[position[0], position[1], position[2]])
    }
    #expect(GradientCheck.error(at: [a]) { $0[0].gathered(axis: axis, indices, count: 2) } < 1e-3)
    let classes = Variable(Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])).gathered(axis: 1, [2, 0]).value
    #expect(classes == Tensor([3, 4], shape: [2, 1]))
  }

  @Test("the bits do not depend on the number of threads", .serialized, arguments: [1, 2, 3])
  func threads(count: Int) {
    let (a, b) = (GradientCheck.random([3, 200, 40], index: 5), GradientCheck.random([40, 50], index: 6))
    func result() -> [Tensor?] {
      let tape = Tape()
      let (x, w) = (tape.watch(a), tape.watch(b))
      let y = x.permuted([1, 0, 2]).matrixProduct(w).selected(axis: 0, (0..<300).map { $0 * 7 % 200 })
      let gradients = tape.gradients(of: (y * y).sum())
      return [y.value, gradients[x], gradients[w]]
    }
    let expected = result()
    #expect(WorkerPool.withThreads(count) { result() } == expected)
  }
}
