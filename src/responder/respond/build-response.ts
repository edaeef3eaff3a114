import { type AnyAddress, textOfAddress } from "../../transport/address-words.ts";
import type { Millis } from "../../base/clock.ts";
import { HEADER_BYTES } from "../../dns/wire/wire-reader.ts";
import type { Name } from "../../dns/name/name.ts";
import { nameFromWire } from "../../dns/name/name-wire.ts";
import type { Family } from "../../dns/record.ts";
import { CLASS } from "../../dns/registry.ts";
import type { Subnet } from "../../dns/address/subnet.ts";
import { answer } from "../answer/answer.ts";
import type { LiveUse, ReadyAnswer } from "../answer/answer-types.ts";
import { createTurns, type DnsClient } from "../client/dns-client.ts";
import { answerOption, subnetOfClient, type DnsClientSubnet } from "../client/client-subnet.ts";
import type { ClientAnswer } from "../answer-source.ts";
import { answerFor } from "../live/client-answer.ts";
import { lastResort, usable, type LiveCacheEntry } from "../live/live-cache.ts";
import { variantFor, variantOf } from "./weighted-variant.ts";
import { prepare, type CachedResponse } from "./cached-response.ts";
import type { Query } from "../packet/query.ts";
import type { RespondDeps } from "./respond-deps.ts";
import type { ZoneTable } from "../zone/zone-table.ts";
import type { ZoneView } from "../zone/zone-view.ts";

/** A response. `foreign`: the name is in no zone of this server. `malformed`: the client subnet is malformed. */
export type Made = CachedResponse | "foreign" | "malformed";

/** Answers a query without a cached response: from its zone, and after a lookup of its addresses if one is needed. */
export interface SlowPath {
  /** Never rejects. */
  answer(query: Query, client: DnsClient, now: Millis): Made | Promise<Made>;
  /** True if a new response would equal the cached one, except for TTLs. */
  stands(response: CachedResponse, now: Millis): boolean;
}

export function isSettled(made: Made | Promise<Made>): made is Made {
  return !(made instanceof Promise);
}

export function createSlowPath(deps: RespondDeps): SlowPath {
  const { zoneTable, liveCache, responses: packets, counters, clock } = deps;
  const turnOf = createTurns();

  const attempt = (rotation: ResponseInput, now: Millis): CachedResponse | Promise<Made> => {
    const { query, name, view, settled } = rotation;
    const live = (alias: Name, family: Family): ClientAnswer | undefined => {
      const entry = liveCache.entry(questionOf(rotation, alias, family));
      const known = settled.has(entry) ? (usable(entry, now) ?? lastResort(entry, now)) : usable(entry, now);
      return known && answerFor(known, known.kind === "weighted" ? turnOf(rotation.network) : 0);
    };
    const isElsewhere = (other: Name): boolean => zoneTable.zones.zoneOf(other) !== view;
    for (;;) {
      const result = answer(view, { name, type: query.type, class: CLASS.IN }, { live, now, isElsewhere });
      if (result.kind === "answer") {
        return finish({ ...deps, turnOf }, rotation, result, now);
      }
      const entry = liveCache.entry(questionOf(rotation, result.alias, result.family));
      settled.add(entry);
      const waiting = liveCache.wait(entry);
      if (waiting !== undefined) {
        counters.waitedForLookup += 1;
        return waiting.then(() => after(rotation));
      }
    }
  };

  /** Another query that waited for the same live answer may already have cached the response. */
  const after = (rotation: ResponseInput): Made | Promise<Made> => {
    const now = clock.now();
    const { view, query, client } = rotation;
    const known = view.clientSubnet ? undefined : variantFor(packets.find(query), client, turnOf);
    return known !== undefined && isUnchanged(known, zoneTable, now) ? known : attempt(rotation, now);
  };

  return {
    stands: (response, now) => isUnchanged(response, zoneTable, now),
    answer: (query, client, now) => {
      const name = nameOf(query.bytes);
      const view = zoneTable.zones.zoneOf(name, query.type);
      if (view === undefined) {
        return "foreign";
      }
      const { option, read } = subnetFor(view, query, client);
      if (read.kind === "malformed") {
        return read.kind;
      }
      const { subnet } = read;
      const network = subnet?.address ?? client.address;
      const { epoch } = zoneTable;
      return attempt({ query, client, name, view, subnet, network, option, epoch, settled: new Set() }, now);
    },
  };
}

interface FinishDeps extends RespondDeps {
  readonly turnOf: (address: AnyAddress) => number;
}

function finish(
  { zoneTable, liveCache, responses: packets, turnOf }: FinishDeps,
  rotation: ResponseInput,
  ready: ReadyAnswer,
  now: Millis,
): CachedResponse {
  const { query, name, view, epoch, option, network } = rotation;
  const isScoped = view.clientSubnet && ready.uses.some((use) => use.section === "answers");
  const slotOf = ({ alias, family }: LiveUse): LiveCacheEntry => liveCache.entry(questionOf(rotation, alias, family));
  const variant = variantOf(ready.uses.map(slotOf), {
    turn: () => turnOf(network),
    known: () => {
      const known = packets.find(query);
      return known !== undefined && isUnchanged(known, zoneTable, now) ? known : undefined;
    },
  });
  const response = prepare({
    name,
    type: query.type,
    view,
    epoch,
    answer: ready,
    now,
    slotOf,
    byWeight: typeof variant === "string" ? undefined : variant,
    ...(option !== undefined && { subnetOption: answerOption(option, isScoped ? scopeOf(rotation, ready) : 0) }),
  });
  if (!isScoped && option === undefined && response.validUntil > now && variant !== "mixed") {
    response.byWeight?.all.set(response.byWeight.choice, response);
    packets.keep(query, response);
  }
  return response;
}

function isUnchanged(response: CachedResponse, zoneTable: ZoneTable, now: Millis): boolean {
  if (now >= response.validUntil) {
    return false;
  }
  for (const use of response.uses) {
    if (use.entry.version !== use.version) {
      return false;
    }
  }
  if (response.epoch !== zoneTable.epoch) {
    if (zoneTable.zones.zoneOf(nameOf(response.bytes), response.type) !== response.view) {
      return false;
    }
    response.epoch = zoneTable.epoch;
  }
  return true;
}

function subnetFor(
  { clientSubnet }: ZoneView,
  { edns }: Query,
  { address }: DnsClient,
): { readonly option: Uint8Array | undefined; readonly read: DnsClientSubnet } {
  const option = clientSubnet ? edns?.subnet : undefined;
  return { option, read: clientSubnet ? subnetOfClient(option, textOfAddress(address)) : NOBODY };
}

const NOBODY: DnsClientSubnet = { kind: "asker" };

/** One query in progress. */
interface ResponseInput {
  readonly query: Query;
  readonly client: DnsClient;
  readonly name: Name;
  readonly view: ZoneView;
  readonly epoch: number;
  readonly subnet: Subnet | undefined;
  /** An address of the network whose share of weighted addresses is returned. */
  readonly network: AnyAddress;
  readonly option: Uint8Array | undefined;
  /** Entries for which the query has already waited. Their current answers are used. */
  readonly settled: Set<LiveCacheEntry>;
}

function questionOf({ view, subnet }: ResponseInput, name: Name, family: Family): LiveCacheEntry["question"] {
  return { zone: view.domain, name, family, ...(subnet !== undefined && { subnet }) };
}

/** Scope of the addresses in the answer. Records other than those of an alias are the same for all clients. */
function scopeOf({ subnet }: ResponseInput, { uses }: ReadyAnswer): number | undefined {
  const live = uses.find((use: LiveUse) => use.section === "answers")?.live;
  return subnet === undefined ? undefined : (live?.scope ?? 0);
}

/** The name of a question that is well formed. */
function nameOf(bytes: Uint8Array): Name {
  return nameFromWire(bytes.subarray(HEADER_BYTES));
}
