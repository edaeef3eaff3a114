import type { ObjectKey } from "../../api/meta.ts";
import { parseOwnerName, type Name } from "../../dns/name/name.ts";
import { nameFrom, type Reader, wrong } from "./settings.ts";

/** The hostname or the object that `explain` is about. */
export type ExplainSubject =
  | { readonly kind: "hostname"; readonly hostname: Name }
  /** `namespace/name` of a DnsAlias. */
  | { readonly kind: "alias"; readonly key: ObjectKey };

/** A hostname has no slash, and the name of a DnsAlias without its namespace would look like a hostname. */
export function subjectOf(from: Reader): ExplainSubject {
  const [word = ""] = from.words;
  if (from.words.length !== 1 || !word.includes("/")) {
    return { kind: "hostname", hostname: nameFrom(from, parseOwnerName) };
  }
  if (!/^[a-z0-9-]{1,63}\/[a-z0-9][a-z0-9.-]{0,252}$/.test(word)) {
    throw wrong(
      `explain requires a hostname or NAMESPACE/NAME of a DnsAlias, not "${word}": dnsalias explain web/shop`,
    );
  }
  return { kind: "alias", key: word };
}
