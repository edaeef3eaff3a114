import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone, ResolverSpec } from "../../api/dns-zone.ts";
import type { ViewId } from "../../dns/lookup-result.ts";
import { followsPrivate } from "../../plan/domain/private-addresses.ts";
import type { View } from "../../resolver/lookup.ts";
import type { Protocol, ResolverServer } from "../../transport/exchange.ts";

/** The views in use: one for each list of recursive resolvers and each value of `allowPrivate`. */
export interface Views {
  /** The view of an alias in a zone. */
  readonly idOf: (zone: DnsZone, alias: DnsAlias) => ViewId;
  readonly viewOf: (id: ViewId) => View | undefined;
}

/** `usual`: the servers for zones without resolvers of their own. Never empty. */
export function createViews(usual: readonly ResolverServer[]): Views {
  const views = new Map<ViewId, View>();
  return {
    idOf(zone, alias) {
      const allowPrivate = followsPrivate(zone, alias);
      const servers = zone.spec.resolvers?.map(serverOf) ?? usual;
      const id = `${servers.map(serverText).join(",")}${allowPrivate ? " private" : ""}`;
      if (!views.has(id)) {
        views.set(id, { id, servers, allowPrivate });
      }
      return id;
    },
    viewOf: (id) => views.get(id),
  };
}

function serverOf({ address, port, protocol, serverName }: ResolverSpec): ResolverServer {
  return { address, port, protocol: PROTOCOLS[protocol], ...(serverName === undefined ? {} : { serverName }) };
}

const PROTOCOLS: Readonly<Record<ResolverSpec["protocol"], Protocol>> = {
  UDP: "udp",
  TCP: "tcp",
  TLS: "tls",
  HTTPS: "https",
};

function serverText({ protocol, address, port, serverName, path }: ResolverServer): string {
  return `${protocol}://${address}#${port}${serverName === undefined ? "" : `@${serverName}`}${path ?? ""}`;
}
