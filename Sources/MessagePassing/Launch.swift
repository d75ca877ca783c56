import Glibc

/// How this process was started.
public enum Launch {
  /// Whether this build has MPI.
  public static var isBuiltWithMPI: Bool {
    #if MPI
      true
    #else
      false
    #endif
  }

  /// The number of processes that `mpirun` or `srun` started together with this one, itself included; 1 for a process that
  /// was started in another way, such as by a batch script or by another program of this package.
  public static var ranks: Int {
    if let size = number("OMPI_COMM_WORLD_SIZE") { return size }
    // srun sets these for the tasks of a step; a batch script has a step of its own, without the first.
    guard number("PMIX_RANK") != nil || number("PMI_RANK") != nil else { return 1 }
    return number("SLURM_STEP_NUM_TASKS") ?? number("PMI_SIZE") ?? 1
  }

  /// This process's number among them, as far as that is known before they meet.
  public static var rank: Int {
    number("OMPI_COMM_WORLD_RANK") ?? number("PMIX_RANK") ?? number("PMI_RANK") ?? 0
  }

  /// The number of these processes on this machine.
  public static var ranksOnMachine: Int { number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? slurmTasksOnNode ?? 1 }

  private static var slurmTasksOnNode: Int? {
    // 2(x3),1: of one node alone only the first number is known to be this node's.
    guard let text = variable("SLURM_STEP_TASKS_PER_NODE") else { return nil }
    return Int(text.prefix { $0.isNumber })
  }

  /// Forgets how this process was started, so that those that it starts are no ranks.
  static func forget() {
    for name in ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"] { unsetenv(name) }
  }

  /// The group that this process was started in.
  ///
  /// Processes that this one starts are not in it.
  ///
  /// - Parameter patience: The seconds after which a wait for other ranks is given up.
  /// - Returns: The group; ``RankGroup/alone`` for a process by itself.
  /// - Throws: ``RankError``.
  public static func group(patience: Double = 600) throws(RankError) -> RankGroup {
    let count = ranks
    guard count > 1 else { return .alone }
    #if MPI
      let transport = try MPITransport(patience: patience)
      forget()
      return transport.size > 1 ? RankGroup(transport) : .alone
    #else
      throw .notBuilt(ranks: count)
    #endif
  }

  private static func number(_ name: String) -> Int? { variable(name).flatMap { Int($0) } }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
