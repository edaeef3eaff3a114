import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import type { AliasStatus, DnsAlias } from "../../../src/api/dns-alias.ts";
import type { AliasFacts, NameInZone } from "../../../src/controller/status/alias-facts.ts";
import { aliasStatus } from "../../../src/controller/status/alias-status.ts";
import { parseName, type Name } from "../../../src/dns/name/name.ts";
import { DNS_ALIASES } from "../../../src/kube/client/resource.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { createReporter } from "../../../src/kube/status/cluster-reporter.ts";
import type { ActualRRset } from "../../../src/plan/change.ts";
import type { Contribution } from "../../../src/plan/contribution.ts";
import { skipWithout } from "../../support/component.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { answer } from "../../support/objects.ts";
import { aliasOf, kubectlApply, openTransport, readObject, startCluster } from "./fixture.ts";

const NAMES = 64;
const TARGETS = 16;
const FAMILY = 64;
const STATIC = 64;

/** 253 characters. */
const longName = (id: string, index: number): string =>
  [id + String(index).padEnd(61, "x"), "y".repeat(63), "z".repeat(63), "w".repeat(50), "example", "com"].join(".");
const ipv4 = (index: number): string => `203.0.${100 + (index >> 8)}.${100 + (index & 127)}`;
/** 39 characters. */
const ipv6 = (index: number): string => `2001:db8a:aaaa:aaaa:aaaa:aaaa:aaaa:${(0x1000 + index).toString(16)}`;

describe("a status at its maximum", { skip: skipWithout("kube-apiserver", "etcd", "kubectl") }, () => {
  let server: KubeApiserver;
  let transport: Transport;
  let alias: DnsAlias;
  before(async () => {
    server = await startCluster();
    transport = await openTransport(server.kubeconfig);
    await kubectlApply(server, JSON.stringify(manifest()));
    alias = aliasOf(await read());
  });
  after(async () => {
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const read = () => readObject(transport, DNS_ALIASES, "default", "max");

  for (const [zones, addresses] of [
    [1, 192],
    [5, 192],
    [1, 2_048],
    [5, 2_048],
    [9, 2_048],
  ] as const) {
    it(`of ${NAMES} names in ${zones} zones with ${addresses} addresses is written, and is read back`, async () => {
      const reporter = createReporter({ transport, events: silentEvents(), clock: systemClock });
      const status = withSelection(aliasStatus(factsOf(alias, zones, addresses), undefined));
      const current = aliasOf(await read());
      const written = await reporter.aliasStatus(current, status, new AbortController().signal);
      assert.deepEqual(written, { kind: "written" });
      const { status: shown } = aliasOf(await read());
      assert.deepEqual(shown, status);
      assert.equal(shown?.hostnames.length, Math.min(NAMES * zones, 512));
      if (zones === 1 && addresses === 192) {
        assert.ok(shown?.hostnames.every((entry) => entry.addresses.length === 192));
      } else {
        assert.match(shown?.hostnames[0]?.addresses.at(-1) ?? "", /^and \d+ more$/);
      }
    });
  }
});

function manifest(): object {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: "max", namespace: "default" },
    spec: {
      hostnames: Array.from({ length: NAMES }, (_, index) => longName("n", index)),
      targets: Array.from({ length: TARGETS }, (_, index) => ({
        hostname: longName("t", index),
        priority: index,
        healthCheck: LARGEST_CHECK,
      })),
      selection: "Failover",
      healthCheck: LARGEST_CHECK,
      failback: { mode: "Automatic", after: "23h59m59s999ms" },
    },
  };
}

const LARGEST_CHECK = {
  httpGet: {
    path: `/${"p".repeat(1023)}`,
    host: longName("h", 0),
    httpHeaders: Array.from({ length: 8 }, () => ({ name: "X".repeat(64), value: "v".repeat(256) })),
    expectedStatuses: Array.from({ length: 8 }, () => "200-399"),
    bodyContains: "b".repeat(256),
  },
};

/** Every target is selected and unhealthy, with the longest texts that the schema admits. */
function withSelection(status: AliasStatus): AliasStatus {
  const time = "2026-12-01T14:02:13Z";
  return {
    ...status,
    targets: status.targets.map((target) => ({
      ...target,
      health: "Unhealthy",
      healthTransitionTime: time,
      message: "m".repeat(1024),
      unhealthyAddresses: target.addresses.slice(0, 64),
      share: { wanted: 100, published: 100 },
    })),
    selected: {
      targets: status.targets.map(({ name }) => name),
      lastTransitionTime: time,
      reason: "R".repeat(64),
    },
    switchBound: "99999h99999m99999s99999ms",
  };
}

/** Every name is refused in words of its own, and every target has failed. */
function factsOf(alias: DnsAlias, zones: number, addresses: number): AliasFacts {
  const targets = alias.spec.targets.flatMap((target) => (target.kind === "hostname" ? [target.hostname] : []));
  const contribution: Contribution = {
    sets: { A: { addresses: [ipv4(0)], ttl: 60 } },
    keepPublished: [],
    usesFallback: false,
    targets: targets.map((target) => ({ target, verdict: "failing", answers: answersOf(target) })),
  };
  const inZones = alias.spec.hostnames.flatMap((hostname) =>
    Array.from({ length: zones }, (_, zone) => inZone(hostname, zone, addresses, contribution)),
  );
  return { alias, inZones, withoutZone: [], now: Date.now() };
}

function answersOf(target: Name) {
  const chain = [target, ...Array.from({ length: 16 }, (_, hop) => parseName(longName("c", hop)))];
  return (["A", "AAAA"] as const).map((family) => {
    const found = Array.from({ length: FAMILY }, (_, index) => (family === "A" ? ipv4(index) : ipv6(index)));
    const failed = { kind: "failure", reason: "timeout", detail: "no answer ".repeat(50) } as const;
    return answer(target, family, found, { chain, outcome: failed, failingSince: 1, lastSuccessAt: 1 });
  });
}

function inZone(hostname: Name, zone: number, addresses: number, contribution: Contribution): NameInZone {
  const data = Array.from({ length: addresses }, (_, index) => (index < STATIC ? ipv4(index) : ipv6(index)));
  const published: ActualRRset = { name: hostname, type: "A", ttl: 60, data, owner: "me" };
  return {
    hostname,
    zone: `${"n".repeat(63)}/${zone}${"z".repeat(252)}`,
    lostTo: undefined,
    published: [published],
    publishedAt: Date.now(),
    refusal: { kind: "refuse", name: hostname, type: "A", reason: "ForeignRecord", message: `${hostname} is taken` },
    withoutHttps: undefined,
    loop: undefined,
    contribution,
    outcome: { kind: "ok" },
    propagation: { total: 2, current: 2, laggingSince: undefined, slow: false },
    lags: [],
    expectedLagMs: 95_000,
  };
}

function silentEvents() {
  return { offer: () => undefined, [Symbol.asyncDispose]: async () => undefined };
}
