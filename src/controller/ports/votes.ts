/** Carries one text of each replica to the others: its questions and answers about health checks. Absent: there is no other replica. */
export interface VotePort {
  /** The name of this replica, unique for each process. */
  readonly replica: string;
  /**
   * Replaces the published text of this replica. Publications in short succession are combined. `gone`: replicas that didn't
   * answer, whose texts are removed. A removed replica that still runs publishes its text again.
   */
  publish(text: string, gone: readonly string[]): void;
  /**
   * Reports the texts of the other replicas, each time that one changes, until the signal aborts. Undefined: the replica is gone.
   * When the signal aborts, removes the text of this replica.
   */
  run(onText: (replica: string, text: string | undefined) => void, signal: AbortSignal): Promise<void>;
}
