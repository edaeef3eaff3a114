import type { AliasSpec } from "../api/dns-alias.ts";
import { objectKey } from "../api/meta.ts";
import { httpsAliasData } from "../dns/rdata/type/https-alias.ts";
import { displayName, type Name } from "../dns/name/name.ts";
import type { AliasType } from "../dns/record.ts";
import type { DesiredRRset } from "./change.ts";
import type { Contributor } from "./contribution.ts";

/** The effect of `httpsAlias` on one hostname. */
export interface HttpsPlan {
  /** The record that is published at the name of the addresses, with their lowest TTL. */
  readonly set?: DesiredRRset;
  /** True if the target has not been read yet, so that the published record remains. */
  readonly mayNotDelete: boolean;
  readonly notPublished?: UnpublishedRRset;
}

/** An RRset of an alias that is not published, although its other RRsets can be. */
export interface UnpublishedRRset {
  readonly type: AliasType;
  /** The reason and the cure: a clause for users. */
  readonly message: string;
}

/**
 * An HTTPS record in AliasMode (RFC 9460 2.4.2) for the one alias that has the name, as long as addresses of the target are
 * published. Clients that follow the record never get fallback or pinned addresses, so a name with such addresses has no HTTPS
 * record.
 */
export function planHttps(
  name: Name,
  contributors: readonly Contributor[],
  addresses: readonly DesiredRRset[],
): HttpsPlan {
  const withHttps = contributors.find(({ alias }) => httpsTargetOf(alias.spec) !== undefined);
  const target = withHttps && httpsTargetOf(withHttps.alias.spec);
  if (withHttps === undefined || target === undefined) {
    return { mayNotDelete: false };
  }
  if (contributors.length > 1) {
    const others = contributors.filter((one) => one !== withHttps).map(({ alias }) => objectKey(alias.meta));
    const message = `it would bypass the targets of ${others.join(", ")}, which ${others.length === 1 ? "has" : "have"} ${displayName(name)} too: set httpsAlias: false, or remove the hostname from one of the DnsAliases`;
    return { mayNotDelete: false, notPublished: { type: "HTTPS", message } };
  }
  if (withHttps.contribution.pin !== undefined) {
    return { mayNotDelete: false };
  }
  if (withHttps.contribution.usesFallback || addresses.length === 0) {
    return { mayNotDelete: withHttps.contribution.keepPublished.length > 0 };
  }
  const set: DesiredRRset = {
    name,
    type: "HTTPS",
    data: [httpsAliasData(target)],
    ttl: Math.min(...addresses.map(({ ttl }) => ttl)),
    resources: [objectKey(withHttps.alias.meta)],
  };
  return { mayNotDelete: false, set };
}

/** The name that the HTTPS record of an alias points to. Undefined: the alias has no HTTPS record. */
export function httpsTargetOf({ httpsAlias, targets }: AliasSpec): Name | undefined {
  const [target] = targets;
  return httpsAlias && targets.length === 1 && target?.kind === "hostname" ? target.hostname : undefined;
}
