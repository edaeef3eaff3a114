import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone, ServedBySpec } from "../../../../src/api/dns-zone.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { createEndpointsOf } from "../../../../src/kube/objects/zone-endpoints.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { zone } from "../../../support/objects.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;

function servedBy(servers: ServedBySpec): DnsZone {
  return zone("dns/a", "example.com", { servedBy: servers });
}
const service = (name: string): DnsZone => servedBy({ kind: "service", namespace: "dns", name, port: 53 });
const slices = (...addresses: readonly string[]): KubeResult =>
  ok({
    items: [
      {
        ports: [{ protocol: "UDP", port: 53 }],
        endpoints: [{ addresses: [addresses[0]] }, ...addresses.slice(1).map((address) => ({ addresses: [address] }))],
      },
    ],
  });

function play(results: readonly KubeResult[]) {
  const { transport, requests } = scriptedTransport(results);
  const clock = fakeClock();
  const logged: string[] = [];
  const log = { ...silentLogger, warn: (_fields: object, message: string) => void logged.push(message) };
  const endpointsOf = createEndpointsOf({ transport, clock, log });
  const addresses = async (of: DnsZone): Promise<string> => {
    const found = await endpointsOf(of, NEVER);
    if (found === "none") {
      return found;
    }
    return "reason" in found
      ? `${found.reason}: ${found.message}`
      : found.map(({ address, port }) => `${address}:${port}`).join(" ");
  };
  return { addresses, requests, clock, logged };
}

test("a zone's own list is taken as it is, and without one there are no servers", async () => {
  const { addresses, requests } = play([]);
  assert.equal(
    await addresses(servedBy({ kind: "addresses", addresses: [{ address: "192.0.2.1", port: 5353 }] })),
    "192.0.2.1:5353",
  );
  assert.equal(await addresses(servedBy({ kind: "none" })), "none");
  assert.equal(requests.length, 0);
});

test("the EndpointSlices of a Service are read at most once in 5 s, by many zones together", async () => {
  const { addresses, requests, clock } = play([slices("192.0.2.1"), slices("192.0.2.2")]);
  assert.deepEqual(await Promise.all([addresses(service("dns")), addresses(service("dns"))]), [
    "192.0.2.1:53",
    "192.0.2.1:53",
  ]);
  await clock.advance(4_999);
  assert.equal(await addresses(service("dns")), "192.0.2.1:53");
  assert.equal(requests.length, 1);
  await clock.advance(1);
  assert.equal(await addresses(service("dns")), "192.0.2.2:53");
  assert.deepEqual(requests[0], {
    method: "GET",
    path: "/apis/discovery.k8s.io/v1/namespaces/dns/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Ddns",
  });
});

test("another Service, or another port of it, is another answer", async () => {
  const { addresses, requests } = play([slices("192.0.2.1"), slices("192.0.2.2"), slices("192.0.2.3")]);
  await addresses(service("dns"));
  await addresses(service("other"));
  await addresses(servedBy({ kind: "service", namespace: "dns", name: "dns", port: 5353 }));
  assert.equal(requests.length, 3);
});

test("while the slices can't be read, the last servers are the servers, and it is logged", async () => {
  const { addresses, clock, logged } = play([refusal(500), slices("192.0.2.1"), refusal(500)]);
  assert.equal(await addresses(service("dns")), "NoEndpoints: the servers of Service dns/dns are not known");
  await clock.advance(5_000);
  assert.equal(await addresses(service("dns")), "192.0.2.1:53");
  await clock.advance(5_000);
  assert.equal(await addresses(service("dns")), "192.0.2.1:53");
  assert.deepEqual(logged, ["endpoints of the serving Service not read", "endpoints of the serving Service not read"]);
});

test("a Service without slices, one without a ready endpoint, and one that may not be read are told apart", async () => {
  const starting = { addresses: ["192.0.2.1"], conditions: { ready: false } };
  const { addresses, clock } = play([
    ok({ items: [] }),
    ok({ items: [{ ports: [{ protocol: "UDP", port: 53 }], endpoints: [starting] }] }),
    slices("192.0.2.1"),
    refusal(403),
    slices("192.0.2.1"),
  ]);
  const seen: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    seen.push(await addresses(service("dns")));
    await clock.advance(5_000);
  }
  assert.deepEqual(seen, [
    "NoEndpoints: Service dns/dns has no EndpointSlice: it doesn't exist, or selects no pods",
    "NoEndpoints: Service dns/dns has no ready endpoint",
    "192.0.2.1:53",
    'Forbidden: not allowed to list endpointslices in namespace "dns"; docs/rbac.md has the Role that grants it',
    "192.0.2.1:53",
  ]);
});

const elsewhere = (key: string): DnsZone =>
  zone(key, "example.com", { servedBy: { kind: "service", namespace: "kube-system", name: "kube-dns", port: 53 } });
const annotated = (allow: string): KubeResult => ok({ metadata: { annotations: { "dnsalias.io/allow-zone": allow } } });
const notPermitted = (key: string): string =>
  `RefNotPermitted: Service kube-system/kube-dns doesn't exist, or doesn't permit DnsZone ${key}, which is in another namespace. Annotate the Service with dnsalias.io/allow-zone: ${key}. Commas separate several DnsZones`;

test("a Service of another namespace is read for its consent once in 5 s, whatever number of zones name it", async () => {
  const { addresses, requests, clock } = play([annotated("dns/a"), slices("192.0.2.1"), ok({ metadata: {} })]);
  assert.deepEqual(await Promise.all([addresses(elsewhere("dns/a")), addresses(elsewhere("dns/b"))]), [
    "192.0.2.1:53",
    notPermitted("dns/b"),
  ]);
  assert.deepEqual(requests[0], {
    method: "GET",
    path: "/api/v1/namespaces/kube-system/services/kube-dns",
    accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  });
  await clock.advance(4_999);
  assert.deepEqual([await addresses(elsewhere("dns/a")), requests.length], ["192.0.2.1:53", 2]);
  await clock.advance(1);
  assert.deepEqual([await addresses(elsewhere("dns/a")), requests.length], [notPermitted("dns/a"), 3]);
});

const UNREAD: readonly (readonly [what: string, result: KubeResult, found: string])[] = [
  ["doesn't exist", refusal(404), notPermitted("dns/a")],
  [
    "may not be read",
    refusal(403),
    'Forbidden: not allowed to get services "kube-dns" in namespace "kube-system"; docs/rbac.md has the Role that grants it',
  ],
  [
    "can't be read",
    refusal(500),
    "NoEndpoints: Service kube-system/kube-dns can't be read: the apiserver answered 500",
  ],
];
for (const [what, result, found] of UNREAD) {
  test(`no slices are read for a Service of another namespace that ${what}`, async () => {
    const { addresses, requests } = play([result]);
    assert.deepEqual([await addresses(elsewhere("dns/a")), requests.length], [found, 1]);
  });
}

test("while a Service can't be read, its last consent applies", async () => {
  const { addresses, clock } = play([annotated("dns/a"), slices("192.0.2.1"), refusal(500), slices("192.0.2.2")]);
  assert.equal(await addresses(elsewhere("dns/a")), "192.0.2.1:53");
  await clock.advance(5_000);
  assert.equal(await addresses(elsewhere("dns/a")), "192.0.2.2:53");
  assert.equal(await addresses(elsewhere("dns/b")), notPermitted("dns/b"));
});
