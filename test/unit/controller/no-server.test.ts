import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServedBySpec } from "../../../src/api/dns-zone.ts";
import type { KubeResult } from "../../../src/kube/client/api-result.ts";
import { createEndpointsOf } from "../../../src/kube/objects/zone-endpoints.ts";
import { startWorld } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { alias, zone } from "../../support/objects.ts";
import { ok, refusal } from "../../support/scripted-transport.ts";
import { silentLogger } from "../../support/silent-logger.ts";

const MINUTE = 60_000;
const SERVICE: ServedBySpec = { kind: "service", namespace: "dns", name: "coredns", port: 53 };

const list = (...items: readonly unknown[]): KubeResult => ok({ items });
const slice = (...endpoints: readonly unknown[]): unknown => ({
  ports: [{ name: "dns", protocol: "UDP", port: 53 }],
  endpoints,
});
const POD = { addresses: ["192.0.2.1"], conditions: { ready: true, serving: true } };
const STARTING = { addresses: ["192.0.2.1"], conditions: { ready: false, serving: false } };

/** The controller with one alias, and the product's own list of the Service's endpoints. A server that is listed serves what it should. */
function start(servedBy: ServedBySpec, slices: KubeResult) {
  const clock = fakeClock(1_800_000_000_000);
  const cluster = { slices };
  const transport = {
    request: async () => cluster.slices,
    stream: async () => assert.fail("nothing is watched"),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const world = startWorld({
    clock,
    zones: [zone("dns/com", "example.com", { servedBy })],
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["198.51.100.1"] },
    endpointsOf: createEndpointsOf({ clock, log: silentLogger, transport }),
    queryServer: () => ({ kind: "answer", data: ["198.51.100.1"] }),
  });
  return {
    world,
    clock,
    cluster,
    /** "Ready" and "Stalled" or "Reconciling" of the alias and of the zone. */
    conditions: () =>
      [world.alias("web/shop"), world.zone("dns/com")].map((object) =>
        (object?.status?.conditions ?? [])
          .filter(({ type }) => !["Accepted", "Resolved", "Programmed"].includes(type))
          .map(({ type, status, reason }) => `${type} ${status} ${reason}`)
          .join(", "),
      ),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

const WAITS = "Ready Unknown Propagating, Reconciling True Propagating";
const GONE = "Ready False NoEndpoints, Reconciling True NoEndpoints";
const FORBIDDEN = "Ready False Forbidden, Stalled True Forbidden";
const READY = "Ready True Ready";

const CASES: readonly (readonly [what: string, slices: KubeResult, soon: string, later: string])[] = [
  ["has no EndpointSlice", list(), WAITS, GONE],
  ["has no pods", list(slice()), WAITS, GONE],
  ["has no ready pod", list(slice(STARTING)), WAITS, GONE],
  ["may not be looked at", refusal(403), FORBIDDEN, FORBIDDEN],
  ["can't be looked at", refusal(500), WAITS, GONE],
];

for (const [what, slices, soon, later] of CASES) {
  test(`where the Service that servedBy names ${what}, neither alias nor zone is ready`, async () => {
    await using run = start(SERVICE, slices);
    await run.clock.advance(5_000);
    assert.deepEqual(run.conditions(), [soon, soon]);
    await run.clock.advance(MINUTE);
    assert.deepEqual(run.conditions(), [soon, soon]);
    await run.clock.advance(20 * MINUTE);
    assert.deepEqual(run.conditions(), [later, later]);
    run.cluster.slices = list(slice(POD));
    await run.clock.advance(5 * MINUTE);
    assert.deepEqual(run.conditions(), [READY, READY]);
  });
}

test("a restart of all pods is no news of the alias; pods that stay away are, until one is back", async () => {
  await using run = start(SERVICE, list(slice(POD)));
  await run.clock.advance(MINUTE);
  assert.deepEqual(run.conditions(), [READY, READY]);
  const writes = (): number => run.world.statusWrites.filter((key) => key === "web/shop").length;
  const before = writes();
  run.cluster.slices = list(slice());
  await run.clock.advance(2 * MINUTE);
  run.cluster.slices = list(slice(POD));
  await run.clock.advance(MINUTE);
  assert.equal(writes(), before);

  run.cluster.slices = list(slice());
  await run.clock.advance(20 * MINUTE);
  assert.deepEqual(run.conditions(), [GONE, GONE]);
  run.cluster.slices = list(slice(POD));
  await run.clock.advance(5 * MINUTE);
  assert.deepEqual(run.conditions(), [READY, READY]);
});

test("without servedBy, what is written is ready", async () => {
  await using run = start({ kind: "none" }, refusal(403));
  await run.clock.advance(MINUTE);
  assert.deepEqual(run.conditions(), [READY, READY]);
});
