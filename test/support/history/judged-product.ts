import assert from "node:assert/strict";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE } from "../controller-world.ts";
import { memoryTextStore } from "../memory-text-store.ts";
import { knownFromStatuses } from "./claims.ts";
import { MINUTE } from "./scene.ts";
import { addAlias, createStage, putZone, setTarget, type Stage } from "./stage.ts";

export const ONE = ["198.51.100.11", "2001:db8:1::1"];
export const TWO = ["198.51.100.21", "2001:db8:2::1"];
export const SHOP = "shop.example.com";

/** A product whose every write the test says. It publishes in zone files and at the server `net`. */
export interface Product {
  readonly stage: Stage;
  /** Publishes these names with these addresses at a place, and nothing else. */
  readonly publish: (place: string, names: Readonly<Record<string, readonly string[]>>) => void;
  /** Writes a whole zone file. */
  readonly writeText: (place: string, text: string) => void;
  /** Time passes, in which nothing happens. */
  readonly rest: (ms: number) => Promise<void>;
}

export async function startProduct(): Promise<Product> {
  const stage = createStage({ random: () => 0.5, isLed: () => true });
  const { world, judge, backends } = stage;
  let serial = 0;
  const writeText = (place: string, text: string): void => {
    const store = world.stores.get(place) ?? memoryTextStore();
    world.stores.set(place, store);
    const before = store.text;
    store.edit(text);
    judge.zoneFileWritten({ place, before, after: text, knownUntil: Infinity });
  };
  setTarget(stage, "one.test", ONE);
  setTarget(stage, "two.test", TWO);
  ["dns/com", "dns/net", "dns/deep"].forEach((key) => putZone(stage, key));
  addAlias(stage, "web/a", { hostnames: [SHOP], targets: ["one.test"] });
  await world.clock.advance(MINUTE);
  return {
    stage,
    writeText,
    publish(place, names) {
      const backend = backends.get(place);
      if (backend === undefined) {
        serial += 1;
        writeText(place, zoneFile(serial, names));
        return;
      }
      const zone = world.zones.get(place === "rfc2136" ? "dns/org" : "dns/net");
      assert.ok(zone);
      const before = backend.list();
      for (const { name, type } of before.filter(({ type }) => type === "A" || type === "AAAA")) {
        backend.remove(name, type);
      }
      for (const [hostname, addresses] of Object.entries(names)) {
        const name = parseOwnerName(hostname);
        const text = "heritage=dnsalias,owner=me,types=A+AAAA,resource=web/a";
        backend.put({ name: parseName(`_dnsalias.${hostname}`), type: "TXT", ttl: 60, data: [`"${text}"`] });
        for (const type of ["A", "AAAA"] as const) {
          const data = addresses.filter((address) => address.includes(":") === (type === "AAAA"));
          if (data.length > 0) {
            backend.put({ name, type, ttl: 60, data });
          }
        }
      }
      judge.backendWritten({ zone, before, after: backend.list() }, Infinity);
    },
    async rest(ms) {
      await world.clock.advance(ms);
      judge.rest();
    },
  };
}

export function zoneFile(serial: number, names: Readonly<Record<string, readonly string[]>>): string {
  const lines = Object.entries(names).flatMap(([name, addresses]) =>
    addresses.map((address) => `${name}.\t60\tIN\t${address.includes(":") ? "AAAA" : "A"}\t${address}\n`),
  );
  const base = BASE_ZONE.replace("hostmaster 1 ", `hostmaster ${serial} `);
  return `${base}; BEGIN dnsalias owner=me\n${lines.join("")}; END dnsalias\n`;
}

/** The first word of each fault. */
export function rules({ stage }: Product): readonly string[] {
  return [...new Set(stage.judge.faults.map((fault) => fault.split(":")[0] ?? ""))].toSorted();
}

/** A process that leads since now, and writes nothing itself. */
export function startLeader({ world }: Stage): void {
  const replica = world.start();
  world.replicas.delete(replica);
  world.replicas.add({ ...replica, leads: () => true });
}

/** The process that leads since now knows a deleted DnsZone from statuses only. */
export function knowByStatusOnly({ world, judge }: Stage, key: string): void {
  const retained = world.retainedZones.get(key);
  assert.ok(retained);
  world.retainedZones.set(key, { ...retained, known: knownFromStatuses(world, key) });
  judge.changed("leader");
}

/** The guard of dns/com holds its deletes. */
export function holdPlan({ world }: Stage): void {
  const zone = world.zones.get("dns/com");
  assert.ok(zone);
  world.put({ ...zone, status: { observedGeneration: 1, conditions: [], planHash: "eb3204d9d889" } });
}
