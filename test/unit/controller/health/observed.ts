import type { CheckState } from "../../../../src/controller/health/check/check-registry.ts";
import type { ObservedTarget } from "../../../../src/controller/health/observed-targets.ts";
import type { AddressState } from "../../../../src/controller/health/target-health.ts";
import type { CheckOutcome, Health } from "../../../../src/plan/health/probe.ts";
import { CHECK } from "../../../support/steering-play.ts";

/** Two in the afternoon of a day in 2026. */
export const NOW = Date.UTC(2026, 10, 30, 14);

/** A target with two addresses and a health check, unless the rest says otherwise. */
export function observed(name: string, more: Partial<ObservedTarget> = {}): ObservedTarget {
  return {
    name,
    hostname: undefined,
    priority: 0,
    weight: undefined,
    addresses: ["11.0.0.1", "11.0.0.2"],
    isEligible: true,
    isResolving: false,
    check: CHECK,
    ...more,
  };
}

/** What is known of an address with this health and this last outcome. */
export function checkState(health: Health, last?: CheckOutcome, message?: string): CheckState {
  return {
    probe: { health, since: NOW, streak: 0, failures: [], lastSuccessAt: undefined },
    last,
    message,
    control: undefined,
    isDisputed: false,
  };
}

/** The addresses of a target, each with the letter of its health: H up, D down, U not known yet, N not checked, F not known with a failure. */
export function states(addresses: readonly string[], letters: string): readonly AddressState[] {
  return addresses.map((address, index) => ({ address, state: STATES[letters[index] ?? ""] }));
}

const STATES: Readonly<Record<string, CheckState>> = {
  H: checkState("Healthy", "success"),
  D: checkState("Unhealthy", "failure", "HTTP 503"),
  U: checkState("Unknown"),
  F: checkState("Unknown", "failure", "HTTP 503"),
};
