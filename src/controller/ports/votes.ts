/** Carries one text of each replica to the others: its questions and answers about health checks. Absent: there is no other replica. */
export interface VotePort {
  /** The name of this replica, unique for each process. */
  readonly replica: string;
  /**
   * Publishes the text of this replica instead of the one before. Publications shortly after one another are one. `gone`: replicas that stayed silent. One that still runs registers again.
   */
  publish(text: string, gone: readonly string[]): void;
  /**
   * Reports the texts of the other replicas, each time that one changes, until the signal aborts. Undefined: the replica is gone.
   * It then removes the text of this replica.
   */
  run(onText: (replica: string, text: string | undefined) => void, signal: AbortSignal): Promise<void>;
}
