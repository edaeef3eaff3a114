export interface ReadinessFacts {
  /** True once the inventory was read completely for the first time. */
  readonly synced: boolean;
  /** Reasons why the API server or the manifest folder can't be read or written now, one sentence each. */
  readonly sourceProblems: readonly string[];
  /** Reasons why the responder doesn't answer, one sentence each. Undefined without a responder. */
  readonly responderProblems: readonly string[] | undefined;
}

/**
 * Returns the reasons why a replica isn't ready, one sentence each. It becomes ready when it has read the inventory and its
 * responder, if it has one, answers. After that, its answers don't depend on the API server or the folder, so it remains ready if
 * they fail. If replicas became unready then, the Service would have no replica that answers.
 */
export function unreadyReasons({ synced, sourceProblems, responderProblems = [] }: ReadinessFacts): readonly string[] {
  return synced
    ? responderProblems
    : ["the DnsAliases and DnsZones have not been read yet", ...sourceProblems, ...responderProblems];
}
