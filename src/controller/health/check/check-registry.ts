import type { Clock, Millis } from "../../../base/clock.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import { familyOf } from "../../../dns/address/address.ts";
import type { Family } from "../../../dns/record.ts";
import type { Success } from "../../../plan/health/control.ts";
import { type CheckOutcome, freshProbe, type Health, type Probe } from "../../../plan/health/probe.ts";
import { type CheckBudget, NO_STRETCH, type Stretch, stretchFor, stretchOf } from "../../../plan/health/schedule.ts";
import type { ActiveCheck } from "../../ports/checks.ts";

/** One kind of check of one address. Aliases with an equal check share it. */
export interface AddressCheck {
  readonly address: string;
  readonly check: ActiveCheck;
}

/** A check for an alias, with the health of the target in the alias's status before a restart. */
export interface WantedCheck extends AddressCheck {
  readonly restored?: { readonly health: Health; readonly since: Millis };
}

/** The state of one address for one kind of check. */
export interface CheckState {
  readonly probe: Probe;
  /** The outcome of the last check. Undefined: no check has ended. */
  readonly last: CheckOutcome | undefined;
  /** The message of the last failure, as a fragment. */
  readonly message: string | undefined;
  /** The control of the last failure: a successful check of another address. */
  readonly control: Success | undefined;
  /** True if other replicas reach the address, so that failures don't make it Unhealthy. */
  readonly isDisputed: boolean;
}

/** A check with the aliases that use it. */
export interface CheckEntry extends AddressCheck {
  state: CheckState;
  readonly users: Set<ObjectKey>;
  /** The time since which no alias uses the check. */
  unusedSince: Millis | undefined;
}

/** The checks of all aliases, with their states. */
export interface CheckRegistry {
  entry(key: string): CheckEntry | undefined;
  /** Replaces the checks of an alias. Returns the checks that are new, and those that no alias uses any more. */
  want(alias: ObjectKey, checks: readonly WantedCheck[]): WantedChange;
  /** The period of a check within the budget. */
  periodOf(check: AddressCheck): Millis;
  /** The factor by which the periods of the address are longer than configured. 1: they are not longer. */
  stretchOf(address: string): number;
  /** Whether an alias has a check for an address of the family. */
  hasFamily(family: Family): boolean;
  /** Forgets everything, and returns the keys of all checks. */
  clear(): readonly string[];
  size(): number;
}

interface WantedChange {
  readonly begun: readonly {
    readonly key: string;
    readonly entry: CheckEntry;
    /** True if the health is known, from a status or from an earlier check. */
    readonly isKnown: boolean;
  }[];
  readonly ended: readonly string[];
}

/** An address that leaves and returns within this time keeps its health. */
const REMEMBERED_MS: Millis = 600_000;

/** The factors depend on all checks, so they are computed once for all aliases that arrive within this time. */
const STRETCH_AFTER_MS: Millis = 1_000;

export function createCheckRegistry(clock: Clock, budget: CheckBudget): CheckRegistry {
  const entries = new Map<string, CheckEntry>();
  const byAlias = new Map<ObjectKey, ReadonlySet<string>>();
  let stretch = NO_STRETCH;
  let isCurrent = false;
  let computedAt: Millis = -Infinity;
  const current = (): Stretch => {
    const now = clock.now();
    if (!isCurrent && now - computedAt >= STRETCH_AFTER_MS) {
      stretch = stretchOf(loadsOf(entries.values()), budget);
      isCurrent = true;
      computedAt = now;
    }
    return stretch;
  };
  return {
    entry: (key) => entries.get(key),
    want(alias, checks) {
      const before = byAlias.get(alias) ?? new Set<string>();
      const wanted = new Map(checks.map((check) => [checkKey(check), check]));
      const now = clock.now();
      const begun = [...wanted].flatMap(([key, check]) =>
        before.has(key) ? [] : begin(entries, { key, alias, check, now }),
      );
      const ended = [...before].filter((key) => !wanted.has(key) && end(entries.get(key), alias, now));
      if (wanted.size === 0) {
        byAlias.delete(alias);
      } else {
        byAlias.set(alias, new Set(wanted.keys()));
      }
      isCurrent &&= begun.length + ended.length === 0;
      forgetUnused(entries, now);
      return { begun, ended };
    },
    periodOf: ({ address, check }) => check.periodMs * stretchFor(current(), address),
    stretchOf: (address) => stretchFor(current(), address),
    hasFamily: (family) =>
      entries.values().some(({ address, users }) => users.size > 0 && familyOf(address) === family),
    clear() {
      const keys = [...entries.keys()];
      entries.clear();
      byAlias.clear();
      isCurrent = false;
      return keys;
    },
    size: () => entries.size,
  };
}

/** One text for each check, as a key of maps and for its phase. */
export function checkKey({ address, check }: AddressCheck): string {
  return JSON.stringify([address, check]);
}

function loadsOf(entries: Iterable<CheckEntry>) {
  return [...entries]
    .filter(({ users }) => users.size > 0)
    .map(({ address, check }) => ({ address, periodMs: check.periodMs }));
}

interface Begin {
  readonly key: string;
  readonly alias: ObjectKey;
  readonly check: WantedCheck;
  readonly now: Millis;
}

function begin(entries: Map<string, CheckEntry>, { key, alias, check, now }: Begin): WantedChange["begun"] {
  const known = entries.get(key);
  const entry = known ?? freshEntry(check, now);
  entries.set(key, entry);
  entry.users.add(alias);
  entry.unusedSince = undefined;
  const isKnown = known !== undefined || check.restored !== undefined;
  return entry.users.size === 1 ? [{ key, entry, isKnown }] : [];
}

function freshEntry({ address, check, restored }: WantedCheck, now: Millis): CheckEntry {
  const probe = freshProbe(now, restored?.health, restored?.since);
  return {
    address,
    check,
    state: { probe, last: undefined, message: undefined, control: undefined, isDisputed: false },
    users: new Set(),
    unusedSince: undefined,
  };
}

/** Returns true if no alias uses the check any more. */
function end(entry: CheckEntry | undefined, alias: ObjectKey, now: Millis): boolean {
  entry?.users.delete(alias);
  if (entry?.users.size !== 0) {
    return false;
  }
  entry.unusedSince = now;
  return true;
}

function forgetUnused(entries: Map<string, CheckEntry>, now: Millis): void {
  for (const [key, { unusedSince }] of entries) {
    if (unusedSince !== undefined && now - unusedSince > REMEMBERED_MS) {
      entries.delete(key);
    }
  }
}
