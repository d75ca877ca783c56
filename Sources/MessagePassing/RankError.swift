/// Why a program does not run on several ranks.
public enum RankError: Error, Equatable {
  /// It was started on several ranks, but this build is without MPI.
  case notBuilt(ranks: Int)
  /// MPI does not start.
  case cannotStart
}
