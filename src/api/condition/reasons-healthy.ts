import type { ReasonEntry } from "./reason-entry.ts";

/** Whether the targets pass their health checks. Ready doesn't depend on Healthy, so no reason here makes an object Stalled. */
export const HEALTHY_REASONS: readonly ReasonEntry[] = [
  {
    reason: "AllHealthy",
    on: ["Healthy"],
    meaning: "Every target is healthy.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Checking",
    on: ["Healthy"],
    meaning: "The first checks are running. A target whose health is unknown counts as healthy.",
    whatToDo: "Wait for `period` × `successThreshold`.",
    turn: "nobody",
  },
  {
    reason: "Degraded",
    on: ["Healthy"],
    meaning:
      "Some addresses of a selected target, or a standby, are down. The same targets are still selected. The addresses that are down are left out while others of the family are up.",
    whatToDo: "See `status.targets` for the failure, and repair the target before the next outage needs it.",
    turn: "nobody",
  },
  {
    reason: "Drained",
    on: ["Healthy", "Event"],
    meaning:
      "The annotation `dnsalias.io/drain` is in effect, so a target counts as unhealthy. The message has the target and the end. If no other target is healthy, the drain has no effect.",
    whatToDo: "Nothing. The drain ends by itself. To end it earlier, remove the annotation.",
    turn: "nobody",
  },
  {
    reason: "FailedOver",
    on: ["Healthy", "Event", "History"],
    meaning: "A target other than the first choice is selected, because the better ones are unhealthy.",
    whatToDo:
      "See `status.targets` for the failure, and repair the target. The name returns when the target has been healthy for `spec.failback.after`. With `mode: Manual` it stays.",
    turn: "nobody",
  },
  {
    reason: "AllUnhealthy",
    on: ["Healthy"],
    meaning: "No target is healthy. `spec.onUnhealthy` was applied: with Keep the published records remain.",
    whatToDo: "See `status.targets` for the failures. Check the request in `spec.healthCheck`, too.",
    turn: "nobody",
  },
  {
    reason: "NothingReachable",
    on: ["Healthy"],
    meaning:
      "dnsalias reaches no other address of the family, so a failed check shows nothing about the target. No target changes its health, and nothing moves.",
    whatToDo:
      "Check the egress of the Pods: the NetworkPolicy, the NAT, and IPv6. With one checked address only, add a second target.",
    turn: "nobody",
  },
  {
    reason: "Disputed",
    on: ["Healthy"],
    meaning:
      "The leader doesn't reach an address, and at least as many other replicas do. The address counts as up, and nothing moves. The leader consults them again after each failed check.",
    whatToDo:
      "Check the network of the leader's node: its NAT, its CNI, and whether the target blocks it. If the target is down all the same, drain it with `dnsalias drain`.",
    turn: "nobody",
  },
  {
    reason: "CheckRefused",
    on: ["Healthy"],
    meaning:
      "The installation doesn't check an address, because it is in a private or special-use network. The address counts as up. All else is checked. The message names the address.",
    whatToDo: "Ask the operator to allow the network with `--health-check-allow`, or set `healthCheck: {none: {}}`.",
    turn: "nobody",
  },
];
