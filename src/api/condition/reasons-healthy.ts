import type { ReasonEntry } from "./reason-entry.ts";

/**
 * The reasons of Healthy: whether the targets pass their health checks. Ready doesn't depend on Healthy, so no reason here makes an
 * object Stalled.
 */
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
      "Some addresses of a selected target are down, or a standby is unhealthy. The selection hasn't changed. dnsalias omits the addresses that are down while other addresses of their family are up.",
    whatToDo: "See `status.targets` for the failure, and repair the target before the next outage needs it.",
    turn: "nobody",
  },
  {
    reason: "Drained",
    on: ["Healthy", "Event"],
    meaning:
      "The annotation `dnsalias.io/drain` is in effect, so a target counts as unhealthy. The message has the target and the end. If no other target is healthy, the drain has no effect.",
    whatToDo: "Nothing. The drain ends at the time in the annotation. To end it earlier, remove the annotation.",
    turn: "nobody",
  },
  {
    reason: "FailedOver",
    on: ["Healthy", "Event", "History"],
    meaning: "dnsalias has selected a standby, because all targets with a better priority are unhealthy.",
    whatToDo:
      "See `status.targets` for the failure, and repair the target. The name returns when the target has been healthy for `spec.failback.after`. With `mode: Manual`, the name stays on the standby.",
    turn: "nobody",
  },
  {
    reason: "AllUnhealthy",
    on: ["Healthy"],
    meaning:
      "No target is healthy, and dnsalias has applied `spec.onUnhealthy`: with Keep, the published records remain.",
    whatToDo: "See `status.targets` for the failures. Also check the request in `spec.healthCheck`.",
    turn: "nobody",
  },
  {
    reason: "NothingReachable",
    on: ["Healthy"],
    meaning:
      "dnsalias reaches no other address of the family, so a failed check shows nothing about the target. No target changes its health, and no name switches.",
    whatToDo:
      "Check the egress of the Pods: the NetworkPolicy, the NAT, and IPv6. If the installation checks only one address, add a second target.",
    turn: "nobody",
  },
  {
    reason: "Disputed",
    on: ["Healthy"],
    meaning:
      "The leader doesn't reach an address, but at least as many replicas reach it as don't. The address counts as up, and no name switches. The leader consults the other replicas again after each failed check.",
    whatToDo:
      "Check the network of the node of the leader: its NAT, its CNI, and whether the target blocks its address. If the target is down for your users, drain it with `dnsalias drain`.",
    turn: "nobody",
  },
  {
    reason: "CheckRefused",
    on: ["Healthy"],
    meaning:
      "The installation doesn't check an address, because it is in a private or special-use network. The address counts as up. dnsalias checks all other addresses. The message names the address.",
    whatToDo: "Ask the operator to allow the network with `--health-check-allow`, or set `healthCheck: {none: {}}`.",
    turn: "nobody",
  },
];
