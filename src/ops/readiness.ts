export interface ReadinessFacts {
  /** True once the inventory was read completely for the first time. */
  readonly synced: boolean;
  /** Why the API server, or the manifest folder, can't be read or written now, one sentence each. */
  readonly sourceProblems: readonly string[];
  /** Why the responder doesn't answer, one sentence each; undefined without a responder. */
  readonly responderProblems: readonly string[] | undefined;
}

/**
 * Returns why a replica isn't ready, one sentence each. It becomes ready once it knows the inventory and its responder, if it has one, answers. What it serves doesn't
 * depend on the source of the objects any more, so it stays ready while that is away: if all replicas were removed from the Service then, nobody would answer.
 */
export function unreadyReasons({ synced, sourceProblems, responderProblems = [] }: ReadinessFacts): readonly string[] {
  return synced
    ? responderProblems
    : ["the DnsAliases and DnsZones have not been read yet", ...sourceProblems, ...responderProblems];
}
