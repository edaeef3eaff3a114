import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { inlineText } from "../../../src/providers/text-store.ts";
import { BASE_ZONE, startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { memoryBackend } from "../../support/memory-backend.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";
import { servingPlay, type ServingPlay } from "../../support/serving-play.ts";

const MINUTE = 60_000;
const STAR = alias("web/star", { hostnames: ["*.example.com"], targets: ["lb.example.com"] });

/** A zone with records of its own, which other writers change. */
interface Lab {
  readonly clock: FakeClock;
  readonly zone: DnsZone;
  readonly provider: ZoneProvider;
  readonly serving?: ServingPlay;
  /** The zone-file lines beside those of every zone, all of them. */
  setRecords(lines: readonly string[]): void;
}

const BASE = { kind: "configMap", name: "base", key: "zone" } as const;

function zoneFileLab(): Lab {
  const clock = fakeClock(1_800_000_000_000);
  const serving = servingPlay();
  const of = zone("dns/com", "example.com", { responder: { clientSubnet: false, base: BASE } });
  let text = BASE_ZONE;
  const base = { location: "base", read: (signal: AbortSignal) => inlineText(text, "base").read(signal) };
  const store = memoryTextStore(undefined, { location: "dns/com" });
  const provider = createZoneFileProvider({ zone: of, base, store, ownerId: "me", now: () => clock.now() });
  return {
    clock,
    zone: of,
    provider,
    serving,
    setRecords(lines) {
      text = [BASE_ZONE, ...lines, ""].join("\n");
      serving.bases.set("dns/base/zone", text);
    },
  };
}

function serverLab(listsZone: boolean): Lab {
  const clock = fakeClock(1_800_000_000_000);
  const backend = memoryBackend("example.com", { listsZone });
  const of = zone("dns/com", "example.com", {
    provider: {
      kind: "rfc2136",
      rfc2136: { servers: [{ address: "192.0.2.54", port: 53 }], read: listsZone ? "AXFR" : "Query" },
    },
  });
  let before: readonly string[] = [];
  return {
    clock,
    zone: of,
    provider: owned(backend, { zone: of, ownerId: "me", clock }),
    setRecords(lines) {
      before.map((line) => line.split(" ")).forEach(([name = "", , type = ""]) => backend.remove(at(name), type));
      before = lines;
      for (const [name = "", , type = "", ...data] of lines.map((line) => line.split(" "))) {
        backend.put({ name: at(name), type, ttl: 300, data: [data.join(" ")] });
      }
    },
  };
}

function at(label: string) {
  return parseOwnerName(`${label}.example.com`);
}

const LABS: readonly (readonly [name: string, make: () => Lab])[] = [
  ["a base zone", zoneFileLab],
  ["a server that lists its zone", () => serverLab(true)],
  ["a server that is queried by name", () => serverLab(false)],
];

function play({ clock, zone: of, provider, serving }: Lab, aliases: readonly DnsAlias[]): ControllerWorld {
  return startWorld({
    clock,
    zones: [of],
    aliases,
    targets: {
      "lb.example.com": ["192.0.2.90"],
      "a.b.example.com": ["192.0.2.90"],
      "www.example.net": ["192.0.2.90"],
      "cdn.test": ["198.51.100.1"],
    },
    providerOf: () => provider,
    ...(serving === undefined ? {} : { serving }),
  });
}

/** The addresses of the wildcard by the status. */
function addresses(world: ControllerWorld): string {
  return (
    world
      .alias("web/star")
      ?.status?.hostnames.flatMap((entry) => entry.addresses)
      .join(" ") ?? ""
  );
}

async function served(world: ControllerWorld, clock: FakeClock): Promise<string> {
  const question = { zone: parseName("example.com"), name: parseOwnerName("*.example.com"), family: "A" } as const;
  const live = world.controller.answers.live(question);
  await clock.advance(2_000);
  const answer = await live;
  return answer?.kind === "addresses" ? answer.addresses.join(" ") : String(answer?.kind);
}

for (const [name, make] of LABS) {
  test(`${name}: a wildcard whose target has records follows it, is frozen without them, and follows again`, async () => {
    const lab = make();
    lab.setRecords(["lb 300 A 192.0.2.90"]);
    await using world = play(lab, [STAR]);
    await lab.clock.advance(MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "True Resolved");
    assert.equal(addresses(world), "192.0.2.90");
    lab.setRecords([]);
    world.send({ kind: "input", zone: "dns/com" });
    await lab.clock.advance(MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "False LoopDetected");
    const message = world.alias("web/star")?.status?.conditions.find(({ type }) => type === "Resolved")?.message ?? "";
    assert.match(message, /\*\.example\.com → lb\.example\.com → \*\.example\.com/);
    world.targets.set("lb.example.com", ["192.0.2.91"]);
    await lab.clock.advance(6 * MINUTE);
    assert.equal(addresses(world), "192.0.2.90", "what is published stays");
    if (lab.serving !== undefined) {
      assert.equal(await served(world, lab.clock), "192.0.2.90", "and so does what the responder answers");
    }
    lab.setRecords(["lb 300 A 192.0.2.91"]);
    world.send({ kind: "input", zone: "dns/com" });
    await lab.clock.advance(2 * MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "True Resolved");
    assert.equal(addresses(world), "192.0.2.91");
    if (lab.serving !== undefined) {
      assert.equal(await served(world, lab.clock), "192.0.2.91");
    }
  });

  test(`${name}: a wildcard that answers its own target from the start publishes nothing`, async () => {
    const lab = make();
    lab.setRecords([]);
    await using world = play(lab, [STAR]);
    await lab.clock.advance(MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "False LoopDetected");
    assert.equal(addresses(world), "");
  });
}

for (const [name, make] of LABS.slice(1)) {
  test(`${name}: a loop that begins without an event is in the status after the next read, and so is its end`, async () => {
    const lab = make();
    lab.setRecords(["lb 300 A 192.0.2.90"]);
    await using world = play(lab, [STAR]);
    await lab.clock.advance(MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "True Resolved");
    lab.setRecords([]);
    await lab.clock.advance(5 * MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "False LoopDetected");
    lab.setRecords(["lb 300 A 192.0.2.90"]);
    await lab.clock.advance(5 * MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "True Resolved");
  });
}

for (const [name, make] of LABS.slice(1)) {
  test(`${name}: the wildcard leads back to itself as soon as another alias leads to a name that was never read`, async () => {
    const lab = make();
    lab.setRecords(["lb 300 A 192.0.2.90"]);
    const www = (target: string) => alias("web/www", { hostnames: ["www.example.net"], targets: [target] });
    const star = alias("web/star", { hostnames: ["*.example.com"], targets: ["www.example.net"] });
    const other = alias("web/other", { hostnames: ["other.example.net"], targets: ["lb.example.com"] });
    await using world = play(lab, [star, other, www("lb.example.com")]);
    world.apply(zone("dns/net", "example.net"));
    await lab.clock.advance(MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "True Resolved");
    world.apply(www("missing.example.com"));
    await lab.clock.advance(MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "False LoopDetected");
  });
}

interface Case {
  readonly name: string;
  readonly records?: readonly string[];
  readonly aliases?: readonly DnsAlias[];
  readonly zones?: readonly DnsZone[];
  readonly target?: string;
  readonly loops: boolean;
}

const CASES: readonly Case[] = [
  {
    name: "an alias has the target's name",
    aliases: [alias("web/lb", { hostnames: ["lb.example.com"] })],
    loops: false,
  },
  {
    name: "an alias below the target's name makes it exist (RFC 4592 2.2.2)",
    aliases: [alias("web/lb", { hostnames: ["x.lb.example.com"] })],
    loops: false,
  },
  {
    name: "another name exists between (RFC 4592 3.3.1)",
    target: "a.b.example.com",
    records: ["b 300 TXT x"],
    loops: false,
  },
  { name: "nothing exists between", target: "a.b.example.com", loops: true },
  {
    name: "a wildcard of another alias is closer",
    target: "a.b.example.com",
    aliases: [alias("web/b", { hostnames: ["*.b.example.com"] })],
    loops: false,
  },
  {
    name: "a closer wildcard of another alias leads back",
    target: "a.b.example.com",
    aliases: [alias("web/b", { hostnames: ["*.b.example.com"], targets: ["lb.example.com"] })],
    loops: true,
  },
  { name: "another DnsZone has the name", zones: [zone("dns/lb", "lb.example.com")], loops: false },
  {
    name: "the target is an alias that leads to a name that only the wildcard has",
    target: "www.example.net",
    zones: [zone("dns/net", "example.net")],
    aliases: [alias("web/www", { hostnames: ["www.example.net"], targets: ["lb.example.com"] })],
    loops: true,
  },
];

for (const { name, records = [], aliases = [], zones = [], target = "lb.example.com", loops } of CASES) {
  test(`${name}: the wildcard ${loops ? "leads" : "doesn't lead"} back to itself`, async () => {
    const lab = zoneFileLab();
    lab.setRecords(records);
    await using world = play(lab, [alias("web/star", { hostnames: ["*.example.com"], targets: [target] }), ...aliases]);
    zones.forEach((more) => world.apply(more));
    await lab.clock.advance(MINUTE);
    assert.equal(world.condition("web/star", "Resolved") === "False LoopDetected", loops);
  });
}

for (const [name, make] of LABS) {
  test(`${name}: a target that the zone delegates isn't the wildcard's`, async () => {
    const lab = make();
    lab.setRecords(["b 300 NS ns.example.net."]);
    const star = alias("web/star", { hostnames: ["*.example.com"], targets: ["a.b.example.com"] });
    await using world = play(lab, [star]);
    await lab.clock.advance(MINUTE);
    assert.equal(world.condition("web/star", "Resolved"), "True Resolved");
    assert.equal(addresses(world), "192.0.2.90");
  });
}
