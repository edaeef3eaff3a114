import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { familyOf } from "../../dns/address/address.ts";
import { FAMILIES, type Family } from "../../dns/record.ts";
import {
  controlFor,
  type Controls,
  hasControl,
  NO_CONTROLS,
  recordSuccess,
  type Success,
} from "../../plan/health/control.ts";
import { allowsAddress } from "../../plan/health/permission.ts";
import { type CheckOutcome, freshProbe, type Health, type Probe, stepProbe } from "../../plan/health/probe.ts";
import { nextCheckAt, NO_STRETCH, type Stretch, stretchFor, stretchOf } from "../../plan/health/schedule.ts";
import { createDue } from "../../schedule/due.ts";
import { createPump } from "../../schedule/pump.ts";
import type { ActiveCheck, CheckFinding, HealthCheckPort } from "../ports/checks.ts";
import type { HealthObserver } from "../ports/observer.ts";

/** One address that is checked in one way. Equal ones are one check, whatever aliases want them. */
export interface AddressCheck {
  readonly address: string;
  readonly check: ActiveCheck;
}

/** A check that an alias wants, with what its status knew of the target before a restart. */
export interface WantedCheck extends AddressCheck {
  readonly restored?: { readonly health: Health; readonly since: Millis };
}

/** What is known of one address by one kind of check. */
export interface CheckState {
  readonly probe: Probe;
  /** The outcome of the last check; undefined: none has ended. */
  readonly last: CheckOutcome | undefined;
  /** The fragment of the last failure. */
  readonly message: string | undefined;
  /** The check that proved the last failure. */
  readonly control: Success | undefined;
}

/** Runs the checks that aliases want, within the budget: one loop, one timer. */
export interface Checker {
  /** Replaces the checks of an alias. A new one runs at once, unless a status knew the target. */
  want(alias: ObjectKey, checks: readonly WantedCheck[]): void;
  state(check: AddressCheck): CheckState | undefined;
  /** By how much the periods of the address are stretched; 1: not at all. */
  stretchOf(address: string): number;
  /** Whether one of these addresses, of which the alias has none, was reached within the time. */
  wasReached(isOther: (address: string) => boolean, withinMs: Millis): boolean;
  /** Forgets everything: another replica checked meanwhile, or does from now on. */
  reset(): void;
  run(signal: AbortSignal): Promise<void>;
  size(): number;
  heartbeatAt(): Millis;
}

export interface CheckerDeps {
  readonly port: HealthCheckPort;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: HealthObserver;
  /** Only the leader checks. */
  readonly mayCheck: () => boolean;
  /** An address is up or down now, its first check has ended, or its last check says something else. */
  readonly onChange: (aliases: Iterable<ObjectKey>) => void;
}

interface Entry extends AddressCheck {
  state: CheckState;
  readonly users: Set<ObjectKey>;
  /** No alias has wanted it since then. */
  unusedSince: Millis | undefined;
}

/** An address that leaves and returns within this time keeps its health. */
const REMEMBERED_MS: Millis = 600_000;

export function createChecker(deps: CheckerDeps): Checker {
  const { clock, log, port } = deps;
  const due = createDue<string>();
  const pump = createPump<string>({ due, clock, log, concurrency: port.concurrency, start });
  const entries = new Map<string, Entry>();
  const byAlias = new Map<ObjectKey, ReadonlySet<string>>();
  let controls: Controls = NO_CONTROLS;
  let stretch: Stretch = NO_STRETCH;
  let isStretchKnown = false;
  let lastFirstAt: Millis = 0;

  function stretchNow(): Stretch {
    if (!isStretchKnown) {
      isStretchKnown = true;
      const used = entries.values().filter(({ users }) => users.size > 0);
      stretch = stretchOf(
        used.map(({ address, check }) => ({ address, periodMs: check.periodMs })),
        port.budget,
      );
    }
    return stretch;
  }

  function periodOf({ address, check }: AddressCheck): Millis {
    return check.periodMs * stretchFor(stretchNow(), address);
  }

  async function start(key: string): Promise<Millis | undefined> {
    const entry = entries.get(key);
    if (entry === undefined || entry.users.size === 0 || !deps.mayCheck()) {
      return undefined;
    }
    const startedAt = clock.now();
    deps.observer.checkLate(startedAt - (due.at(key) ?? startedAt));
    if (allowsAddress(port.rules(), entry.address)) {
      const finding = await port.run(entry.address, entry.check);
      deps.observer.checked(entry.check.kind, finding.kind, clock.now() - startedAt);
      if (entries.get(key) === entry && deps.mayCheck()) {
        settle(entry, finding);
      }
    }
    return entries.get(key) === entry ? nextCheckAt(key, periodOf(entry), clock.now()) : undefined;
  }

  function settle(entry: Entry, finding: CheckFinding): void {
    const now = clock.now();
    const family = familyOf(entry.address);
    const windowMs = periodOf(entry) + entry.check.timeoutMs;
    const control =
      finding.kind === "failure" ? controlFor(controls, { family, address: entry.address, now, windowMs }) : undefined;
    const outcome = outcomeOf(finding, control);
    if (outcome === "success") {
      controls = recordSuccess(controls, family, { address: entry.address, at: now });
    }
    const before = entry.state;
    const probe = stepProbe(before.probe, outcome, entry.check, now);
    const failed = finding.kind === "failure";
    entry.state = {
      probe,
      last: outcome,
      message: failed ? finding.message : before.message,
      control: failed ? control : before.control,
    };
    deps.observer.healthControl(family, hasControl(controls, { family, now, windowMs }));
    if (probe.health !== before.probe.health || outcome !== before.last) {
      deps.onChange(entry.users);
    }
  }

  /** The first checks of many addresses keep the budget too. */
  function firstAt(now: Millis): Millis {
    lastFirstAt = Math.max(now, lastFirstAt + 1000 / port.budget.rate);
    return Math.ceil(lastFirstAt);
  }

  function add(key: string, alias: ObjectKey, { address, check, restored }: WantedCheck): void {
    const now = clock.now();
    const known = entries.get(key);
    const entry = known ?? {
      address,
      check,
      state: {
        probe: freshProbe(now, restored?.health, restored?.since),
        last: undefined,
        message: undefined,
        control: undefined,
      },
      users: new Set<ObjectKey>(),
      unusedSince: undefined,
    };
    entries.set(key, entry);
    entry.users.add(alias);
    entry.unusedSince = undefined;
    if (entry.users.size === 1) {
      isStretchKnown = false;
      const isKnown = known !== undefined || restored !== undefined;
      due.add(key, isKnown ? nextCheckAt(key, periodOf(entry), now) : firstAt(now));
      pump.wake();
    }
  }

  function remove(key: string, alias: ObjectKey): void {
    const entry = entries.get(key);
    entry?.users.delete(alias);
    if (entry?.users.size === 0) {
      entry.unusedSince = clock.now();
      isStretchKnown = false;
      due.remove(key);
      noteUnchecked(familyOf(entry.address));
    }
  }

  function noteUnchecked(family: Family): void {
    if (!entries.values().some(({ address, users }) => users.size > 0 && familyOf(address) === family)) {
      deps.observer.healthControl(family, undefined);
    }
  }

  function forgetUnused(): void {
    const now = clock.now();
    for (const [key, { unusedSince }] of entries) {
      if (unusedSince !== undefined && now - unusedSince > REMEMBERED_MS) {
        entries.delete(key);
      }
    }
  }

  return {
    want(alias, checks) {
      const before = byAlias.get(alias) ?? new Set();
      const wanted = new Map(checks.map((check) => [checkKey(check), check]));
      wanted.forEach((check, key) => (before.has(key) ? undefined : add(key, alias, check)));
      before.forEach((key) => (wanted.has(key) ? undefined : remove(key, alias)));
      if (wanted.size === 0) {
        byAlias.delete(alias);
      } else {
        byAlias.set(alias, new Set(wanted.keys()));
      }
      forgetUnused();
    },
    state: (check) => entries.get(checkKey(check))?.state,
    stretchOf: (address) => stretchFor(stretchNow(), address),
    wasReached: (isOther, withinMs) => {
      const now = clock.now();
      return Object.values(controls).some((successes) =>
        successes.some(({ address, at }) => isOther(address) && now - at <= withinMs),
      );
    },
    reset() {
      entries.keys().forEach((key) => due.remove(key));
      entries.clear();
      byAlias.clear();
      controls = NO_CONTROLS;
      isStretchKnown = false;
      FAMILIES.forEach((family) => deps.observer.healthControl(family, undefined));
    },
    run: (signal) => pump.run(signal),
    size: () => entries.size,
    heartbeatAt: () => pump.heartbeatAt(),
  };
}

function checkKey({ address, check }: AddressCheck): string {
  return JSON.stringify([address, check]);
}

function outcomeOf({ kind }: CheckFinding, control: Success | undefined): CheckOutcome {
  if (kind === "success") {
    return "success";
  }
  return kind === "failure" && control !== undefined ? "failure" : "inconclusive";
}
