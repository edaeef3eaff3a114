import type { ResolverServer } from "../../transport/exchange.ts";

/**
 * The text of a server in lookup results, statuses, logs and maps: `10.0.0.10:53` for UDP. Other protocols have a prefix: `tcp://`,
 * `tls://[2001:db8::1]:853#name`, `https://1.1.1.1:443/dns-query#name`. Different servers have different texts.
 */
export function serverLabel(server: ResolverServer): string {
  const host = server.address.includes(":") ? `[${server.address}]` : server.address;
  const scheme = server.protocol === "udp" ? "" : `${server.protocol}://`;
  const path = server.protocol === "https" ? (server.path ?? "/dns-query") : "";
  const name = server.serverName === undefined ? "" : `#${server.serverName}`;
  return `${scheme}${host}:${server.port}${path}${name}`;
}
