import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { ZoneSpec } from "../../src/api/dns-zone.ts";
import { systemClock } from "../../src/base/clock.ts";
import { byCodeUnit } from "../../src/base/order.ts";
import { limitsOf, propose } from "../../src/controller/zone/propose-changes.ts";
import { displayName, nameOfCanonical, parseOwnerName, type Name } from "../../src/dns/name/name.ts";
import { ALIAS_TYPES, type RRset, rrsetKey } from "../../src/dns/record.ts";
import type { Change, DesiredRRset, Write } from "../../src/plan/change.ts";
import type { ZonePlan } from "../../src/plan/zone-plan.ts";
import type { RecordBackend } from "../../src/providers/backend.ts";
import type { EncloserOf } from "../../src/dns/zone-file/closest-encloser.ts";
import { markerData } from "../../src/providers/ownership/marker.ts";
import { markerNameOf } from "../../src/providers/ownership/marker-name.ts";
import { owned } from "../../src/providers/ownership/owned.ts";
import type { ApplyResult, Drift, ZoneProvider } from "../../src/providers/provider.ts";
import { zone as zoneObject } from "../support/objects.ts";
import { NEVER, wantedSets } from "../support/provider-lab.ts";
import type { ContractBackend } from "./contract-backend.ts";

export type Refusal = Extract<Change, { readonly kind: "refuse" }>;

/** What came of making a zone as it is wanted. */
export interface Converged {
  /** What the last plan still refuses, as "name type reason". */
  readonly refused: readonly string[];
  /** What the backend rejected at the last write, as "name type reason: message". */
  readonly rejected: readonly string[];
  /** What each write came to. */
  readonly results: readonly ApplyResult[];
  /** Foreign edits that the first reading showed. */
  readonly drift: readonly Drift[];
}

export interface ConvergeOptions {
  readonly policy?: ZoneSpec["policy"];
  readonly conflict?: ZoneSpec["conflict"];
  /** Ends after this many writes, whatever the plan says then: a process that is killed. */
  readonly writes?: number;
}

/** One installation at work on the zone under test. */
export interface Install {
  /** Plans and writes until the plan is empty, as the controller does; the lines are everything that is wanted. */
  converge(lines: readonly string[], options?: ConvergeOptions): Promise<Converged>;
  /** What a read of these labels says of names without records. */
  enclosers(labels: readonly string[]): Promise<EncloserOf | undefined>;
}

/** The zone under test with what stands in it that is nobody's business. */
export interface Scene {
  readonly under: ContractBackend;
  /** "www" is `www.<domain>`; "@" the domain itself. */
  at(label: string): Name;
  /** A wanted line: `label ttl addresses… https=target`. */
  line(text: string): string;
  install(ownerId: string, backend?: RecordBackend): Install;
  /** Somebody else's hand: `label ttl type data`. */
  put(text: string): Promise<void>;
  remove(label: string, type: string): Promise<void>;
  /** True once the server gives this line. */
  shows(text: string): Promise<boolean>;
  /** Every owner that was at work gives all its names up. */
  retire(): Promise<void>;
  /** The server holds what it held at the beginning, these foreign lines, and for each owner these wanted lines with their markers: nothing else. */
  holds(expected: Expected): Promise<void>;
}

export interface Expected {
  readonly foreign?: readonly string[];
  readonly owned?: Readonly<Record<string, readonly string[]>>;
}

const ROUNDS = 8;
/** What a server may take to show everywhere what it was given. */
const PATIENCE_MS = 5_000;

export async function openScene(under: ContractBackend): Promise<Scene> {
  const base = await lines(under);
  const at = (label: string): Name => (label === "@" ? under.domain : nameOfCanonical(`${label}.${under.domain}`));
  const setOf = (text: string): RRset => {
    const [label = "", ttl = "", type = "", ...data] = text.split(" ");
    return { name: at(label), type, ttl: Number(ttl), data: data.join(" ").split(" | ").sort(byCodeUnit) };
  };
  const asked = new Map<string, Set<Name>>();
  const line = (text: string): string => text.replace(/^\S+/, (label) => displayName(at(label)));
  return {
    under,
    at,
    line,
    install(ownerId, backend = under.backend) {
      const names = asked.get(ownerId) ?? new Set<Name>();
      asked.set(ownerId, names);
      return install(under, backend, { ownerId, line, asked: names });
    },
    shows: async (text) => (await lines(under)).includes(recordLine(setOf(text))),
    async retire() {
      for (const [ownerId, names] of asked) {
        await install(under, under.backend, { ownerId, line, asked: names }).converge([]);
      }
    },
    put: (text) => under.put(setOf(text)),
    remove: (label, type) => under.remove(at(label), type),
    async holds({ foreign = [], owned: byOwner = {} }) {
      const minTtl = under.capabilities.minTtl ?? 0;
      const ours = Object.entries(byOwner).flatMap(([owner, wanted]) => ownedSets(owner, wanted.map(line), minTtl));
      const all = [...base, ...foreign.map((text) => recordLine(setOf(text))), ...ours.map(recordLine)].sort(
        byCodeUnit,
      );
      let now = await lines(under);
      for (let waited = 0; waited < PATIENCE_MS && now.join("\n") !== all.join("\n"); waited += 100) {
        await delay(100);
        now = await lines(under);
      }
      assert.deepEqual(now, all);
    },
  };
}

interface Installing {
  readonly ownerId: string;
  readonly line: (text: string) => string;
  /** Names that this owner ever asked for: a controller knows them from its aliases and their statuses. */
  readonly asked: Set<Name>;
}

function install(under: ContractBackend, backend: RecordBackend, { ownerId, line, asked }: Installing): Install {
  const provider = owned(backend, {
    zone: zoneObject("dns/contract", displayName(under.domain)),
    ownerId,
    clock: systemClock,
  });
  return {
    async converge(texts, options = {}) {
      const wanted = wantedSets(...texts.map(line));
      wanted.forEach(({ name }) => asked.add(name));
      return convergeOn(under, provider, { ownerId, asked: [...asked], wanted, ...options });
    },
    async enclosers(labels) {
      const names = labels.map((label) => parseOwnerName(line(label)));
      const read = await provider.read([...asked, ...names], NEVER);
      assert.ok(read.kind === "ok", JSON.stringify(read));
      return read.zone.encloserOf;
    },
  };
}

interface Goal extends ConvergeOptions {
  readonly ownerId: string;
  readonly asked: readonly Name[];
  readonly wanted: readonly DesiredRRset[];
}

async function convergeOn(under: ContractBackend, provider: ZoneProvider, goal: Goal): Promise<Converged> {
  const { ownerId, asked, wanted, policy = "Sync", conflict = "Refuse", writes: most = ROUNDS } = goal;
  const zone = zoneObject("dns/contract", displayName(under.domain), { policy, conflict, maxDeletePercent: 100 });
  const results: ApplyResult[] = [];
  let drift: readonly Drift[] | undefined;
  let rejected: ReadonlyMap<string, string> = new Map();
  for (let round = 0; round < ROUNDS; round += 1) {
    const read = await provider.read(asked, NEVER);
    assert.ok(read.kind === "ok", JSON.stringify(read));
    drift ??= read.zone.drift ?? [];
    const proposal = propose({
      zone,
      plan: planFor(asked, wanted),
      actual: read.zone.sets,
      ownerId,
      ...limitsOf(provider),
    });
    assert.equal(proposal.guarded.kind, "pass");
    const { writes } = proposal.guarded;
    const open = writes.filter((write) => !rejected.has(keyOf(write)));
    if (results.length >= most || (open.length === 0 && read.zone.needsWrite === undefined)) {
      return { refused: refusedLines(proposal.changes), rejected: [...rejected.values()], results, drift };
    }
    const result = await provider.apply({ zone: read.zone, writes }, NEVER);
    results.push(result);
    rejected = rejectedLines(result);
  }
  return assert.fail(`after ${ROUNDS} writes the plan is still not empty: ${JSON.stringify(results.at(-1))}`);
}

function planFor(asked: readonly Name[], wanted: readonly DesiredRRset[]): ZonePlan {
  const wantedNames = asked.filter((name) => wanted.some((set) => set.name === name)).sort(byCodeUnit);
  const names = wantedNames.map((name) => ({
    name,
    sets: wanted.filter((set) => set.name === name),
    frozen: false,
    keepPublished: [],
  }));
  return { names, contributions: new Map(), claims: new Map(), loops: new Map() };
}

function refusedLines(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) =>
    change.kind === "refuse" ? [`${displayName(change.name)} ${change.type} ${change.reason}`] : [],
  );
}

function rejectedLines(result: ApplyResult): ReadonlyMap<string, string> {
  const rejected = result.kind === "applied" ? (result.rejected ?? []) : [];
  return new Map(
    rejected.map(({ write, reason, message }) => {
      const { name, type } = write.kind === "delete" ? write.before : write.after;
      return [keyOf(write), `${displayName(name)} ${type} ${reason}: ${message}`];
    }),
  );
}

function keyOf(write: Write): string {
  return rrsetKey(write.kind === "delete" ? write.before : write.after);
}

function ownedSets(owner: string, texts: readonly string[], minTtl: number): readonly RRset[] {
  const sets = wantedSets(...texts);
  const names = [...new Set(sets.map(({ name }) => name))];
  const markers = names.flatMap((name) => {
    const at = markerNameOf(name);
    const types = ALIAS_TYPES.filter((type) => sets.some((set) => set.name === name && set.type === type));
    const data = [markerData({ owner, types, resource: "web/shop" })];
    return at === undefined ? [] : [{ name: at, type: "TXT", ttl: Math.max(300, minTtl), data }];
  });
  return [...sets.map(({ name, type, ttl, data }) => ({ name, type, ttl: Math.max(ttl, minTtl), data })), ...markers];
}

async function lines(under: ContractBackend): Promise<readonly string[]> {
  const sets = await under.list();
  return sets
    .filter(({ type }) => !SERVERS_OWN.has(type))
    .map(recordLine)
    .sort(byCodeUnit);
}

/** What a server keeps by itself: the serial, signatures, proofs and keys. */
const SERVERS_OWN: ReadonlySet<string> = new Set([
  "SOA",
  "RRSIG",
  "NSEC",
  "NSEC3",
  "NSEC3PARAM",
  "DNSKEY",
  "CDS",
  "CDNSKEY",
  "TYPE65534",
]);

function recordLine({ name, type, ttl, data }: RRset): string {
  return `${name} ${ttl} ${type} ${[...data].sort(byCodeUnit).join(" | ")}`;
}
