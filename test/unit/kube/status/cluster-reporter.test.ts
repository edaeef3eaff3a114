import assert from "node:assert/strict";
import { test } from "node:test";
import type { InvalidObject } from "../../../../src/controller/ports/inventory.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { createReporter } from "../../../../src/kube/status/cluster-reporter.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { alias, zone } from "../../../support/objects.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;
const API = "/apis/dnsalias.io/v1alpha1/namespaces";
const done = ok({ metadata: { uid: "u", resourceVersion: "9" } });

function play(results: readonly KubeResult[]) {
  const { transport, requests } = scriptedTransport(results);
  const offered: unknown[] = [];
  const events = { offer: (event: unknown) => void offered.push(event), [Symbol.asyncDispose]: async () => undefined };
  const reporter = createReporter({ transport, events, clock: fakeClock(Date.parse("2026-11-28T10:00:00Z")) });
  const lines = (): readonly string[] => requests.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
  return { reporter, requests, offered, lines };
}

test("statuses, finalizers, and Events go to the object that they are about", async () => {
  const { reporter, lines, offered } = play([done, done, done]);
  const [a, z] = [alias("web/a"), zone("dns/z", "example.com")];
  await reporter.aliasStatus(a, { observedGeneration: 1, conditions: [], hostnames: [], targets: [] }, NEVER);
  await reporter.zoneStatus(z, { observedGeneration: 1, conditions: [] }, NEVER);
  await reporter.finalizer(a, true, NEVER);
  const event = { type: "Normal", reason: "R", message: "m" } as const;
  reporter.event(z, event);
  assert.deepEqual(lines(), [
    `PATCH ${API}/web/dnsaliases/a/status`,
    `PATCH ${API}/dns/dnszones/z/status`,
    `PATCH ${API}/web/dnsaliases/a`,
  ]);
  assert.deepEqual(offered, [{ kind: "DnsZone", meta: z.meta, event }]);
});

const INVALID: InvalidObject = { kind: "DnsZone", key: "dns/z", generation: 4, problems: ["spec.domain: wrong"] };

test("an object that can't be read keeps its status but for the conditions", async () => {
  const current = { observedGeneration: 3, serial: 7, conditions: [] };
  const { reporter, requests, lines } = play([
    ok({ metadata: { uid: "u1", resourceVersion: "5" }, status: current }),
    done,
  ]);
  assert.deepEqual(await reporter.invalidObject(INVALID, NEVER), { kind: "written" });
  assert.deepEqual(lines(), [`GET ${API}/dns/dnszones/z`, `PATCH ${API}/dns/dnszones/z/status`]);
  const { metadata, status } = JSON.parse(JSON.stringify(requests[1]?.body));
  assert.deepEqual(metadata, { namespace: "dns", name: "z", uid: "u1", resourceVersion: "5" });
  assert.deepEqual([status.observedGeneration, status.serial], [4, 7]);
  assert.ok(
    status.conditions.some((condition: { readonly message: string }) =>
      condition.message.includes("spec.domain: wrong"),
    ),
  );
});

test("an object that can't be read, and is gone, is left alone", async () => {
  const { reporter } = play([refusal(404)]);
  assert.deepEqual(await reporter.invalidObject(INVALID, NEVER), { kind: "obsolete" });
});
