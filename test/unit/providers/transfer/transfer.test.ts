import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone, TransferSpec } from "../../../../src/api/dns-zone.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { Family } from "../../../../src/dns/record.ts";
import type { ActualRRset, Write } from "../../../../src/plan/change.ts";
import type { SecretRead } from "../../../../src/providers/backend.ts";
import type { OwnedRRset } from "../../../../src/providers/owned-rrset.ts";
import type { ActualZone, ApplyResult, ZoneProvider } from "../../../../src/providers/provider.ts";
import type { TextRead } from "../../../../src/providers/text-store.ts";
import type { ListenResult } from "../../../../src/providers/transfer/server/listeners.ts";
import type { Primary } from "../../../../src/providers/transfer/server/primary.ts";
import { createTransferProvider } from "../../../../src/providers/transfer/transfer.ts";
import { wholeForm } from "../../../../src/providers/transfer/server/xfr-records.ts";
import {
  createZoneRegistry,
  type Published,
  type ZoneEntry,
} from "../../../../src/providers/transfer/zone/zone-registry.ts";
import { zone as zoneObject } from "../../../support/objects.ts";
import { texts } from "./zones.ts";

const DOMAIN = parseName("example.com");
const WWW = parseName("www.example.com");
const SIGNAL = new AbortController().signal;
const START = 1_800_000_000_000;
const BASE = "$TTL 60\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\n";
const TSIG = {
  keyName: parseName("k.example"),
  algorithm: "hmac-sha256",
  secretRef: { name: "s", key: "k" },
} as const;

interface Setting {
  base?: TextRead;
  secret?: SecretRead;
  opened?: ListenResult;
  mayServe?: boolean;
  serves?: boolean;
  remembered?: readonly OwnedRRset[];
  serial?: number;
  tsig?: TransferSpec["tsig"];
  catalog?: TransferSpec["catalog"];
}

/** The provider over a real registry, without sockets. */
function scene(setting: Setting = {}) {
  const registry = createZoneRegistry();
  const clock = { now: START };
  const entries: ZoneEntry[] = [];
  const primary: Pick<Primary, "open" | "serves" | "claim"> = {
    serves: setting.serves ?? true,
    open: () => Promise.resolve(setting.opened ?? { kind: "open" }),
    claim(owner, domain, spec) {
      const entry = registry.claim(owner, domain, spec);
      entries.push(entry);
      return {
        published: () => entry.published,
        lastSerial: () => registry.lastSerial(domain),
        useKey: (key) => {
          entry.key = key;
        },
        publish(published) {
          if (setting.mayServe === false) {
            return "elsewhere";
          }
          return registry.publish(owner, entry, published) ? "served" : "replaced";
        },
        release: () => void registry.release(owner, entry),
      };
    },
  };
  const make = (): ZoneProvider => {
    const zone: DnsZone = zoneObject("dns/example", "example.com");
    const spec: TransferSpec = {
      base: { kind: "inline", text: "" },
      allow: [],
      notify: [],
      ...(setting.tsig === undefined ? {} : { tsig: setting.tsig }),
      ...(setting.catalog === undefined ? {} : { catalog: setting.catalog }),
    };
    return createTransferProvider({
      zone,
      spec,
      base: { location: "the base", read: () => Promise.resolve(setting.base ?? text(BASE)) },
      secret: setting.tsig === undefined ? undefined : () => Promise.resolve(setting.secret ?? missing),
      primary,
      ownerId: "me",
      remembered: { sets: () => setting.remembered ?? [], serial: () => setting.serial },
      now: () => clock.now,
    });
  };
  const published = (): Published | undefined => entries.at(-1)?.published;
  const served = (): readonly string[] => {
    const current = published()?.history.current ?? assert.fail("nothing is served");
    return texts(wholeForm(current).records).slice(1, -1);
  };
  return { setting, clock, registry, make, provider: make(), published, served };
}

const missing: SecretRead = { kind: "refused", reason: "SecretMissing", message: "no such Secret" };

function text(content: string | undefined): TextRead {
  return { kind: "ok", text: content, revision: "1", owner: undefined };
}

async function read(provider: ZoneProvider): Promise<ActualZone> {
  const result = await provider.read([DOMAIN, WWW, parseName("ns1.example.com")], SIGNAL);
  assert.ok(result.kind === "ok", JSON.stringify(result));
  return result.zone;
}

function create(name = DOMAIN, data = ["192.0.2.9"], type: Family = "A"): Write {
  return { kind: "create", after: { name, type, ttl: 30, data, resources: [] } };
}

async function write(provider: ZoneProvider, writes: readonly Write[]): Promise<ApplyResult> {
  return provider.apply({ zone: await read(provider), writes }, SIGNAL);
}

test("nothing is served before the first plan; then the base zone and our sets are, at one serial", async () => {
  const { provider, published, served } = scene();
  const before = await read(provider);
  assert.equal(before.needsWrite?.kind, "first");
  assert.equal(before.serial, undefined);
  assert.equal(published(), undefined);
  const result = await write(provider, [create(), create(WWW, ["2001:db8::9"], "AAAA")]);
  assert.deepEqual(result, {
    kind: "applied",
    revision: String(START / 1_000 + 1),
    serial: START / 1_000 + 1,
    wrote: true,
  });
  assert.deepEqual(served(), [
    "example.com. 60 NS ns1.example.com.",
    "ns1.example.com. 60 A 192.0.2.1",
    "example.com. 30 A 192.0.2.9",
    "www.example.com. 30 AAAA 2001:db8::9",
  ]);
  const after = await read(provider);
  assert.equal(after.needsWrite, undefined);
  assert.deepEqual(after.sets.filter(({ owner }) => owner === "me").length, 2);
  assert.deepEqual(await write(provider, []), { ...result, wrote: false });
});

test("what statuses remember is what stands after a restart, and is served though no plan names it", async () => {
  const remembered: readonly OwnedRRset[] = [{ name: WWW, type: "A", ttl: 30, data: ["192.0.2.7"] }];
  const { provider, served } = scene({ remembered, serial: START / 1_000 + 2 });
  const zone = await read(provider);
  assert.deepEqual(
    zone.sets.find(({ name }) => name === WWW),
    { ...remembered[0], owner: "me" },
  );
  const result = await provider.apply({ zone, writes: [create()] }, SIGNAL);
  assert.ok(result.kind === "applied" && result.serial === START / 1_000 + 8, JSON.stringify(result));
  assert.ok(served().includes("www.example.com. 30 A 192.0.2.7"));
});

test("a command that only looks sees what is remembered, and finds nothing to be done", async () => {
  const { provider } = scene({ serves: false, remembered: [{ name: WWW, type: "A", ttl: 30, data: ["192.0.2.7"] }] });
  const zone = await read(provider);
  assert.equal(zone.needsWrite, undefined);
  assert.deepEqual(
    zone.sets.map(({ name, owner }) => `${name} ${owner}`),
    ["www.example.com. me", ...Array<string>(3).fill("ns1.example.com. undefined")],
    "that, and for each type the base zone's own host",
  );
});

test("a record of the base zone stays, and is told as an obstacle", async () => {
  const { provider } = scene();
  const { sets } = await read(provider);
  const [obstacle = assert.fail()] = sets;
  assert.deepEqual(
    [obstacle.name, obstacle.owner, obstacle.data],
    [parseName("ns1.example.com"), undefined, ["192.0.2.1"]],
  );
  assert.match(obstacle.note ?? "", /the base zone already has A records/);
  const result = await write(provider, [create(parseName("ns1.example.com"))]);
  assert.equal(
    result.kind,
    "conflict",
    "a base zone that has taken the name meanwhile is read again, and stops no other name",
  );
});

test("a base zone that changed has the zone written, and takes the name that it claims", async () => {
  const { setting, provider, served } = scene();
  await write(provider, [create(), create(WWW)]);
  setting.base = text(`${BASE}www CNAME @\nmx MX 1 ns1\n`);
  const zone = await read(provider);
  assert.equal(zone.needsWrite?.kind, "base");
  assert.equal((await provider.apply({ zone, writes: [] }, SIGNAL)).kind, "applied");
  assert.deepEqual(
    served().filter((record) => record.startsWith("www")),
    ["www.example.com. 60 CNAME example.com."],
  );
  setting.base = text(`; a comment\n${BASE}mx MX 1 ns1\nwww CNAME @\n`);
  assert.equal((await read(provider)).needsWrite, undefined, "a comment and another order are no change");
});

test("a read that another write has overtaken is a conflict", async () => {
  const { clock, provider } = scene();
  await write(provider, [create()]);
  const zone = await read(provider);
  clock.now += 5_000;
  await write(provider, [create(WWW)]);
  const result = await provider.apply({ zone, writes: [create(WWW, ["192.0.2.10"])] }, SIGNAL);
  assert.equal(result.kind, "conflict");
});

test("more changes than seconds wait until the time has caught up", async () => {
  const { clock, provider } = scene();
  const kinds: string[] = [];
  for (const last of [1, 2, 3, 4, 5, 6]) {
    const sets: readonly ActualRRset[] = (await read(provider)).sets;
    const before = sets.find(({ name }) => name === DOMAIN);
    const after = { name: DOMAIN, type: "A" as const, ttl: 30, data: [`192.0.2.${last}`], resources: [] };
    const result = await write(provider, [
      before === undefined ? { kind: "create", after } : { kind: "update", before, after },
    ]);
    kinds.push(result.kind === "failed" ? `wait ${result.retryAfterMs}` : result.kind);
  }
  assert.deepEqual(kinds, ["applied", "applied", "applied", "applied", "applied", "wait 1000"]);
  clock.now += 1_000;
  assert.equal((await write(provider, [create(WWW)])).kind, "applied");
});

const refusals: readonly (readonly [string, Setting, string])[] = [
  ["the base zone is missing", { base: text(undefined) }, "BaseZoneMissing"],
  ["the base zone is wrong", { base: text("@ NS ns1\n") }, "BaseZoneInvalid"],
  ["the base zone cannot be read", { base: { kind: "failed", message: "away" } }, "failed"],
  ["the address is taken", { opened: { kind: "failed", message: "EADDRINUSE" } }, "failed"],
  ["the Secret is missing", { tsig: TSIG }, "SecretMissing"],
  ["the Secret is no base64", { tsig: TSIG, secret: { kind: "ok", text: "no base64!" } }, "SecretInvalid"],
];

for (const [name, setting, want] of refusals) {
  test(`${name}: ${want}`, async () => {
    const result = await scene(setting).provider.read([DOMAIN], SIGNAL);
    assert.equal(result.kind === "refused" ? result.reason : result.kind, want);
  });
}

test("with a mistake in the base zone names follow beside the last good one, as long as this process knows it", async () => {
  const { setting, provider, make, served } = scene();
  await write(provider, [create()]);
  for (const broken of ["@ MX ten mail\n", `www TXT ${`"${"x".repeat(255)}" `.repeat(250)}\n`]) {
    setting.base = text(`${BASE}${broken}`);
    for (const one of [provider, make()]) {
      const zone = await read(one);
      assert.equal(zone.inputProblem?.reason, "BaseZoneInvalid");
      assert.equal(zone.needsWrite, undefined);
    }
  }
  const after = make();
  assert.equal((await write(after, [create(WWW)])).kind, "applied");
  assert.ok(
    served().some((line) => line.startsWith("www.example.com. 30 A")),
    served().join("; "),
  );
  assert.ok(served().includes("ns1.example.com. 60 A 192.0.2.1"));
  setting.base = text(`${BASE}mx MX 1 ns1\n`);
  assert.equal((await read(after)).needsWrite?.kind, "base");
});

test("a catalog whose names would be too long is the zone's own problem, and the zone is served", async () => {
  const catalog = parseName(`${"a.".repeat(113)}example`);
  assert.equal(catalog.length, 234);
  const { provider, served } = scene({ catalog });
  const zone = await read(provider);
  assert.equal(zone.inputProblem?.reason, "CatalogInvalid");
  assert.match(zone.inputProblem.message, /has 233 characters, more than the limit of 214/);
  assert.equal((await write(provider, [create(WWW)])).kind, "applied");
  assert.ok(served().some((line) => line.startsWith("www.example.com. 30 A")));
});

test("the key is what the Secret says now, and stays in force while it cannot be read", async () => {
  const { setting, registry, provider } = scene({ tsig: TSIG });
  const key = () => registry.zoneOf(DOMAIN)?.acl[0]?.key;
  assert.equal(key(), "unread");
  setting.secret = { kind: "ok", text: "AAEC\n" };
  await read(provider);
  assert.deepEqual(key(), { name: TSIG.keyName, algorithm: TSIG.algorithm, secret: Uint8Array.of(0, 1, 2) });
  setting.secret = missing;
  assert.equal((await provider.read([DOMAIN], SIGNAL)).kind, "refused");
  assert.notEqual(key(), "unread");
});

test("what was being written when the DnsZone got another spec, or went, is not served", async () => {
  const { provider, make, registry } = scene();
  const zone = await read(provider);
  const next = make();
  provider.close?.();
  assert.equal((await provider.apply({ zone, writes: [create()] }, SIGNAL)).kind, "conflict");
  assert.equal(registry.zoneOf(DOMAIN)?.history, undefined);

  const late = await read(next);
  next.close?.();
  assert.equal((await next.apply({ zone: late, writes: [create()] }, SIGNAL)).kind, "conflict");
  assert.equal(registry.zoneOf(DOMAIN), undefined);
});

test("another spec keeps what is served; the end of the old provider ends nothing, that of the new one does", async () => {
  const { provider, make, registry } = scene();
  await write(provider, [create()]);
  const next = make();
  provider.close?.();
  assert.ok(registry.zoneOf(DOMAIN)?.history !== undefined);
  assert.equal((await read(next)).needsWrite, undefined);
  next.close?.();
  assert.equal(registry.zoneOf(DOMAIN), undefined);
  assert.ok((registry.lastSerial(DOMAIN) ?? 0) > 0, "should the domain come back");
});

test("a process that may not serve now says so, and serves nothing", async () => {
  const { provider, published } = scene({ mayServe: false });
  assert.equal((await write(provider, [create()])).kind, "failed");
  assert.equal(published(), undefined);
});
