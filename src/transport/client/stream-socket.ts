import { connect as connectTcp, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls } from "node:tls";
import type { ResolverServer } from "../exchange.ts";

/** A socket that connects to a server, and the event after which the peer is verified. */
export interface OpeningStream {
  readonly socket: Socket;
  readonly readyEvent: "connect" | "secureConnect";
}

/** Connects to an address. A hostname would need a lookup through the DNS server itself. */
export function openStream(server: ResolverServer, ca: string | undefined): OpeningStream {
  const target = { host: server.address, port: server.port, lookup: noLookup };
  if (server.protocol !== "tls") {
    return { socket: connectTcp(target), readyEvent: "connect" };
  }
  const expected = server.serverName ?? server.address;
  const socket = connectTls({
    ...target,
    ...(ca !== undefined && { ca }),
    // RFC 6066 3: no addresses in SNI.
    ...(isIP(expected) === 0 && { servername: expected }),
    ALPNProtocols: ["dot"],
    minVersion: "TLSv1.2",
    checkServerIdentity: (_hostname, certificate) => checkServerIdentity(expected, certificate),
  });
  return { socket, readyEvent: "secureConnect" };
}

function noLookup(hostname: string, _options: unknown, callback: (error: Error, address: string) => void): void {
  callback(new Error(`not an address: ${hostname}`), "");
}
