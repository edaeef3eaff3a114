import assert from "node:assert/strict";
import { test } from "node:test";
import type { ZoneSpec } from "../../../../src/api/dns-zone.ts";
import { ownerOf } from "../../../../src/cli/compose/owner.ts";
import { createResponder, type Responder, type ResponderDeps } from "../../../../src/cli/compose/responder.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { noMetrics } from "../../../../src/ops/metrics.ts";
import { readBaseZone } from "../../../../src/providers/base-zone.ts";
import { zoneRenderer } from "../../../../src/providers/coredns/zone-text.ts";
import type { TextRead } from "../../../../src/providers/text-store.ts";
import { zone } from "../../../support/objects.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const ORIGIN = parseName("example.com");
const SOA = "example.com.\t3600\tIN\tSOA\tns1.example.com. h.example.com. 7 7200 900 1209600 300\n";
const NEVER = new AbortController().signal;

/** Without a worker it needs neither sockets nor threads. `texts` are by "base NAMESPACE/NAME/KEY" and "zoneFile …". */
async function responderWith(
  texts: Readonly<Record<string, TextRead | "throws">> = {},
  more: Partial<ResponderDeps> = {},
): Promise<Responder> {
  const storeOf = (kind: string) => (namespace: string, name: string, key: string) => {
    const location = `${kind} ${namespace}/${name}/${key}`;
    const text = texts[location] ?? assert.fail(`${location} is not to be read`);
    if (text === "throws") {
      throw new Error("this provider can't be made");
    }
    return { location, read: async () => text, write: () => assert.fail("nothing is written") };
  };
  const responder = await createResponder({
    config: { listen: [], isDefault: false, workers: 0, exempt: [], udpIo: "dgram" },
    platform: () => ({
      stores: {
        base: storeOf("base"),
        zoneFile: storeOf("zoneFile"),
        corefile: ({ namespace, name, key }) => storeOf("corefile")(namespace, name, key),
        expediteDelivery: undefined,
        maxBytes: 1_048_576,
        projection: "kubelet",
      },
      owner: ownerOf({ ownerId: "me", adoptOwnerIds: [] }, () => "me"),
    }),
    source: { live: async () => undefined },
    log: silentLogger,
    metrics: noMetrics,
    ...more,
  });
  return responder ?? assert.fail("no responder");
}

function text(value: string | undefined): TextRead {
  return { kind: "ok", text: value, revision: "1", owner: undefined };
}

test("a responder is unready until it is open, and again while no worker runs", async () => {
  await using responder = await responderWith();
  assert.deepEqual(responder.problems(), ["the responder does not answer yet, because its zones are not complete"]);
  assert.deepEqual((await responder.state()).addresses, []);
  await responder.open({ synced: () => true, served: () => true }, NEVER);
  assert.deepEqual(responder.problems(), ["no responder thread runs"]);
  assert.equal((await responder.state()).workers, 0);
});

test("it opens as soon as all zones are served, and not before", async () => {
  await using responder = await responderWith();
  let looks = 0;
  const served = (): boolean => {
    looks += 1;
    return looks > 3;
  };
  await responder.open({ synced: () => true, served }, NEVER);
  assert.equal(looks, 4);
});

test("a run that ends before its zones are served opens nothing", async () => {
  await using responder = await responderWith();
  const stop = new AbortController();
  const opened = responder.open({ synced: () => false, served: () => false }, stop.signal);
  stop.abort();
  await opened;
  assert.deepEqual(responder.problems(), ["the responder does not answer yet, because its zones are not complete"]);
});

test("its counts reach the metrics with the number of replaced workers", async () => {
  const counted: unknown[] = [];
  const metrics = {
    ...noMetrics,
    responder: ({ hits }: { readonly hits: number }, restarts: number) => counted.push([hits, restarts]),
  };
  await using responder = await responderWith({}, { metrics });
  await responder.count();
  assert.deepEqual(counted, [[0, 0]]);
});

test("a lookup for a question is counted", async () => {
  let lookups = 0;
  const metrics = { ...noMetrics, queryLookup: () => void (lookups += 1) };
  await using responder = await responderWith({}, { metrics });
  responder.port.lookupStarted();
  assert.equal(lookups, 1);
});

test("a base zone in the object names its field, and one in a ConfigMap is that of the zone's namespace", async () => {
  await using responder = await responderWith({ "base dns/base/zone": text("from the ConfigMap") });
  const { port } = responder;
  const inline = { kind: "inline", text: "inline text" } as const;
  const ofProvider = await port.readBase(zone("dns/com", "example.com"), inline, NEVER);
  assert.deepEqual(ofProvider, {
    kind: "ok",
    text: "inline text",
    location: "DnsZone dns/com its provider's baseZone",
  });
  const own = zone("dns/com", "example.com", { responder: { clientSubnet: false, base: inline } });
  assert.deepEqual(await port.readBase(own, inline, NEVER), {
    kind: "ok",
    text: "inline text",
    location: "DnsZone dns/com spec.responder.baseZone",
  });
  const map = { kind: "configMap", name: "base", key: "zone" } as const;
  assert.deepEqual(await port.readBase(own, map, NEVER), {
    kind: "ok",
    text: "from the ConfigMap",
    location: "base dns/base/zone",
  });
});

test("a base zone that can't be read is said to be so", async () => {
  const failed = { kind: "failed", message: "no right", retryAfterMs: 7_000 } as const;
  await using responder = await responderWith({ "base dns/base/zone": failed });
  const map = { kind: "configMap", name: "base", key: "zone" } as const;
  assert.deepEqual(await responder.port.readBase(zone("dns/com", "example.com"), map, NEVER), failed);
});

const PUBLISHED = "zoneFile dns/dnsalias-example.com/example.com.zone";
const ROWS: readonly {
  readonly name: string;
  readonly published: TextRead | "throws" | undefined;
  readonly spec?: Partial<ZoneSpec>;
  readonly isFound: boolean;
}[] = [
  { name: "what this installation wrote", published: text(rendered("me")), isFound: true },
  { name: "what another installation wrote", published: text(rendered("other")), isFound: false },
  {
    name: "a base that somebody edited",
    published: text(rendered("me").replace("192.0.2.53", "192.0.2.9")),
    isFound: false,
  },
  { name: "nothing was written yet", published: text(undefined), isFound: false },
  { name: "a text that can't be read", published: { kind: "failed", message: "no right" }, isFound: false },
  { name: "a provider that can't be made", published: "throws", isFound: false },
  {
    name: "a base zone of the responder's own",
    published: undefined,
    spec: { responder: { clientSubnet: false, base: { kind: "inline", text: "" } } },
    isFound: false,
  },
  {
    name: "a provider without a rendered zone",
    published: undefined,
    spec: {
      provider: {
        kind: "rfc2136",
        rfc2136: { servers: [{ address: "192.0.2.53", port: 53 }], read: "AXFR" },
      },
    },
    isFound: false,
  },
];

for (const { name, published, spec, isFound } of ROWS) {
  test(`the last good base zone: ${name}`, async () => {
    await using responder = await responderWith(published === undefined ? {} : { [PUBLISHED]: published });
    const found = await responder.port.lastGoodBase?.(zone("dns/com", "example.com", spec), NEVER);
    assert.equal(found !== undefined, isFound);
    if (found !== undefined) {
      assert.match(found, /^example\.com\.\t3600\tIN\tSOA\t/);
      assert.match(found, /\tNS\tns1\.example\.com\.\n/);
      assert.doesNotMatch(found, /192\.0\.2\.1\n/, "an address of an alias is no part of the base zone");
    }
  });
}

function rendered(ownerId: string): string {
  const read = readBaseZone(`${SOA}@ NS ns1\nns1 A 192.0.2.53\n`, ORIGIN, "the base");
  const base = read.kind === "ok" ? read.base : assert.fail(read.message);
  return zoneRenderer(base, [{ name: ORIGIN, type: "A", ttl: 60, data: ["192.0.2.1"] }], ownerId)(42);
}
