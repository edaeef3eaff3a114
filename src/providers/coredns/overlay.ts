import { Buffer } from "node:buffer";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { Capacity } from "../../plan/limit/size-limit.ts";
import type { Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES } from "../../dns/record.ts";
import { closestEnclosers } from "../../dns/zone-file/closest-encloser.ts";
import type { ActualZone, ApplyRequest, ApplyResult, ReadResult, ZoneProvider } from "../provider.ts";
import { parseCorefile } from "./corefile.ts";
import type { CorefileListener } from "./corefile-listeners.ts";
import { isIntact, namesOf, partOverhead, renderBlocks, renderPart } from "./overlay-block.ts";
import { type OverlayFile, type OverlayFileRead, readOverlayFile } from "./overlay-file.ts";
import { replacePart } from "./overlay-part.ts";
import { checkedOwnerId } from "../owner-id.ts";
import { afterWrites, ownedBy, ownedRRsetProblem, type OwnedRRset } from "../owned-rrset.ts";
import type { TextStore } from "../text-store.ts";

export interface OverlayDeps {
  readonly zone: DnsZone;
  /** The Corefile key, which also contains sections of other zones, and blocks of users. */
  readonly store: TextStore;
  readonly ownerId: string;
  /** Former owner ids. A section with one of them belongs to this installation, and keeps the id. */
  readonly formerOwnerIds?: readonly string[];
  /** The listener of the blocks if the text has no block for ".". Defaults to port 53 of all addresses. */
  readonly listener?: CorefileListener;
  /** The maximum size of the store's text. Defaults to a ConfigMap's 1,048,576 bytes. */
  readonly maxBytes?: number;
}

/**
 * Creates the provider of one marked section of a Corefile. The section has a server block for each hostname, which answers only A,
 * AAAA and HTTPS queries for this name. The provider never changes a byte outside the sections of this installation. It writes only
 * a file with which CoreDNS can start: it repairs the damaged sections of other DnsZones of this installation, and refuses a file
 * that it can't repair.
 */
export function createOverlayProvider(deps: OverlayDeps): ZoneProvider {
  checkedOwnerId(deps.ownerId);
  const { provider } = deps.zone.spec;
  const maxNames = provider.kind === "coreDNSOverlay" ? provider.overlay.maxNames : DEFAULT_MAX_NAMES;
  return {
    id: "coreDNS/overlay",
    maxNames,
    read: async (ownerNames, signal) => {
      const loaded = await load(deps, signal);
      return loaded.kind === "ok" ? { kind: "ok", zone: actualZone(deps, loaded, ownerNames) } : loaded;
    },
    apply: (request, signal) => apply(deps, maxNames, request, signal),
  };
}

const DEFAULT_MAX_NAMES = 500;
const DEFAULT_LISTENER: CorefileListener = { suffix: ":53", port: "53", bind: [] };
/** At most 1 MiB of ConfigMap data. */
const CONFIG_MAP_BYTES = 1_048_576;

interface Loaded {
  readonly kind: "ok";
  readonly text: string;
  /** Bytes of other texts at the store's location. */
  readonly otherBytes: number;
  readonly revision: string;
  readonly file: OverlayFile;
}

type NotLoaded = Exclude<ReadResult, { readonly kind: "ok" }>;

async function load(deps: OverlayDeps, signal: AbortSignal): Promise<Loaded | NotLoaded> {
  const { zone, store, ownerId, formerOwnerIds = [] } = deps;
  const text = await store.read(signal);
  if (text.kind !== "ok") {
    return text;
  }
  if (text.text === undefined && !mayCreate(zone)) {
    const message = `${store.location} does not exist: set the key of your Corefile, or a key that ends in .server and that the Corefile imports`;
    return { kind: "refused", reason: "CorefileInvalid", message };
  }
  const found = readText(deps, text.text ?? "");
  if (found.kind === "invalid") {
    const message = `${store.location} is not modified: ${found.message}`;
    return { kind: "refused", reason: "CorefileInvalid", message };
  }
  const { owner, line } = found.file;
  if (owner !== undefined && owner !== ownerId && !formerOwnerIds.includes(owner)) {
    const message = `the part of ${keyOf(zone)} in ${store.location}, line ${line}, belongs to the dnsalias owner "${owner}". The id of this installation is "${ownerId}". Use the same owner id, or remove the part with its markers`;
    return { kind: "refused", reason: "ForeignOwner", message };
  }
  const { otherBytes = 0, revision } = text;
  return { kind: "ok", text: text.text ?? "", otherBytes, revision, file: found.file };
}

function readText({ zone, ownerId, formerOwnerIds = [], listener }: OverlayDeps, text: string): OverlayFileRead {
  return readOverlayFile(text, { zone: keyOf(zone), ownerId, formerOwnerIds, fallback: listener ?? DEFAULT_LISTENER });
}

/** dnsalias creates only a missing `*.server` key. A Corefile with only blocks of dnsalias would disable the DNS of the cluster. */
function mayCreate({ spec: { provider } }: DnsZone): boolean {
  return provider.kind === "coreDNSOverlay" && provider.overlay.configMap.key.endsWith(".server");
}

function actualZone(deps: OverlayDeps, loaded: Loaded, ownerNames: readonly Name[]): ActualZone {
  const { revision, file } = loaded;
  const needsWrite = reasonToWrite(deps, file);
  const capacity = capacityOf(deps, loaded);
  const obstacles = ownerNames.flatMap((name) => obstaclesAt(file, name));
  return {
    revision,
    sets: [...ownedBy(file.sets, deps.ownerId), ...obstacles],
    // A wildcard answers the A and AAAA queries for every name below it that has no block of its own.
    encloserOf: closestEnclosers(deps.zone.spec.domain, []),
    ...(needsWrite === undefined ? {} : { needsWrite }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(file.warning === undefined ? {} : { warning: file.warning }),
  };
}

/** Undefined: a file has no size limit. */
function capacityOf(deps: OverlayDeps, { text, file, otherBytes }: Loaded): Capacity | undefined {
  const { maxBytes = CONFIG_MAP_BYTES, store, zone, ownerId } = deps;
  const { owner = ownerId } = file;
  const { domain } = zone.spec;
  const { listeners } = file;
  const names = namesOf(file.sets);
  const others = Buffer.byteLength(text) - Buffer.byteLength(file.part ?? "");
  return maxBytes === Infinity
    ? undefined
    : {
        maxBytes: maxBytes - otherBytes - others - partOverhead(keyOf(zone), owner),
        sizeOf: (sets) => Buffer.byteLength(renderBlocks({ domain, listeners, sets }, names)),
        reason: "OverlayFull",
        message: `${store.location} has reached its limit of ${maxBytes} bytes: remove names, or use the zoneFile delivery`,
      };
}

function obstaclesAt(file: OverlayFile, name: Name): readonly ActualRRset[] {
  const note = file.obstacle(name);
  return note === undefined
    ? []
    : ALIAS_TYPES.map((type) => ({ name, type, ttl: 0, data: [], owner: undefined, note }));
}

function reasonToWrite(deps: OverlayDeps, file: OverlayFile): ActualZone["needsWrite"] {
  const { location } = deps.store;
  if (file.part === undefined || file.part === partOf(deps, file, file.sets)) {
    const [first, ...more] = file.repairs;
    const others = more.length === 0 ? "" : `, and ${more.length} more`;
    return first === undefined ? undefined : { kind: "base", message: `${location}: ${first}${others}` };
  }
  return !isIntact(file.part)
    ? {
        kind: "foreign-edit",
        message: `another writer changed the dnsalias section of ${location}: the change is reverted`,
      }
    : {
        kind: "base",
        message: `the root block or the server blocks of names in ${location} changed, so the dnsalias section changes too`,
      };
}

async function apply(
  deps: OverlayDeps,
  maxNames: number,
  { zone, writes }: ApplyRequest,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const loaded = await load(deps, signal);
  if (loaded.kind !== "ok") {
    return loaded;
  }
  if (loaded.revision !== zone.revision) {
    return { kind: "conflict", message: `${deps.store.location} changed since it was read` };
  }
  const sets = afterWrites(loaded.file.sets, writes);
  const refused = refusalOf(loaded.file, sets, maxNames);
  if (refused !== undefined) {
    return refused;
  }
  const part = partOf(deps, loaded.file, sets);
  const text = replacePart(loaded.file.segments, keyOf(deps.zone), part);
  if (text === loaded.text) {
    return { kind: "applied", revision: loaded.revision, wrote: false };
  }
  const unsafe = unsafeBecause(deps, text);
  if (unsafe !== undefined) {
    return unsafe;
  }
  const written = await deps.store.write(text, loaded.revision, signal);
  return written.kind === "written" ? { kind: "applied", revision: written.revision, wrote: true } : written;
}

function partOf({ zone, ownerId }: OverlayDeps, file: OverlayFile, sets: readonly OwnedRRset[]): string {
  const { owner = ownerId, listeners } = file;
  return renderPart({ zone: keyOf(zone), domain: zone.spec.domain, owner, listeners, sets });
}

type Refused = Extract<ApplyResult, { readonly kind: "refused" }>;

function refusalOf(file: OverlayFile, sets: readonly OwnedRRset[], maxNames: number): Refused | undefined {
  const names = new Set(sets.map(({ name }) => name));
  if (names.size > maxNames) {
    const message = `${names.size} names are over the overlay's limit of ${maxNames}: raise maxNames, or use the zoneFile delivery`;
    return { kind: "refused", reason: "OverlayFull", message };
  }
  for (const set of sets) {
    const obstacle = file.obstacle(set.name);
    const message = obstacle === undefined ? ownedRRsetProblem(set) : `${obstacle}: remove one of the two`;
    if (message !== undefined) {
      return { kind: "refused", reason: "ForeignRecord", message };
    }
  }
  return undefined;
}

/** Returns the refusal of a text that is too large, or with which CoreDNS can't start. */
function unsafeBecause(deps: OverlayDeps, text: string): Refused | undefined {
  const { store, maxBytes = CONFIG_MAP_BYTES } = deps;
  if (Buffer.byteLength(text) > maxBytes) {
    const message = `${store.location} would exceed its limit of ${maxBytes} bytes: remove names, or use the zoneFile delivery`;
    return { kind: "refused", reason: "OverlayFull", message };
  }
  const whole = parseCorefile(text);
  const read = readText(deps, text);
  if (whole.kind === "ok" && read.kind === "ok" && read.file.repairs.length === 0) {
    return undefined;
  }
  const why =
    whole.kind === "invalid" ? `line ${whole.line}: ${whole.message}` : read.kind === "invalid" ? read.message : "";
  return {
    kind: "refused",
    reason: "CorefileInvalid",
    message: `not written, because CoreDNS could not read it: ${why}`,
  };
}

function keyOf({ meta }: DnsZone): ObjectKey {
  return `${meta.namespace}/${meta.name}`;
}
