import type { DnsAlias } from "../api/dns-alias.ts";
import type { Name } from "../dns/name/name.ts";
import type { Contribution } from "./contribution.ts";

/** One alias that has an owner name, and what it brings to it. */
export interface Contributor {
  readonly alias: DnsAlias;
  readonly contribution: Contribution;
  /** The path when the alias leads back to its own owner name. */
  readonly loop: readonly Name[] | undefined;
}
