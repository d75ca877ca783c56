#if MPI
  import CMPI
  import Foundation

  /// The ranks of an MPI program, by Open MPI.
  ///
  /// Messages go from rank to rank without MPI's own collective functions: sums must be added in our order, and a rank that
  /// waits gives up its core, and the whole program after a time limit, neither of which those functions do.
  struct MPITransport: RankTransport {
    let rank: Int
    let size: Int
    /// The seconds after which a wait for other ranks is given up.
    private let patience: Double

    /// Messages of more bytes are sent in pieces of as many: MPI counts them by 32-bit numbers.
    private static let largestPiece = 1 << 30

    /// Enters MPI; once in a process.
    ///
    /// - Parameter patience: The seconds after which a wait for other ranks is given up.
    /// - Throws: ``RankError/cannotStart``.
    init(patience: Double) throws(RankError) {
      var (level, rank, size) = (Int32(0), Int32(0), Int32(0))
      guard cmpi_begin(&level) == MPI_SUCCESS, cmpi_rank(&rank) == MPI_SUCCESS,
        cmpi_size(&size) == MPI_SUCCESS,
        cmpi_return_errors() == MPI_SUCCESS
      else { throw .cannotStart }
      self.rank = Int(rank)
      self.size = Int(size)
      self.patience = patience
    }

    func exchange(_ outgoing: [Outgoing], _ incoming: [Incoming]) {
      var requests: [MPI_Request?] = []
      func pieces(_ count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: Self.largestPiece).map { $0..<min($0 + Self.largestPiece, count) }
      }
      for place in incoming {
        for piece in pieces(place.bytes.count) {
          var request: MPI_Request? = cmpi_no_request()
          check(
            cmpi_receive(
              place.bytes.baseAddress.map { $0 + piece.lowerBound }, Int32(piece.count), Int32(place.rank), 0,
              &request))
          requests.append(request)
        }
      }
      for message in outgoing {
        for piece in pieces(message.bytes.count) {
          var request: MPI_Request? = cmpi_no_request()
          check(
            cmpi_send(
              message.bytes.baseAddress.map { $0 + piece.lowerBound }, Int32(piece.count),
              Int32(message.rank),
              0, &request))
          requests.append(request)
        }
      }
      wait(&requests)
    }

    private func wait(_ requests: inout [MPI_Request?]) {
      guard !requests.isEmpty else { return }
      let clock = ContinuousClock()
      let start = clock.now
      var polls = 0
      while true {
        var isDone = Int32(0)
        check(cmpi_test(Int32(requests.count), &requests, &isDone))
        if isDone != 0 { return }
        polls += 1
        // Short waits poll, as latency counts; long ones leave the core to who is waited for.
        if polls < 200 { continue }
        if polls < 2000 {
          sched_yield()
          continue
        }
        usleep(50)
        if polls.isMultiple(of: 2000), (clock.now - start) / .seconds(1) > patience {
          fail("rank \(rank) of \(size) has waited for the others for \(Int(patience)) seconds and gives up.")
        }
      }
    }

    private func check(_ status: Int32) {
      guard status != MPI_SUCCESS else { return }
      fail("rank \(rank) of \(size) cannot reach the others (MPI error \(status)).")
    }

    /// There is no way on without the others, and nobody further up who could find one.
    private func fail(_ reason: String) -> Never {
      try? FileHandle.standardError.write(contentsOf: Data("pdeop: \(reason)\n".utf8))
      abort(1)
    }

    func abort(_ code: Int32) -> Never {
      // Where the launcher cannot be reached either, this process ends by itself.
      signal(SIGALRM) { _ in _exit(1) }
      alarm(5)
      _ = cmpi_abort(code)
      endProcess(code)
    }

    func end() { _ = cmpi_end() }
  }
#endif
