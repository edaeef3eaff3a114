import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromWorker } from "../../../../src/responder/workers/messages.ts";
import { createZoneTable } from "../../../../src/responder/zone/zone-table.ts";
import { createZoneReceiver } from "../../../../src/responder/workers/zone-receiver.ts";
import { alias, nameOf, served } from "../zone-play.ts";

const { domain, sets, clientSubnet } = served("one.test.", ["@ SOA ns h 1 2 3 4 5", "@ NS ns"]);

test("a zone is served when it is whole and not before, each slice is acknowledged, and a removed one is gone", () => {
  const zoneTable = createZoneTable();
  const said: FromWorker[] = [];
  const taker = createZoneReceiver(zoneTable, (message) => said.push(message));
  taker.take({ kind: "zone", domain, clientSubnet });
  taker.take({ kind: "slice", sets, aliases: [] });
  taker.take({ kind: "slice", sets: [], aliases: [alias("a.one.test.")] });
  assert.equal(zoneTable.zones.zoneOf(domain), undefined);
  taker.take({ kind: "zone-whole" });
  assert.equal(zoneTable.zones.zoneOf(nameOf("a.one.test."))?.nodes.has("a.one.test."), true);
  assert.deepEqual(said, [{ kind: "ack" }, { kind: "ack" }]);
  taker.take({ kind: "zone-gone", domain });
  assert.deepEqual([zoneTable.zones.zoneOf(domain), zoneTable.epoch], [undefined, 2]);
});

test("a zone that cannot be read is told of; what stood before goes on, and other zones come", () => {
  const zoneTable = createZoneTable();
  const said: string[] = [];
  const taker = createZoneReceiver(zoneTable, (message) => said.push(message.kind));
  taker.take({ kind: "zone", domain, clientSubnet });
  taker.take({ kind: "slice", sets, aliases: [] });
  taker.take({ kind: "zone-whole" });
  const before = zoneTable.zones.zoneOf(domain);
  taker.take({ kind: "zone", domain, clientSubnet });
  const broken = {
    name: domain,
    type: "A",
    ttl: 1,
    get data(): never {
      throw new Error("broken");
    },
  };
  taker.take({ kind: "slice", sets: [broken], aliases: [] });
  taker.take({ kind: "slice", sets, aliases: [] });
  taker.take({ kind: "zone-whole" });
  assert.equal(zoneTable.zones.zoneOf(domain), before);
  assert.deepEqual(said, ["ack", "error", "ack", "ack"]);
});
