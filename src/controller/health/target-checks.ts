import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { allowsAddress } from "../../plan/health/permission.ts";
import type { HealthCheckPort } from "../ports/checks.ts";
import type { AddressCheck, CheckState, WantedCheck } from "./check/check-registry.ts";
import type { Checker } from "./check/checker.ts";
import type { ObservedTarget } from "./observed-targets.ts";
import type { Switch } from "./steer.ts";
import { type Decision, restoredHealth, type SteeredTarget, type SteeringState } from "./steering-state.ts";

export interface CheckParts {
  readonly port: HealthCheckPort | undefined;
  /** Undefined: the installation makes no checks. */
  readonly checker: Checker | undefined;
}

/** The checks that the targets of an alias need. The first ones start with the health in the status. */
export function wantedChecks(
  { port }: CheckParts,
  alias: DnsAlias,
  { decision }: SteeringState,
  observed: readonly ObservedTarget[],
): readonly WantedCheck[] {
  const rules = port?.rules();
  return observed.flatMap((target) => {
    const { check } = target;
    if (check === undefined || rules === undefined) {
      return [];
    }
    return target.addresses
      .slice(0, MAX_ADDRESSES)
      .filter((address) => allowsAddress(rules, address))
      .map((address) => {
        const restored = decision === undefined ? restoredHealth(alias, target, address) : undefined;
        return { address, check, ...(restored !== undefined && { restored }) };
      });
  });
}

/** The maximum number of checked addresses for one target. Further addresses count as up. */
const MAX_ADDRESSES = 64;

/** A target with the present states of its addresses. */
export function withStates(
  { port, checker }: CheckParts,
  target: ObservedTarget,
): Pick<SteeredTarget, "target" | "addresses" | "refused"> {
  const { check } = target;
  const rules = port?.rules();
  const stateOf = (address: string): CheckState | undefined => check && checker?.state({ address, check });
  return {
    target,
    addresses: target.addresses.map((address) => ({ address, state: stateOf(address) })),
    refused:
      check === undefined || rules === undefined
        ? []
        : target.addresses.filter((address) => !allowsAddress(rules, address)),
  };
}

/** True if a check reached an address that is not an address of these targets. */
export function hasOutsideControl(checker: Checker | undefined, observed: readonly ObservedTarget[]): boolean {
  const own = new Set(observed.flatMap(({ addresses }) => addresses));
  const windowMs = Math.max(0, ...observed.flatMap(({ check }) => (check ? [check.periodMs + check.timeoutMs] : [])));
  return checker?.wasReached((address) => !own.has(address), windowMs) === true;
}

/** When a check last reached the targets that a switch left. Undefined: no check has reached them. */
export function lastSuccessOf(checker: Checker, { targets }: Decision, { from }: Switch): Millis | undefined {
  const checks: readonly AddressCheck[] = targets.flatMap(({ target, addresses }) => {
    const { check } = target;
    return check === undefined || !from.targets.includes(target.name)
      ? []
      : addresses.map(({ address }) => ({ address, check }));
  });
  const times = checks.flatMap((check) => checker.state(check)?.probe.lastSuccessAt ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
