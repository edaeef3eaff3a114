import { nameOfCanonical, type Name } from "../../name/name.ts";

/** RDATA of an HTTPS record in AliasMode, in zone-file text: `HTTPS 0 target` (RFC 9460 2.4.2). */
export function httpsAliasData(target: Name): string {
  return `0 ${target}`;
}

/** The target in such RDATA. Undefined for any other text. */
export function httpsAliasTarget(data: string): Name | undefined {
  const [, target] = ALIAS_MODE.exec(data) ?? [];
  return target === undefined || target.length > MAX_NAME ? undefined : nameOfCanonical(target);
}

/** Targets are hostnames in A-labels. */
const ALIAS_MODE = /^0 ((?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+)$/;
/** RFC 1035 2.3.4, as text with the final dot. */
const MAX_NAME = 254;
