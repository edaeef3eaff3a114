import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createZoneReceiver } from "../../../../src/responder/workers/zone-receiver.ts";
import { createZoneSender } from "../../../../src/responder/workers/zone-sender.ts";
import { createZoneTable } from "../../../../src/responder/zone/zone-table.ts";
import { buildZoneView } from "../../../support/build-zone-view.ts";
import { alias, nameOf, served } from "../zone-play.ts";

test("a worker has a zone as it was sent, with all that the zone says of itself", async () => {
  const zone = {
    ...served("one.test.", ["@ SOA ns h 1 2 3 4 5", "@ NS ns", "cut NS ns.two.test."], [alias("a.one.test.")]),
    clientSubnet: true,
    reserved: [nameOf("sub.one.test.")],
  };
  const zoneTable = createZoneTable();
  const sender = createZoneSender({
    post: (message) => {
      if (message.kind === "zone" || message.kind === "slice" || message.kind === "zone-whole") {
        receiver.take(message);
      }
    },
    zoneOf: () => zone,
    onDrained: () => undefined,
    clock: { now: () => 0 },
  });
  const receiver = createZoneReceiver(zoneTable, ({ kind }) => {
    if (kind === "ack") {
      queueMicrotask(() => sender.acknowledged());
    }
  });
  sender.put([zone.domain]);
  await turn();
  assert.deepEqual(zoneTable.zones.zoneOf(zone.domain), buildZoneView(zone));
});
