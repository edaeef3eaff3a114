import type { Millis } from "../../base/clock.ts";
import type { Name } from "../../dns/name/name.ts";
import type { CnameHop } from "./cname-hop.ts";

/** The steps of a lookup in progress, for users who watch it. */
export type LookupStep =
  /** One server has answered or failed. `result` is the name of an rcode, or a sentence. */
  | {
      readonly kind: "queried";
      readonly server: string;
      readonly name: Name;
      /** The mnemonic of the record type, for example "AAAA". */
      readonly type: string;
      readonly tookMs: Millis;
      readonly result: string;
    }
  /** A hop of an accepted answer. */
  | ({ readonly kind: "hop" } & { readonly hop: CnameHop })
  /** The addresses at the end of the chain. */
  | { readonly kind: "addresses"; readonly name: Name; readonly addresses: readonly string[]; readonly ttl: number };
