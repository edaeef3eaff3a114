export interface ReadinessFacts {
  /** True once the inventory was read completely for the first time. */
  readonly synced: boolean;
  /** Why the API server, or the manifest folder, can't be read or written now, one sentence each. */
  readonly sourceProblems: readonly string[];
  /** Why the responder doesn't answer, one sentence each; undefined without a responder. */
  readonly responderProblems: readonly string[] | undefined;
}

/**
 * Returns why a replica isn't ready, one sentence each. It becomes ready once it knows the inventory and its responder, if it has one, answers. Its answers don't
 * depend on the source of the objects any more, so it remains ready while the source is not available. Otherwise the Service would have no replica that answers.
 */
export function unreadyReasons({ synced, sourceProblems, responderProblems = [] }: ReadinessFacts): readonly string[] {
  return synced
    ? responderProblems
    : ["the DnsAliases and DnsZones have not been read yet", ...sourceProblems, ...responderProblems];
}
