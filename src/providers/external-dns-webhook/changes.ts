import { rrsetKey } from "../../dns/record.ts";
import type { BackendChange } from "../backend.ts";
import { targetOf } from "../rrset-changes.ts";
import { mergedEndpoint, type Shown } from "./convert.ts";
import type { Changes, Endpoint } from "./endpoint.ts";

/** A change with the adjusted endpoint of the provider; undefined for a delete. */
export interface AdjustedChange {
  readonly change: BackendChange;
  readonly wanted: Endpoint | undefined;
}

/**
 * Returns the bodies to send in sequence, usually one. A provider applies the creations of a body first, then its updates, then
 * its deletions, each in any order. If this breaks the order of markers and addresses in the batch, the batch is split.
 */
export function bodiesOf(changes: readonly AdjustedChange[], shown: Shown): readonly Changes[] {
  return phasesOf(changes, shown).map((phase) => bodyOf(phase, shown));
}

const RANK = { create: 0, update: 1, delete: 2 } as const;
type Kind = keyof typeof RANK;

function phasesOf(changes: readonly AdjustedChange[], shown: Shown): readonly (readonly AdjustedChange[])[] {
  const phases: AdjustedChange[][] = [];
  let phase: AdjustedChange[] = [];
  let wasText: boolean | undefined;
  /** The highest rank before the present phase, and in the present phase. */
  let floor = 0;
  let highest = 0;
  for (const change of changes) {
    const isText = targetOf(change.change).type === "TXT";
    if (isText !== wasText) {
      floor = Math.max(floor, highest);
      wasText = isText;
    }
    const rank = RANK[kindOf(change, shown)];
    if (phase.length > 0 && rank < floor) {
      phases.push(phase);
      phase = [];
      floor = 0;
      highest = 0;
    }
    phase.push(change);
    highest = Math.max(highest, rank);
  }
  return phase.length > 0 ? [...phases, phase] : phases;
}

function kindOf({ change, wanted }: AdjustedChange, shown: Shown): Kind {
  if (wanted === undefined) {
    return "delete";
  }
  return shown.has(rrsetKey(targetOf(change))) ? "update" : "create";
}

function bodyOf(changes: readonly AdjustedChange[], shown: Shown): Changes {
  const create: Endpoint[] = [];
  const updateOld: Endpoint[] = [];
  const updateNew: Endpoint[] = [];
  const deleted: Endpoint[] = [];
  for (const { change, wanted } of changes) {
    const endpoints = shown.get(rrsetKey(targetOf(change)))?.endpoints ?? [];
    const old = mergedEndpoint(endpoints);
    if (wanted === undefined) {
      deleted.push(...endpoints.flatMap(deletionsOf));
    } else if (old === undefined) {
      create.push(wanted);
    } else {
      updateOld.push(old);
      updateNew.push({ ...wanted, labels: { ...wanted.labels, ...old.labels } });
    }
  }
  return { create, updateOld, updateNew, delete: deleted };
}

/**
 * Returns one deletion for each target if each target has a key in a label, as at the CoreDNS provider. That provider deletes only
 * the key in the label `prefix`, so each deletion has the key of its target there.
 */
function deletionsOf(endpoint: Endpoint): readonly Endpoint[] {
  const { targets, labels } = endpoint;
  const isKeyed = labels["prefix"] !== undefined && targets.every((target) => labels[target] !== undefined);
  return isKeyed
    ? targets.map((target) => ({ ...endpoint, targets: [target], labels: { ...labels, prefix: labels[target] ?? "" } }))
    : [endpoint];
}
