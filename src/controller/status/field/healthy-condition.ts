import type { DnsAlias } from "../../../api/dns-alias.ts";
import type { Finding } from "../../../api/condition/summarize.ts";
import { rfc3339 } from "../../../plan/select/annotation-time.ts";
import {
  type Decision,
  disputedText,
  insideText,
  isDisputed,
  isInsideOnly,
  isOnStandby,
  type SteeredTarget,
} from "../../health/steering-state.ts";

/**
 * The Healthy condition: whether the targets are healthy, and which of them are selected. Ready doesn't depend on Healthy, because
 * the name also works with a standby.
 */
export function healthyCondition(alias: DnsAlias, decision: Decision): Finding {
  const finding = withoutInside(alias, decision);
  const inside = decision.targets.filter(isInsideOnly).map(({ target }) => insideText(target.name));
  return { ...finding, message: [finding.message, ...inside].join(" ") };
}

function withoutInside(alias: DnsAlias, decision: Decision): Finding {
  return (
    withoutHealthy(alias, decision) ??
    withoutControl(decision) ??
    drained(decision) ??
    failedOver(alias, decision) ??
    disputed(decision) ??
    degraded(decision) ??
    notChecked(decision) ??
    checking(decision) ?? { status: "True", reason: "AllHealthy", message: "All targets are healthy." }
  );
}

function withoutHealthy({ spec }: DnsAlias, { selection, isUnproven, targets }: Decision): Finding | undefined {
  if (!selection.isAllUnhealthy || isUnproven) {
    return undefined;
  }
  const applies = {
    Keep: "The published records remain.",
    Withdraw: "The records are withdrawn, because spec.onUnhealthy is Withdraw.",
    Fallback: "spec.fallbackAddresses are published, because spec.onUnhealthy is Fallback.",
  } as const;
  const message = `No target is healthy. ${unhealthyTexts(targets).join(" ")} ${applies[spec.onUnhealthy]}`;
  return { status: "False", reason: "AllUnhealthy", message };
}

/** All last checks failed, and no other address was reached. The network of the checking replica may be at fault. */
function withoutControl({ targets, isUnproven }: Decision): Finding | undefined {
  const outcomes = targets.flatMap(({ addresses }) => addresses.flatMap(({ state }) => state?.last ?? []));
  return isUnproven || (outcomes.length > 0 && outcomes.every((last) => last === "inconclusive"))
    ? {
        status: "Unknown",
        reason: "NothingReachable",
        message:
          "Health checks reach no address, so failed checks show nothing about the targets, and the selection does not change. Check the egress of dnsalias.",
      }
    : undefined;
}

/** The replicas disagree about an address, so it counts as up. */
function disputed({ targets }: Decision): Finding | undefined {
  const texts = targets.filter(isDisputed).map(({ target, addresses }) => disputedText(target.name, addresses));
  return texts.length === 0
    ? undefined
    : { status: "Unknown", reason: "Disputed", message: `${texts.join(" ")} These addresses count as up.` };
}

/**
 * The finding about drains. It precedes the findings about the health of the targets, because a drain is intended and ends by
 * itself.
 */
function drained({ manual, isDrainIgnored, selection, targets }: Decision): Finding | undefined {
  if (manual.drained.size === 0) {
    return undefined;
  }
  const names = [...manual.drained].map(([name, until]) => `${name} until ${rfc3339(until)}`);
  const effect = isDrainIgnored
    ? "This has no effect, because no other target is healthy."
    : `Target ${(selection.selected?.targets ?? []).join(", ")} is selected.`;
  const message = ["By annotation, dnsalias drains target", `${names.join(", ")}.`, effect, ...unhealthyTexts(targets)];
  return { status: "False", reason: "Drained", message: message.join(" ") };
}

function failedOver(alias: DnsAlias, decision: Decision): Finding | undefined {
  const { selection, targets } = decision;
  const selected = selection.selected?.targets ?? [];
  if (!isOnStandby(alias, decision)) {
    return undefined;
  }
  const message = `Target ${selected.join(", ")} is selected instead of the first choice. ${unhealthyTexts(targets).join(" ")}`;
  return { status: "False", reason: "FailedOver", message: message.trim() };
}

function degraded({ targets }: Decision): Finding | undefined {
  const unhealthy = unhealthyTexts(targets);
  const partly = targets.filter(({ health, addresses }) => health !== "Unhealthy" && addresses.some(isDown));
  const texts = partly.map(({ target }) => `Some addresses of target ${target.name} are down.`);
  return unhealthy.length + texts.length === 0
    ? undefined
    : { status: "False", reason: "Degraded", message: [...unhealthy, ...texts].join(" ") };
}

function isDown({ state }: SteeredTarget["addresses"][number]): boolean {
  return state?.probe.health === "Unhealthy";
}

function notChecked({ targets }: Decision): Finding | undefined {
  const [address] = targets.flatMap(({ refused }) => refused);
  return address === undefined
    ? undefined
    : {
        status: "Unknown",
        reason: "CheckRefused",
        message: `${address} is not checked. Ask the operator to allow its network with --health-check-allow.`,
      };
}

function checking({ targets }: Decision): Finding | undefined {
  const open = targets.filter(({ health }) => health === "Unknown").map(({ target }) => target.name);
  return open.length === 0
    ? undefined
    : { status: "Unknown", reason: "Checking", message: `The health of target ${open.join(", ")} is not known yet.` };
}

function unhealthyTexts(targets: readonly SteeredTarget[]): readonly string[] {
  return targets.flatMap(({ target, health, message }) =>
    health !== "Unhealthy" ? [] : [`Target ${target.name} is unhealthy${message === undefined ? "" : `: ${message}`}.`],
  );
}
