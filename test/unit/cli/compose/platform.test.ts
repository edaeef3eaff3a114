import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { objectKey } from "../../../../src/api/meta.ts";
import { providerOf, type ProviderContext } from "../../../../src/cli/compose/platform.ts";
import { ownerOf } from "../../../../src/cli/compose/owner.ts";
import type { ZoneProvider } from "../../../../src/providers/provider.ts";
import type { TextStore } from "../../../../src/providers/text-store.ts";
import { parsedZone } from "./parsed-zone.ts";

const NEVER = new AbortController().signal;
const SOA = "@ 3600 IN SOA ns1 h 7 7200 900 1209600 300\n@ 3600 IN NS ns1\nns1 3600 IN A 192.0.2.53\n";
const secretRef = { name: "s", key: "k" };

interface Play {
  readonly provider: ZoneProvider;
  /** What was opened, read, made, and hurried. */
  readonly did: readonly string[];
}

function play(provider: object, stores: Partial<ProviderContext["stores"]> = {}): Play {
  const did: string[] = [];
  const store =
    (kind: string) =>
    (namespace: string, name: string, key: string): TextStore => {
      const location = `${kind} ${namespace}/${name}/${key}`;
      did.push(location);
      return {
        location,
        read: async () => ({ kind: "ok", text: kind === "base" ? SOA : undefined, revision: "", owner: undefined }),
        write: async () => ({ kind: "written", revision: "1" }),
      };
    };
  const made: ZoneProvider = { id: "made", read: () => assert.fail(), apply: () => assert.fail() };
  const context: ProviderContext = {
    stores: {
      base: store("base"),
      zoneFile: store("zoneFile"),
      corefile: ({ namespace, name, key }, zone) => store(`corefile for ${objectKey(zone)}`)(namespace, name, key),
      expediteDelivery: async (zone) => {
        did.push(`hurried ${zone.spec.domain}`);
        return "not every pod";
      },
      maxBytes: 1_048_576,
      projection: "kubelet",
      ...stores,
    },
    externalProviders: {
      providerOf: (_zone, { kind }) => {
        did.push(`external ${kind}`);
        return made;
      },
    },
    transfers: {
      providerOf: (_zone, { kind }, { location }) => {
        did.push(`${kind} of ${location}`);
        return made;
      },
    },
    owner: ownerOf({ ownerId: "me", adoptOwnerIds: [] }, () => "me"),
    now: () => 0,
  };
  return { provider: providerOf(context, parsedZone(provider)), did };
}

const nudge = { namespace: "kube-system", selector: { matchLabels: { "k8s-app": "kube-dns" } } };
const zoneFile = { baseZone: { inline: SOA } };
const corefile = { configMap: { name: "custom", namespace: "kube-system", key: "x.server" } };

/** docs/concepts/freshness.md: how long a delivery usually takes, in milliseconds. */
const LAGS: readonly (readonly [name: string, provider: object, ms: number])[] = [
  ["zoneFile", { coreDNS: { zoneFile } }, 92_500],
  ["zoneFile without its nudge", { coreDNS: { zoneFile, nudge } }, 92_500],
  ["overlay", { coreDNS: { overlay: corefile } }, 136_000],
  ["overlay without its nudge", { coreDNS: { overlay: corefile, nudge } }, 136_000],
  ["transfer", { transfer: { baseZone: { inline: SOA }, allow: ["192.0.2.0/24"] } }, 1_000],
  ["rfc2136", { rfc2136: { servers: [{ address: "192.0.2.1" }] } }, 2_000],
];

describe("the lag of a delivery", () => {
  for (const [name, provider, ms] of LAGS) {
    test(`${name} in a cluster`, () => assert.equal(play(provider).provider.expectedLagMs, ms));
  }

  test("a nudge shortens it for as long as it works", () => {
    const expedited = (delivery: object) => play({ coreDNS: { ...delivery, nudge } }).provider.expeditedLagMs;
    assert.deepEqual([expedited({ zoneFile }), expedited({ overlay: corefile })], [7_500, 51_000]);
    assert.equal(play({ coreDNS: { zoneFile } }).provider.expeditedLagMs, undefined);
  });

  test("files have no kubelet that a nudge could hurry", () => {
    for (const provider of [{ coreDNS: { zoneFile } }, { coreDNS: { zoneFile, nudge } }]) {
      const files = play(provider, { projection: "file", expediteDelivery: undefined }).provider;
      assert.deepEqual(
        [files.expectedLagMs, files.expeditedLagMs, "expediteDelivery" in files],
        [3_000, undefined, false],
      );
    }
  });

  test("a nudge that can't be made shortens nothing", () => {
    const { provider } = play({ coreDNS: { zoneFile, nudge } }, { expediteDelivery: undefined });
    assert.deepEqual(
      [provider.expectedLagMs, provider.expeditedLagMs, "expediteDelivery" in provider],
      [92_500, undefined, false],
    );
  });

  test("PowerDNS caches for 42 s, and the others not at all", () => {
    const powerDNS = { url: "https://pdns.example", apiKeyRef: secretRef };
    assert.deepEqual(
      [play({ powerDNS }), play({ coreDNS: { zoneFile } })].map(({ provider }) => provider.cachedForMs),
      [42_000, 0],
    );
  });
});

test("a nudge hurries the delivery of its own zone, and without one nothing can", async () => {
  for (const delivery of [{ zoneFile }, { overlay: corefile }]) {
    const { provider, did } = play({ coreDNS: { ...delivery, nudge } });
    assert.equal(await provider.expediteDelivery?.(NEVER), "not every pod");
    assert.equal(did.at(-1), "hurried example.com.");
    assert.equal("expediteDelivery" in play({ coreDNS: delivery }).provider, false);
  }
});

test("a zone file is written in the zone's namespace, and its base zone is read there", async () => {
  const { provider, did } = play({
    coreDNS: {
      zoneFile: { configMap: { name: "out", key: "z" }, baseZone: { configMapKeyRef: { name: "base", key: "b" } } },
    },
  });
  assert.deepEqual([...did].sort(), ["base dns/base/b", "zoneFile dns/out/z"]);
  assert.equal((await provider.read([], NEVER)).kind, "ok");
});

test("an overlay is in the namespace that it names", () => {
  assert.deepEqual(play({ coreDNS: { overlay: corefile } }).did, ["corefile for dns/com kube-system/custom/x.server"]);
});

test("zones outside CoreDNS are the external providers', and transfers have their base zone", () => {
  assert.deepEqual(play({ rfc2136: { servers: [{ address: "192.0.2.1" }] } }).did, ["external rfc2136"]);
  assert.deepEqual(play({ externalDNSWebhook: { url: "http://127.0.0.1:8888" } }).did, ["external externalDNSWebhook"]);
  const allow = ["192.0.2.0/24"];
  assert.deepEqual(play({ transfer: { baseZone: { inline: SOA }, allow } }).did, [
    "transfer of DnsZone dns/com spec.provider.transfer.baseZone.inline",
  ]);
  assert.deepEqual(play({ transfer: { baseZone: { configMapKeyRef: { name: "base", key: "b" } }, allow } }).did, [
    "base dns/base/b",
    "transfer of base dns/base/b",
  ]);
});
