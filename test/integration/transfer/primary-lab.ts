import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import type { Logger } from "../../../src/base/log.ts";
import type { DnsZone, TransferSpec } from "../../../src/api/dns-zone.ts";
import { parseAddress } from "../../../src/dns/address/address.ts";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import type { Family } from "../../../src/dns/record.ts";
import type { OwnedRRset } from "../../../src/providers/owned-rrset.ts";
import type { ActualRRset, Write } from "../../../src/plan/change.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { createPrimary, type Primary } from "../../../src/providers/transfer/server/primary.ts";
import { createTransferProvider } from "../../../src/providers/transfer/transfer.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { freePort } from "../../support/free-port.ts";
import { zone as zoneObject } from "../../support/objects.ts";
import { zoneText } from "../../support/zone-text.ts";
import { inlineText } from "../../../src/providers/text-store.ts";

export const SIGNAL = new AbortController().signal;
export const KEY = { name: "transfer-key", secret: Buffer.from("a secret of thirty-two octets ..").toString("base64") };

/** How requests for zones were answered, and NOTIFYs ended, since the start. */
export interface Counts {
  readonly transfers: Map<string, number>;
  readonly notifies: Map<string, number>;
}

export interface PrimaryLab extends AsyncDisposable, DnsEndpoint {
  readonly counts: Counts;
  readonly primary: Primary;
  /** The DnsZones that are known, by namespace/name. */
  readonly known: Set<string>;
  zone(domain: string, options?: ZoneOptions): LabZone;
  /** Another replica leads, until this one does again. */
  loseLead(): void;
  lead(): void;
  /** Ends the process, so to speak, and begins it again on the same port; the zones have to be made again. */
  restart(): Promise<void>;
}

export interface ZoneOptions {
  readonly notify?: TransferSpec["notify"];
  readonly isKeyed?: boolean;
  readonly catalog?: string;
  readonly allow?: TransferSpec["allow"];
  /** Lines of the base zone beside SOA and NS. */
  readonly base?: readonly string[];
  /** What statuses say of the time before. */
  readonly remembered?: { readonly sets: readonly OwnedRRset[]; readonly serial: number };
}

export interface LabZone {
  readonly provider: ZoneProvider;
  /** Makes the addresses those of the name (by default the apex), as a plan would; gives the serial. */
  publish(addresses: readonly string[], name?: string): Promise<number>;
  sets(): Promise<readonly ActualRRset[]>;
}

const LOG: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // Tests look at what happened.
}

/** Our primary in this process, on a free port. */
export async function startPrimaryLab(host = "127.0.0.1"): Promise<PrimaryLab> {
  const port = await freePort(host);
  const counts: Counts = { transfers: new Map(), notifies: new Map() };
  const known = new Set<string>();
  let running = start({ host, port }, counts, known);
  return {
    host,
    port,
    counts,
    known,
    get primary() {
      return running.primary;
    },
    zone: (domain, options = {}) => labZone(running.primary, known, domain, options),
    loseLead: () => running.loseLead(),
    lead: () => running.lead(),
    async restart() {
      await running.end();
      running = start({ host, port }, counts, known);
    },
    [Symbol.asyncDispose]: () => running.end(),
  };
}

function start(at: DnsEndpoint, counts: Counts, known: ReadonlySet<string>) {
  let term = new AbortController();
  const primary = createPrimary({
    listen: [at],
    clock: systemClock,
    wallNow: () => Math.floor(Date.now() / 1_000),
    random: Math.random,
    log: LOG,
    catalogued: () => [...known],
    observe: {
      transfer: (kind) => count(counts.transfers, kind),
      notify: (kind) => count(counts.notifies, kind),
    },
  });
  const lead = (): void => {
    term = new AbortController();
    primary.lead(term.signal);
  };
  lead();
  return {
    primary,
    lead,
    loseLead: () => term.abort(),
    async end() {
      term.abort();
      await primary[Symbol.asyncDispose]();
    },
  };
}

function count(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

function labZone(primary: Primary, known: Set<string>, domain: string, options: ZoneOptions): LabZone {
  const { notify = [], isKeyed = false, catalog, base = [], remembered } = options;
  const spec: TransferSpec = {
    base: { kind: "inline", text: zoneText(base, { ttl: 5 }) },
    allow: options.allow ?? [{ address: "127.0.0.1", prefix: 32 }],
    ...(isKeyed
      ? {
          tsig: {
            keyName: parseName(KEY.name),
            algorithm: "hmac-sha256",
            secretRef: { name: "transfer", key: "secret" },
          },
        }
      : {}),
    notify,
    ...(catalog === undefined ? {} : { catalog: parseName(catalog) }),
  };
  const zone: DnsZone = zoneObject(`dns/${domain}`, domain);
  known.add(`dns/${domain}`);
  const provider = createTransferProvider({
    zone,
    spec,
    base: inlineText(zoneText(base, { ttl: 5 }), "the test"),
    secret: isKeyed ? () => Promise.resolve({ kind: "ok", text: KEY.secret }) : undefined,
    primary,
    ownerId: "test",
    remembered: { sets: () => remembered?.sets ?? [], serial: () => remembered?.serial },
    now: () => systemClock.now(),
  });
  return {
    provider,
    publish: (addresses, name = domain) => publish(provider, name, addresses),
    sets: async () => (await read(provider)).sets,
  };
}

async function read(provider: ZoneProvider) {
  const result = await provider.read([], SIGNAL);
  assert.ok(result.kind === "ok", JSON.stringify(result));
  return result.zone;
}

async function publish(provider: ZoneProvider, name: string, addresses: readonly string[]): Promise<number> {
  const zone = await read(provider);
  const owner = parseOwnerName(name);
  const families: readonly Family[] = ["A", "AAAA"];
  const writes = families.flatMap((type): readonly Write[] => {
    const before = zone.sets.find((set) => set.name === owner && set.type === type);
    const ours = addresses.filter((address) => (address.includes(":") ? "AAAA" : "A") === type);
    const after = {
      name: owner,
      type,
      ttl: 5,
      data: ours.map((text) => parseAddress(text) ?? text),
      resources: [],
    };
    if (ours.length === 0) {
      return before === undefined ? [] : [{ kind: "delete", before }];
    }
    return before === undefined ? [{ kind: "create", after }] : [{ kind: "update", before, after }];
  });
  let result = await provider.apply({ zone, writes }, SIGNAL);
  while (result.kind === "failed" && result.deferred === true) {
    await systemClock.sleep(result.retryAfterMs ?? 0, SIGNAL);
    result = await provider.apply({ zone, writes }, SIGNAL);
  }
  assert.ok(result.kind === "applied" && result.serial !== undefined, JSON.stringify(result));
  return result.serial;
}
