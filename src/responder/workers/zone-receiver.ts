import { messageOf } from "../../base/error.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type { ZoneTable } from "../zone/zone-table.ts";
import { zoneViewBuilder, type ZoneViewBuilder } from "../zone/zone-view.ts";

type ZoneMessage = Extract<ToWorker, { kind: "zone" | "slice" | "zone-whole" | "zone-gone" }>;

/** Builds zone views from slices, and serves a view when it is complete. zone-sender.ts sends the slices. */
export interface ZoneReceiver {
  take(message: ZoneMessage): void;
}

export function createZoneReceiver(zoneTable: ZoneTable, post: (message: FromWorker) => void): ZoneReceiver {
  let growing: ZoneViewBuilder | undefined;
  const read = (message: ZoneMessage): void => {
    switch (message.kind) {
      case "zone":
        growing = zoneViewBuilder(message);
        break;
      case "slice":
        growing?.add(message.sets);
        growing?.addAliases(message.aliases);
        break;
      case "zone-whole":
        if (growing !== undefined) {
          zoneTable.set(growing.finish());
        }
        growing = undefined;
        break;
      case "zone-gone":
        zoneTable.remove(message.domain);
        break;
    }
  };
  return {
    take: (message) => {
      try {
        read(message);
      } catch (error) {
        // A fault in one zone must not end the thread, and with it all zones. The previous version of the zone remains served.
        growing = undefined;
        post({ kind: "error", problem: `a zone cannot be served: ${messageOf(error)}` });
      }
      if (message.kind === "slice") {
        post({ kind: "ack" });
      }
    },
  };
}
