import type { ServerName } from "../zone-servers.ts";

/** A line of a zone file, which every server must serve alike once dnsalias has written it. */
export interface RecordLine {
  /** Zone-file text of one record or a few. Its first line is line 5 of the zone file. */
  readonly text: string;
  /** The same records in a spelling that BIND reads, because it doesn't read `text`. */
  readonly bindReads?: string;
  /** Why dnsalias refuses the line. */
  readonly refused?: string;
  /** True for bytes of a type that dnsalias doesn't read by its name, which tools print. */
  readonly isByNumberOnly?: true;
  /** Servers that don't serve the record in any spelling, and how they fail. */
  readonly cannotServe?: Partial<Record<ServerName, string>>;
  /** Secondaries that serve another record than they transfer, and how they fail. */
  readonly cannotTake?: Partial<Record<ServerName, string>>;
}

/** Lines without more. */
export function lines(texts: readonly string[]): readonly RecordLine[] {
  return texts.map((text) => ({ text }));
}
