import type { Clock, Random } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { BaseZoneSpec, DnsZone } from "../../api/dns-zone.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { EncloserOf } from "../../dns/zone-file/closest-encloser.ts";
import type { ServedZone } from "../../responder/answer-source.ts";
import type { QueueObserver } from "../../schedule/work-queue.ts";
import type { ServedBase } from "./served-base.ts";
import type { Store } from "../inventory/store.ts";

/** The responder in the form that the controller uses. */
export interface ResponderPort {
  readBase(zone: DnsZone, base: BaseZoneSpec, signal: AbortSignal): Promise<BaseText>;
  /**
   * The last base zone that was published with this zone's records, if a location keeps it beyond a restart. Called only if the
   * base zone can't be used.
   */
  lastGoodBase?(zone: DnsZone, signal: AbortSignal): Promise<string | undefined>;
  /** Replaces the whole zone. The previous version is served until then. Returns at once. */
  setZone(zone: ServedZone): void;
  removeZone(domain: Name): void;
  /** Reports changed answers for these hostnames. */
  changed(domain: Name, names: readonly Name[]): void;
  /** A lookup started because a query waits for it. */
  lookupStarted(): void;
}

/** The text of a base zone. An undefined `text`: the base zone does not exist. `location` is for messages to users. */
export type BaseText =
  | { readonly kind: "ok"; readonly text: string | undefined; readonly location: string }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

export interface ZoneSyncDeps {
  readonly port: Pick<ResponderPort, "readBase" | "lastGoodBase" | "setZone" | "removeZone" | "changed">;
  readonly store: Pick<
    Store,
    | "zone"
    | "claimsIn"
    | "claimsVersion"
    | "missingConsents"
    | "zonesOfName"
    | "former"
    | "admits"
    | "reservedZones"
    | "namesLeftReserved"
    | "reservedHostnames"
    | "unreadHostnames"
  >;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly observe: QueueObserver;
  /** Receives the closest enclosers among the records of a base zone. Undefined: the zone isn't served any more. */
  readonly recordBase: (zone: ObjectKey, encloserOf: EncloserOf | undefined) => void;
  /** Called once for each problem of a zone that is not served, or that is served with an older base zone. */
  readonly onProblem: (zone: DnsZone, problem: SyncProblem) => void;
}

export interface SyncProblem {
  /** A reason of docs/reasons.md. */
  readonly reason: "NotServed" | "ServedOutOfDate";
  readonly message: string;
}

/** The last version of a zone that was sent to the responder, and its inputs. */
interface Served {
  readonly domain: Name;
  readonly zone: ObjectKey;
  readonly uid: string;
  readonly generation: number;
  readonly claims: number;
  readonly text: string;
  readonly serial: number;
  /** The names that the zone excludes, as text. */
  readonly reserved: string;
  /** The names of unreadable aliases, as text. */
  readonly unread: string;
  /** The names of the zone that other zones have now, as text. */
  readonly leaving: string;
}

/** A valid base zone, and its text. */
export interface ReadBase {
  readonly zone: ObjectKey;
  readonly text: string;
  readonly base: ServedBase;
}

export interface ZoneSyncState {
  /** The zones of each domain, served or not. */
  readonly byDomain: Map<string, Set<ObjectKey>>;
  readonly domainOf: Map<ObjectKey, Name>;
  readonly served: Map<string, Served>;
  /** The last valid base zone of each zone. */
  readonly bases: Map<string, ReadBase>;
  /** The last reported problem of each zone. */
  readonly reported: Map<ObjectKey, string>;
  /** For each zone, the names that other zones have now, with the namespace that had each name here. */
  readonly leaving: Map<ObjectKey, Map<Name, { readonly namespace: string | undefined }>>;
  /** Domains that have not been handled yet. */
  readonly unhandled: Set<string>;
}
