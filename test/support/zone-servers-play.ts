import type { Clock, Millis } from "../../src/base/clock.ts";
import type { ServerAnswer } from "../../src/controller/ports/servers.ts";
import type { Name } from "../../src/dns/name/name.ts";
import { readZoneText, type StoredZone } from "../../src/providers/coredns/zone-text.ts";
import type { ServingEndpoint } from "../../src/providers/provider.ts";

/** How long each of a zone's servers takes to load what was written, as with two kubelets. */
const DELIVERY_MS: readonly Millis[] = [3_000, 70_000];

/** The name servers of zones in a world without a network: two for each place that zones are written to. */
export interface ZoneServers {
  endpointsOf(location: string): readonly ServingEndpoint[];
  query(endpoint: ServingEndpoint, name: Name, type: string): ServerAnswer;
}

interface ZoneServer {
  readonly location: string;
  readonly deliveryMs: Millis;
  text: string;
  /** The RRsets of the text, once they were read. */
  sets: StoredZone["sets"] | undefined;
  /** When it was first asked after a change of the text. */
  changedAt: Millis | undefined;
}

/** `textOf`: what is written at a place now. */
export function createZoneServers(clock: Clock, textOf: (location: string) => string | undefined): ZoneServers {
  const servers: ZoneServer[] = [];
  const indexesOf = (location: string): readonly number[] => {
    if (servers.every((server) => server.location !== location)) {
      servers.push(
        ...DELIVERY_MS.map((deliveryMs) => ({ location, deliveryMs, text: "", sets: undefined, changedAt: undefined })),
      );
    }
    return servers.flatMap((server, index) => (server.location === location ? [index] : []));
  };
  const update = (server: ZoneServer): void => {
    const text = textOf(server.location) ?? "";
    if (text === server.text) {
      server.changedAt = undefined;
      return;
    }
    server.changedAt ??= clock.now();
    if (clock.now() - server.changedAt >= server.deliveryMs) {
      server.text = text;
      server.sets = undefined;
      server.changedAt = undefined;
    }
  };
  return {
    endpointsOf: (location) => indexesOf(location).map((index) => ({ address: "192.0.2.53", port: 1_000 + index })),
    query({ port }, name, type) {
      const server = servers[port - 1_000];
      if (server === undefined) {
        return { kind: "failed", message: "no such server" };
      }
      update(server);
      server.sets ??= readZoneText(server.text, name).sets;
      const set = server.sets.find((one) => one.name === name && one.type === type);
      return { kind: "answer", data: set?.data ?? [] };
    },
  };
}
