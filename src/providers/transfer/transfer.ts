import type { Millis } from "../../base/clock.ts";
import type { DnsZone, TransferSpec } from "../../api/dns-zone.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES } from "../../dns/record.ts";
import { tsigSecret } from "../../dns/tsig/tsig-key.ts";
import type { ActualRRset, Write } from "../../plan/change.ts";
import type { SecretText } from "../backend.ts";
import { createBaseInForce, type DecideBase } from "../base-in-force.ts";
import { type BaseRead, type BaseZone, readBaseZone } from "../base-zone.ts";
import { checkedOwnerId } from "../owner-id.ts";
import { afterWrites, ownedBy, ownedRRsetProblem, type OwnedRRset } from "../owned-rrset.ts";
import type {
  ActualZone,
  ApplyRequest,
  ApplyResult,
  InputProblem,
  ReadResult,
  Rejection,
  ZoneProvider,
} from "../provider.ts";
import type { TextStore } from "../text-store.ts";
import type { AclEntry } from "./zone/acl.ts";
import type { Primary, ZoneClaim } from "./server/primary.ts";
import { firstSerial, serialAfter, serialWait } from "./zone/serials.ts";
import { MAX_CATALOG_NAME } from "./catalog/catalog-zone.ts";
import { nextHistory, oversizedRecord, type WireRRsetCache } from "./zone/next-version.ts";

export interface TransferDeps {
  readonly zone: DnsZone;
  readonly spec: TransferSpec;
  readonly base: Pick<TextStore, "location" | "read">;
  /** Undefined: the spec has no key. */
  readonly secret: SecretText | undefined;
  readonly primary: Pick<Primary, "open" | "serves" | "claim">;
  readonly ownerId: string;
  /** The published records and the serial before this process, according to the statuses. */
  readonly remembered: {
    sets(): readonly OwnedRRset[];
    serial(): number | undefined;
  };
  readonly now: () => Millis;
}

/**
 * A zone that is kept in memory, and that secondaries transfer from dnsalias. It has the base zone's records and the RRsets of
 * dnsalias. After a restart, the statuses restore the published records, so that a failing lookup removes none. The zone is not
 * served before the first plan, which creates the first version.
 */
export function createTransferProvider(deps: TransferDeps): ZoneProvider {
  checkedOwnerId(deps.ownerId);
  const { zone, spec, primary } = deps;
  const claim = primary.claim(`${zone.meta.namespace}/${zone.meta.name}`, zone.spec.domain, spec);
  const baseOf = rememberLast((text) => readTransferBase(text, zone.spec.domain, deps.base.location));
  const decideBase = createBaseInForce({ location: deps.base.location, parse: baseOf, now: deps.now });
  const lastRender: LastRender = { claim, decideBase, cache: new WeakMap() };
  return {
    id: "transfer",
    async read(ownerNames, signal) {
      const loaded = await load(deps, lastRender, signal);
      return loaded.kind === "ok" ? { kind: "ok", zone: actualZone(deps, loaded, ownerNames) } : loaded;
    },
    apply: (request, signal) => apply(deps, lastRender, request, signal),
    close: () => claim.release(),
  };
}

interface LastRender {
  readonly claim: ZoneClaim;
  readonly decideBase: DecideBase;
  readonly cache: WireRRsetCache;
}

interface Loaded {
  readonly kind: "ok";
  readonly base: BaseZone;
  readonly inputProblem: InputProblem | undefined;
  /** The permitted RRsets of dnsalias. Records of the base zone take precedence. */
  readonly sets: readonly OwnedRRset[];
  readonly revision: string;
  readonly published: ReturnType<ZoneClaim["published"]>;
}

type NotLoaded = Exclude<ReadResult, { readonly kind: "ok" }>;

async function load(
  deps: TransferDeps,
  { claim, decideBase }: LastRender,
  signal: AbortSignal,
): Promise<Loaded | NotLoaded> {
  const opened = await deps.primary.open();
  if (opened.kind === "failed") {
    return opened;
  }
  const [key, text] = await Promise.all([readKey(deps, signal), deps.base.read(signal)]);
  if (key.kind !== "ok") {
    return key;
  }
  claim.useKey(key.key);
  const published = claim.published();
  const inForce = decideBase(text, () => published?.base);
  if (inForce.kind !== "ok") {
    return inForce;
  }
  const { base, problem = catalogProblem(deps.spec) } = inForce;
  const isChecked = published?.base.fingerprint === base.fingerprint;
  const known = published?.sets ?? deps.remembered.sets();
  const sets = isChecked ? known : known.filter(({ name, type }) => base.obstacle(name, type) === undefined);
  const revision = published === undefined ? "none" : String(published.history.current.serial);
  return { kind: "ok", base, inputProblem: problem, sets, revision, published };
}

type KeyRead = { readonly kind: "ok"; readonly key: AclEntry["key"] } | NotLoaded;

async function readKey({ spec: { tsig }, secret }: TransferDeps, signal: AbortSignal): Promise<KeyRead> {
  if (tsig === undefined || secret === undefined) {
    return { kind: "ok", key: tsig === undefined ? "none" : "unread" };
  }
  const read = await secret(signal);
  if (read.kind !== "ok") {
    return read;
  }
  const bytes = tsigSecret(read.text);
  const { name, key } = tsig.secretRef;
  const message = `the Secret ${name}, key ${key}, is not a TSIG secret in base64, as tsig-keygen prints it`;
  return bytes === undefined
    ? { kind: "refused", reason: "SecretInvalid", message }
    : { kind: "ok", key: { name: tsig.keyName, algorithm: tsig.algorithm, secret: bytes } };
}

function actualZone(deps: TransferDeps, loaded: Loaded, ownerNames: readonly Name[]): ActualZone {
  const { base, inputProblem, sets, revision, published } = loaded;
  const needsWrite = reasonToWrite(deps, loaded);
  return {
    revision,
    sets: [...ownedBy(sets, deps.ownerId), ...ownerNames.flatMap((name) => obstaclesAt(base, name))],
    hosts: base.hosts,
    encloserOf: base.encloserOf,
    ...(needsWrite === undefined ? {} : { needsWrite }),
    ...(inputProblem === undefined ? {} : { inputProblem }),
    ...(published === undefined ? {} : { serial: published.history.current.serial }),
  };
}

function obstaclesAt(base: BaseZone, name: Name): readonly ActualRRset[] {
  return ALIAS_TYPES.flatMap((type) => {
    const obstacle = base.obstacle(name, type);
    return obstacle === undefined ? [] : [{ name, type, ...obstacle, owner: undefined }];
  });
}

function reasonToWrite(deps: TransferDeps, { base, published }: Loaded): ActualZone["needsWrite"] {
  if (published === undefined && !deps.primary.serves) {
    // Another process serves the zone. The statuses have its published records.
    return undefined;
  }
  if (published === undefined) {
    return { kind: "first", message: `${displayName(deps.zone.spec.domain)} is not served yet` };
  }
  return published.base.fingerprint === base.fingerprint
    ? undefined
    : { kind: "base", message: `the base zone ${deps.base.location} changed` };
}

/** Leaves out the writes that could make a secondary reject its whole zone, and reports them. */
async function apply(
  deps: TransferDeps,
  lastRender: LastRender,
  { zone, writes }: ApplyRequest,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const rejected = writes.flatMap(oversizedWrite);
  const isRejected = new Set(rejected.map(({ write }) => write));
  const others = writes.filter((write) => !isRejected.has(write));
  const result = await publish(deps, lastRender, { zone, writes: others }, signal);
  return result.kind === "applied" && rejected.length > 0 ? { ...result, rejected } : result;
}

/** BIND 9.18.28 and later transfer no zone with a larger RRset (`max-records-per-type`). */
const MAX_RECORDS = 100;

function oversizedWrite(write: Write): readonly Rejection[] {
  if (write.kind === "delete" || write.after.data.length <= MAX_RECORDS) {
    return [];
  }
  const { data, type } = write.after;
  const message = `it has ${data.length} ${type} records. Secondaries can refuse a zone with more than ${MAX_RECORDS} records of a type at a name (BIND: max-records-per-type). Remove targets or addresses from the DnsAlias`;
  return [{ write, reason: "NotSupported", message }];
}

async function publish(
  deps: TransferDeps,
  lastRender: LastRender,
  { zone, writes }: ApplyRequest,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const loaded = await load(deps, lastRender, signal);
  if (loaded.kind !== "ok") {
    return loaded;
  }
  const { base, revision, published } = loaded;
  if (revision !== zone.revision) {
    return { kind: "conflict", message: `${displayName(deps.zone.spec.domain)} changed since it was read` };
  }
  const sets = afterWrites(loaded.sets, writes);
  const stood = new Set(loaded.sets);
  const problem = firstProblem(
    base,
    sets.filter((set) => !stood.has(set)),
  );
  if (problem !== undefined) {
    return problem;
  }
  if (published !== undefined && writes.length === 0 && reasonToWrite(deps, loaded) === undefined) {
    return { kind: "applied", revision, serial: published.history.current.serial, wrote: false };
  }
  const serial = serialFor(deps, lastRender, loaded);
  const waitMs = published === undefined ? 0 : serialWait(serial, deps.now() / 1_000) * 1_000;
  if (waitMs > 0) {
    return { kind: "failed", message: "more than one change a second", retryAfterMs: waitMs, deferred: true };
  }
  const made = nextHistory(published?.history, { cache: lastRender.cache, base, sets, serial });
  if (made.kind === "refused") {
    return made;
  }
  switch (lastRender.claim.publish({ history: made.history, sets, base })) {
    case "served":
      return { kind: "applied", revision: String(serial), serial, wrote: true };
    case "replaced":
      return { kind: "conflict", message: `the DnsZone of ${displayName(deps.zone.spec.domain)} changed meanwhile` };
    case "elsewhere":
      return { kind: "failed", message: "this process does not serve zones now, because another process does" };
  }
}

function catalogProblem({ catalog }: TransferSpec): InputProblem | undefined {
  if (catalog === undefined || catalog.length <= MAX_CATALOG_NAME) {
    return undefined;
  }
  const message = `catalog zone ${displayName(catalog)} is not served: its name has ${catalog.length - 1} characters, more than the limit of ${MAX_CATALOG_NAME - 1}. The zone itself is served. Choose a shorter catalog name`;
  return { reason: "CatalogInvalid", message };
}

/** Checks a base zone for transfers. If it is valid only for zone files, the last known good one remains in effect. */
function readTransferBase(text: string, origin: Name, location: string): BaseRead {
  const read = readBaseZone(text, origin, location);
  const oversized = read.kind === "ok" ? oversizedRecord([read.base.soa, ...read.base.others]) : undefined;
  return oversized === undefined ? read : { kind: "invalid", message: `${location}: ${oversized}` };
}

/** A conflict means that the base zone has changed since it was read and now has one of the names. */
function firstProblem(base: BaseZone, sets: readonly OwnedRRset[]): ApplyResult | undefined {
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
  return undefined;
}

function serialFor({ remembered, now }: TransferDeps, { claim }: LastRender, { base, published }: Loaded): number {
  const seconds = now() / 1_000;
  return published === undefined
    ? firstSerial({ remembered: remembered.serial(), known: [claim.lastSerial(), base.serial], unixSeconds: seconds })
    : serialAfter([published.history.current.serial, base.serial], seconds);
}

/** Returns a function that remembers its result for the last text. */
function rememberLast<T>(work: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly result: T } | undefined;
  return (text) => {
    last = last?.text === text ? last : { text, result: work(text) };
    return last.result;
  };
}
