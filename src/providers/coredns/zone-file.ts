import { Buffer } from "node:buffer";
import type { Millis } from "../../base/clock.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { Capacity } from "../../plan/limit/size-limit.ts";
import type { Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES } from "../../dns/record.ts";
import { isNewerSerial, nextSerial } from "../../dns/serial.ts";
import type { ActualZone, ApplyRequest, ApplyResult, InputProblem, ReadResult, ZoneProvider } from "../provider.ts";
import { createBaseInForce, type DecideBase } from "../base-in-force.ts";
import { type BaseZone, readBaseZone } from "../base-zone.ts";
import { afterWrites, ownedBy, ownedRRsetProblem, type OwnedRRset } from "../owned-rrset.ts";
import { checkedOwnerId } from "../owner-id.ts";
import type { TextStore } from "../text-store.ts";
import { baseOfZoneText, readZoneText, recordBytes, type StoredZone, withNote, zoneRenderer } from "./zone-text.ts";

export interface ZoneFileDeps {
  readonly zone: DnsZone;
  /** The source of the records that dnsalias does not manage: a store that is only read, or {@link inlineText}. */
  readonly base: Pick<TextStore, "location" | "read">;
  /** The location of the rendered zone, which only dnsalias writes. */
  readonly store: TextStore;
  readonly ownerId: string;
  /** Former owner ids. A text with one of them belongs to this installation, and keeps the id. */
  readonly formerOwnerIds?: readonly string[];
  /** The maximum size of key and value together. Defaults to a ConfigMap's 1,048,576 bytes. */
  readonly maxBytes?: number;
  readonly now: () => Millis;
}

/**
 * Creates the provider of a whole zone file: the base zone's records, and the RRsets of dnsalias between markers. The SOA serial
 * increases exactly when another byte changes. Equal content is therefore never written twice, even by two controllers.
 */
export function createZoneFileProvider(deps: ZoneFileDeps): ZoneProvider {
  checkedOwnerId(deps.ownerId);
  const { domain } = deps.zone.spec;
  const lastRender: LastRender = {
    isOurs: false,
    decideBase: createBaseInForce({
      location: deps.base.location,
      parse: rememberLast((text) => readBaseZone(text, domain, deps.base.location)),
      now: deps.now,
    }),
    storedOf: rememberLast((text) => readZoneText(text, domain)),
  };
  return {
    id: "coreDNS/zoneFile",
    read: async (ownerNames, signal) => {
      const loaded = await load(deps, lastRender, signal);
      return loaded.kind === "ok" ? { kind: "ok", zone: actualZone(deps, loaded, ownerNames) } : loaded;
    },
    apply: (request, signal) => apply(deps, lastRender, request, signal),
  };
}

/** At most 1 MiB of ConfigMap data: keys and values together. */
const CONFIG_MAP_BYTES = 1_048_576;

/** Data that is kept between calls. If it is lost, work is repeated, and `isOurs` begins as false. */
interface LastRender {
  /** True after dnsalias has recognized its own text once. From then on it restores the text, even if another writer replaced all of it. */
  isOurs: boolean;
  /** The last serial that was written. If the text is deleted, the next one must have a higher serial. */
  serial?: number;
  /** The last valid base zone, which is also in the stored text. */
  base?: BaseZone;
  readonly decideBase: DecideBase;
  readonly storedOf: (text: string) => StoredZone;
}

interface Loaded {
  readonly kind: "ok";
  readonly base: BaseZone;
  readonly inputProblem: InputProblem | undefined;
  readonly text: string | undefined;
  readonly revision: string;
  readonly stored: StoredZone | undefined;
  /** The owner id in the text: that of this installation, or a former one. */
  readonly textOwnerId: string;
  /** Bytes of other texts at the store's location. */
  readonly otherBytes: number;
  /** The permitted RRsets of dnsalias. Records of the base zone take precedence. */
  readonly sets: readonly OwnedRRset[];
}

type NotLoaded = Exclude<ReadResult, { readonly kind: "ok" }>;

async function load(deps: ZoneFileDeps, lastRender: LastRender, signal: AbortSignal): Promise<Loaded | NotLoaded> {
  const { zone, base: source, store } = deps;
  const [baseText, text] = await Promise.all([source.read(signal), store.read(signal)]);
  if (text.kind !== "ok") {
    return text;
  }
  const stored = text.text === undefined ? undefined : lastRender.storedOf(text.text);
  const foreign = foreignOwner(deps, lastRender, text, stored);
  if (foreign !== undefined) {
    return { kind: "refused", reason: "ForeignOwner", message: foreign };
  }
  const lastGood = (): BaseZone | undefined => lastRender.base ?? baseOfZoneText(text.text ?? "", zone.spec.domain);
  const inForce = lastRender.decideBase(baseText, lastGood);
  if (inForce.kind !== "ok") {
    return inForce;
  }
  const { otherBytes = 0, revision } = text;
  const textOwnerId = text.owner ?? stored?.owner ?? deps.ownerId;
  const found = { kind: "ok", text: withNote(text.text), revision, stored, textOwnerId, otherBytes } as const;
  const loaded = { ...found, ...withRecords(stored, inForce.base), inputProblem: inForce.problem };
  const before = lastGood();
  if (inForce.problem !== undefined || before === undefined || before.fingerprint === inForce.base.fingerprint) {
    lastRender.base = inForce.base;
    return loaded;
  }
  const kept = { ...found, ...withRecords(stored, before), inputProblem: outgrown(deps, loaded) };
  const isOutgrown = bytesLeft(deps, loaded) < 0 && bytesLeft(deps, kept) >= 0;
  lastRender.base = isOutgrown ? before : inForce.base;
  return isOutgrown ? kept : loaded;
}

function withRecords(stored: StoredZone | undefined, base: BaseZone): Pick<Loaded, "base" | "sets"> {
  return { base, sets: (stored?.sets ?? []).filter(({ name, type }) => base.obstacle(name, type) === undefined) };
}

/**
 * The problem of a base zone that leaves too little space for the published names. As after any other mistake, the last known good
 * base zone remains in effect.
 */
function outgrown({ base: { location } }: ZoneFileDeps, loaded: Loaded): InputProblem {
  const bytes = loaded.base.othersText.length;
  const message = `${location}: its ${bytes} bytes and the records of the aliases exceed the limit of the zone. Make the base zone smaller, or publish the zone with provider.transfer. The last known good base zone remains in effect`;
  return { reason: "ZoneTooLarge", message };
}

function foreignOwner(
  { store, ownerId, formerOwnerIds = [] }: ZoneFileDeps,
  lastRender: LastRender,
  text: { readonly text: string | undefined; readonly owner: string | undefined },
  stored: StoredZone | undefined,
): string | undefined {
  const owner = text.owner ?? stored?.owner;
  if (owner !== undefined && owner !== ownerId && !formerOwnerIds.includes(owner)) {
    return `${store.location} belongs to the dnsalias owner "${owner}", and the id of this installation is "${ownerId}": use another location, or the same owner id`;
  }
  const isBlank = text.text === undefined || text.text.trim() === "";
  if (owner === undefined && !isBlank && !lastRender.isOurs) {
    return `${store.location} has a text that dnsalias did not write: choose another location, or delete the text`;
  }
  lastRender.isOurs ||= owner !== undefined;
  return undefined;
}

function actualZone(deps: ZoneFileDeps, loaded: Loaded, ownerNames: readonly Name[]): ActualZone {
  const { base, inputProblem, revision, stored, sets } = loaded;
  const capacity = capacityOf(deps, loaded);
  const needsWrite = reasonToWrite(deps, loaded);
  const obstacles = ownerNames.flatMap((name) => obstaclesAt(base, name));
  const ours = ownedBy(sets, deps.ownerId);
  return {
    revision,
    sets: [...ours, ...obstacles],
    hosts: base.hosts,
    encloserOf: base.encloserOf,
    ...(needsWrite === undefined ? {} : { needsWrite }),
    ...(inputProblem === undefined ? {} : { inputProblem }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(stored?.serial === undefined ? {} : { serial: stored.serial }),
  };
}

function obstaclesAt(base: BaseZone, name: Name): readonly ActualRRset[] {
  return ALIAS_TYPES.flatMap((type) => {
    const obstacle = base.obstacle(name, type);
    return obstacle === undefined ? [] : [{ name, type, ...obstacle, owner: undefined }];
  });
}

function reasonToWrite(
  deps: ZoneFileDeps,
  { base, text, stored, textOwnerId, sets }: Loaded,
): ActualZone["needsWrite"] {
  const { location } = deps.store;
  if (text === undefined || stored === undefined || text.trim() === "") {
    return { kind: "first", message: `${location} is not there yet` };
  }
  if (stored.serial !== undefined && zoneRenderer(base, sets, textOwnerId)(stored.serial) === text) {
    return undefined;
  }
  // If the numbers of RRsets differ, an earlier release published records of dnsalias at a name of the base zone.
  return stored.base === base.fingerprint && stored.sets.length === sets.length
    ? {
        kind: "foreign-edit",
        message: `another writer changed ${location}: the change is reverted. Change ${deps.base.location} instead`,
      }
    : { kind: "base", message: `the base zone ${deps.base.location} changed` };
}

async function apply(
  deps: ZoneFileDeps,
  lastRender: LastRender,
  { zone, writes }: ApplyRequest,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const loaded = await load(deps, lastRender, signal);
  if (loaded.kind !== "ok") {
    return loaded;
  }
  if (loaded.revision !== zone.revision) {
    return { kind: "conflict", message: `${deps.store.location} changed since it was read` };
  }
  const made = makeText(deps, loaded, afterWrites(loaded.sets, writes), lastRender.serial);
  if (made.kind !== "made") {
    return made;
  }
  if (made.text === loaded.text) {
    return { kind: "applied", revision: loaded.revision, serial: made.serial, wrote: false };
  }
  const written = await deps.store.write(made.text, loaded.revision, signal);
  if (written.kind !== "written") {
    return written;
  }
  lastRender.isOurs = true;
  lastRender.serial = made.serial;
  return { kind: "applied", revision: written.revision, serial: made.serial, wrote: true };
}

type Made =
  | { readonly kind: "made"; readonly text: string; readonly serial: number }
  /** The base zone has changed since it was read, and now has one of the names. */
  | { readonly kind: "conflict"; readonly message: string }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string };

function makeText(
  deps: ZoneFileDeps,
  { base, text, stored, textOwnerId }: Loaded,
  sets: readonly OwnedRRset[],
  written: number | undefined,
): Made {
  for (const set of sets) {
    const obstacle = base.obstacle(set.name, set.type);
    if (obstacle !== undefined) {
      return { kind: "conflict", message: obstacle.note };
    }
    const message = ownedRRsetProblem(set);
    if (message !== undefined) {
      return { kind: "refused", reason: "ForeignRecord", message };
    }
  }
  const render = zoneRenderer(base, sets, textOwnerId);
  const served = stored?.serial ?? written;
  if (served !== undefined && render(served) === text) {
    return { kind: "made", text, serial: served };
  }
  const last = served === undefined || isNewerSerial(base.serial, served) ? base.serial : served;
  const serial = nextSerial(last, deps.now() / 1000);
  return fitting(deps, render(serial), serial);
}

function fitting({ zone, maxBytes = CONFIG_MAP_BYTES }: ZoneFileDeps, text: string, serial: number): Made {
  const bytes = Buffer.byteLength(text) + keyBytes(zone);
  if (bytes > maxBytes) {
    const message = `the rendered zone has ${bytes} bytes, and the limit is ${maxBytes}: make the zone smaller, or publish it with provider.transfer, which has no such limit`;
    return { kind: "refused", reason: "ZoneTooLarge", message };
  }
  return { kind: "made", text, serial };
}

/** Undefined: a file has no size limit. */
function capacityOf(deps: ZoneFileDeps, { base, textOwnerId, otherBytes }: Loaded): Capacity | undefined {
  const { zone, maxBytes = CONFIG_MAP_BYTES } = deps;
  if (maxBytes === Infinity) {
    return undefined;
  }
  const empty = zoneRenderer(base, [], textOwnerId)(MAX_SERIAL);
  return {
    maxBytes: maxBytes - otherBytes - keyBytes(zone) - Buffer.byteLength(empty),
    sizeOf: (sets) => sets.reduce((sum, set) => sum + recordBytes(set), 0),
    reason: "ZoneTooLarge",
    message: `the rendered zone has reached its limit of ${maxBytes} bytes: make the zone smaller, or publish it with provider.transfer, which has no such limit`,
  };
}

const MAX_SERIAL = 2 ** 32 - 1;

function bytesLeft(deps: ZoneFileDeps, loaded: Loaded): number {
  const capacity = capacityOf(deps, loaded);
  return capacity === undefined ? Infinity : capacity.maxBytes - capacity.sizeOf(loaded.sets);
}

function keyBytes({ spec: { provider } }: DnsZone): number {
  return provider.kind === "coreDNSZoneFile" ? Buffer.byteLength(provider.zoneFile.configMap.key) : 0;
}

/** Returns a function that remembers its result for the last text. */
function rememberLast<T>(work: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly result: T } | undefined;
  return (text) => {
    last = last?.text === text ? last : { text, result: work(text) };
    return last.result;
  };
}
