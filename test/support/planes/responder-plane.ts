import type { Clock } from "../../../src/base/clock.ts";
import type { Message } from "../../../src/dns/message/message.ts";
import type { ResponderPort } from "../../../src/controller/responder/zone-sync-context.ts";
import type { AnswerSource } from "../../../src/responder/answer-source.ts";
import { buildZoneView } from "../build-zone-view.ts";
import { decoded } from "../dns-query.ts";
import { PEER, responderWorld } from "../responder-world.ts";

/** All that one responder thread has but the thread and its sockets, behind the port of a controller. */
export interface ResponderPlane extends Pick<ResponderPort, "setZone" | "removeZone" | "changed"> {
  /** The response to a query over TCP, which has no rate limit. */
  readonly query: (bytes: Uint8Array) => Promise<Message>;
}

export function createResponderPlane(clock: Clock, source: AnswerSource): ResponderPlane {
  const { zoneTable, liveCache, respond } = responderWorld({ clock, source });
  return {
    setZone: (zone) => zoneTable.set(buildZoneView(zone)),
    removeZone: (domain) => zoneTable.remove(domain),
    changed: (domain, names) => liveCache.invalidate(domain, names),
    async query(bytes) {
      const response = await respond(bytes, PEER, "tcp");
      if (response === undefined) {
        throw new Error("the responder dropped a query");
      }
      return decoded(response);
    },
  };
}
