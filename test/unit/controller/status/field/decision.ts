import type { Decision, SteeredTarget } from "../../../../../src/controller/health/steering-state.ts";
import type { CheckOutcome, Health } from "../../../../../src/plan/health/probe.ts";

/** Facts of a decision about targets `main`, `second`, `third`, of which `selected` (default: the first) is selected. */
export interface DecisionParts {
  readonly targets: readonly Health[];
  readonly selected?: number;
  /** Of the targets that aren't selected. */
  readonly isEligible?: boolean;
  readonly isAllUnhealthy?: boolean;
  readonly isUnproven?: boolean;
  /** The outcome of the last check of each address. */
  readonly last?: CheckOutcome;
  /** Health of a second address of each target. */
  readonly others?: Health;
  readonly refused?: readonly string[];
  /** Drained targets with the end. */
  readonly drained?: Readonly<Record<string, number>>;
  readonly isDrainIgnored?: boolean;
}

const CHECK = {
  kind: "tcpSocket",
  port: 443,
  periodMs: 10_000,
  timeoutMs: 2_000,
  failureThreshold: 3,
  successThreshold: 2,
  minHealthyPercent: 50,
} as const;

const NAMES = ["main", "second", "third"];
const AT = Date.UTC(2026, 10, 30, 12);

export function decisionOf(parts: DecisionParts): Decision {
  const { selected = 0, isAllUnhealthy = false, isUnproven = false, drained = {}, isDrainIgnored = false } = parts;
  const name = NAMES[selected] ?? "";
  return {
    selection: { selected: { targets: [name], since: AT, reason: "Initial" }, isAllUnhealthy },
    applied: { kind: "selected", targets: new Set([name]), isDown: () => false },
    targets: parts.targets.map((health, index) => targetOf(parts, health, index, index === selected)),
    isUnproven,
    manual: {
      drained: new Map(Object.entries(drained)),
      forced: new Map(),
      failbackAt: undefined,
      problems: [],
      changesAt: undefined,
    },
    isDrainIgnored,
  };
}

function targetOf(parts: DecisionParts, health: Health, index: number, isSelected: boolean): SteeredTarget {
  const { isEligible = true, last, others, refused = [] } = parts;
  const healths = [health, ...(others === undefined ? [] : [others])];
  const addresses = healths.map((one, place) => ({
    address: `192.0.2.${10 * index + place}`,
    state: {
      probe: { health: one, since: AT, streak: 0, failures: [], lastSuccessAt: undefined },
      last: last ?? (one === "Healthy" ? "success" : one === "Unhealthy" ? "failure" : undefined),
      message: undefined,
      control: undefined,
      isDisputed: false,
    },
  }));
  return {
    target: {
      name: NAMES[index] ?? "",
      hostname: undefined,
      priority: index,
      weight: undefined,
      addresses: addresses.map(({ address }) => address),
      isEligible: isSelected || isEligible,
      isResolving: false,
      check: CHECK,
    },
    addresses,
    refused,
    health,
    since: AT,
    eligibleSince: AT,
    message: health === "Unhealthy" ? "no address answers: HTTP 503" : undefined,
  };
}
