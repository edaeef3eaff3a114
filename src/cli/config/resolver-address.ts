import { parseAddress } from "../../dns/address/address.ts";
import { isHostName } from "../../dns/name/name.ts";
import type { Protocol, ResolverServer } from "../../transport/exchange.ts";

/**
 * Parses `10.0.0.10`, `10.0.0.10:5353`, `[2001:db8::1]:53`, `udp://…`, `tcp://…`, `tls://1.1.1.1#name-in-certificate` or
 * `https://1.1.1.1/dns-query#name`. Hostnames are refused, because they would need a lookup first.
 */
export function parseResolverAddress(text: string): ResolverServer | string {
  const match = FORM.exec(text.trim());
  const { scheme = "udp", host = "", port, path, name } = match?.groups ?? {};
  const address = parseAddress(host.replace(/^\[|\]$/g, ""));
  if (match === null || address === undefined) {
    return `"${text}" must be an address such as 10.0.0.10, 10.0.0.10:53, [2001:db8::1]:53, tcp://…, tls://1.1.1.1#name or https://1.1.1.1/dns-query`;
  }
  const protocol = PROTOCOLS.find((known) => known === scheme.toLowerCase());
  if (protocol === undefined) {
    return `"${text}": the scheme ${scheme} is not udp, tcp, tls, or https`;
  }
  const number = port === undefined ? DEFAULT_PORTS[protocol] : Number(port);
  if (number < 1 || number > 65_535) {
    return `"${text}": port ${port} is not between 1 and 65535`;
  }
  const misplaced = misplacedPart(protocol, path, name);
  return misplaced === undefined
    ? {
        protocol,
        address,
        port: number,
        ...(name === undefined ? {} : { serverName: name }),
        ...(path === undefined ? {} : { path }),
      }
    : `"${text}": ${misplaced}`;
}

/**
 * The servers in /etc/resolv.conf. Without any server in the file, the result is the name server on this machine, 127.0.0.1
 * (resolv.conf(5)). Lines without `nameserver`, and addresses with a zone (fe80::1%eth0), are ignored.
 */
export function parseResolvConf(text: string): readonly ResolverServer[] {
  const addresses = text.split("\n").flatMap((line) => {
    const address = parseAddress(/^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? "");
    return address === undefined ? [] : [address];
  });
  const servers = [...new Set(addresses)].slice(0, MAX_SERVERS);
  return (servers.length === 0 ? ["127.0.0.1"] : servers).map((address) => ({ protocol: "udp", address, port: 53 }));
}

const FORM =
  /^(?:(?<scheme>[a-z]+):\/\/)?(?<host>\[[0-9a-f:.]+\]|[0-9.]+|[0-9a-f]*:[0-9a-f:.]+)(?::(?<port>\d{1,5}))?(?<path>\/[!-"$-~]*)?(?:#(?<name>[^#\s]+))?$/i;
const PROTOCOLS: readonly Protocol[] = ["udp", "tcp", "tls", "https"];
const DEFAULT_PORTS: Readonly<Record<Protocol, number>> = { udp: 53, tcp: 53, tls: 853, https: 443 };
/** The maximum number of servers, which is more than any system library uses. */
const MAX_SERVERS = 8;

function misplacedPart(protocol: Protocol, path: string | undefined, name: string | undefined): string | undefined {
  if (path !== undefined && protocol !== "https") {
    return `only https addresses may have a path`;
  }
  if (name !== undefined && protocol !== "tls" && protocol !== "https") {
    return `only tls and https addresses may have a name after #`;
  }
  return name !== undefined && !isHostName(name) && parseAddress(name) === undefined
    ? `${name} is not a hostname`
    : undefined;
}
