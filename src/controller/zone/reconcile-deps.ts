import type { Clock } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { ActualZone } from "../../providers/provider.ts";
import type { MayNotDelete } from "../inventory/unreadable-names.ts";
import type { FindingDeps } from "./findings.ts";
import type { GuardedDeps, UnfinalizedDeps } from "./guarded-writes.ts";
import type { Departures } from "./moves.ts";

export interface ReconcileDeps extends FindingDeps, UnfinalizedDeps, GuardedDeps {
  readonly ownerId: string;
  readonly clock: Clock;
  readonly plan: (zone: DnsZone) => ZonePlan;
  /** Why the zone may not be written. Undefined: it may be written. */
  readonly refusalOf: (zone: DnsZone) => { readonly reason: string; readonly message: string } | undefined;
  /** Returns the test for names whose records remain although no known alias has them. */
  readonly mayNotDelete: (zone: DnsZone) => MayNotDelete;
  /** False while another replica leads. The zone is then planned, but not written. */
  readonly mayWrite: () => boolean;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
  /** Names without an alias that can still have records of dnsalias. */
  readonly formerNames: (zone: DnsZone) => readonly Name[];
  /** Names whose existence the backend has to report, because a wildcard of the zone may answer for them. */
  readonly targetNames: (zone: DnsZone) => readonly Name[];
  /** Stores the state of the backend. Returns true if names may now lead back to themselves, or no longer do. */
  readonly recordRead: (zone: ObjectKey, actual: ActualZone) => boolean;
  readonly departures: Departures;
  /** Removes RRsets that another DnsZone on the same server writes. */
  readonly setsHere: (
    zone: DnsZone,
    queried: ReadonlySet<Name>,
    sets: readonly ActualRRset[],
  ) => readonly ActualRRset[];
  /** Looks up the targets of these hostnames now. */
  readonly refreshTargets: (zone: ObjectKey, names: readonly Name[]) => void;
  /** Called after RRsets were written, so that the servers are queried. */
  readonly onWritten: (zone: ObjectKey) => void;
}
