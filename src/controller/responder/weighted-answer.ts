import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { targetNames } from "../../api/target-names.ts";
import { FAMILIES } from "../../dns/record.ts";
import { asAllowed } from "../../plan/domain/private-addresses.ts";
import type { AppliedSelection } from "../../plan/select/applied-selection.ts";
import { pinOf } from "../../plan/select/pin.ts";
import type { Weighed } from "../../plan/select/buckets.ts";
import type { ClientAnswer, LiveAnswer } from "../../responder/answer-source.ts";
import { decideLive, type LiveInput, setsOf } from "./live-answer-rules.ts";

/** The table of buckets for targets and weights. */
export type TableOf = (targets: readonly Weighed[]) => Uint8Array;

/** The answer for all clients: if the selected targets have weights, each client network gets the answer of one target. */
export function answerByWeight(input: LiveInput, tableOf: TableOf): LiveAnswer {
  const sharing = sharingOf(input);
  const choices = sharing === undefined ? [] : choicesOf(input, sharing);
  const [first, ...others] = choices;
  if (first === undefined) {
    return decideLive(input);
  }
  if (others.length === 0 || choices.every(({ answer }) => answer.kind === "none")) {
    return first.answer;
  }
  const answers = choices.map(({ answer }) => answer);
  return {
    kind: "weighted",
    refreshAt: Math.min(...answers.map(({ refreshAt }) => refreshAt)),
    freshUntil: Math.min(...answers.map(freshUntil)),
    choices: answers,
    table: tableOf(choices.map(({ name, weight }) => ({ name, weight }))),
  };
}

function freshUntil(answer: ClientAnswer): Millis {
  return answer.kind === "addresses" ? answer.freshUntil : answer.refreshAt;
}

interface Sharing {
  readonly alias: DnsAlias;
  readonly selection: Extract<AppliedSelection, { readonly kind: "selected" }>;
  readonly targets: readonly Weighed[];
}

/** The first alias of the name with weights. The addresses of all other aliases are added to each answer. */
function sharingOf({ winners, selectionOf, loops, now }: LiveInput): Sharing | undefined {
  const isFrozen = loops || winners.some(({ spec }) => spec.paused);
  const all = isFrozen
    ? []
    : winners.map((alias) => ({ alias, selection: pinOf(alias, now).pin ? undefined : selectionOf(alias) }));
  for (const { alias, selection } of all) {
    const targets = selection?.kind === "selected" ? weighedTargets(alias, selection.targets) : [];
    if (selection?.kind === "selected" && targets.length > 1 && targets.length === selection.targets.size) {
      return { alias, selection, targets };
    }
  }
  return undefined;
}

function weighedTargets({ spec }: DnsAlias, selected: ReadonlySet<string>): readonly Weighed[] {
  return targetNames(spec.targets).flatMap((name, index) => {
    const weight = spec.targets[index]?.weight;
    return weight === undefined || !selected.has(name) ? [] : [{ name, weight }];
  });
}

interface Choice extends Weighed {
  readonly answer: ClientAnswer;
}

/** A target is a choice if it has addresses of at least one family. So A and AAAA have the same choices. */
function choicesOf(input: LiveInput, { alias, selection, targets }: Sharing): readonly Choice[] {
  return targets.flatMap((target) => {
    const own: AppliedSelection = { ...selection, targets: new Set([target.name]) };
    const only = { ...input, selectionOf: (one: DnsAlias) => (one === alias ? own : input.selectionOf(one)) };
    const sets = isLeftOut(input, alias, target.name) ? {} : setsOf(only, alias);
    return FAMILIES.some((family) => sets[family] !== undefined) ? [{ ...target, answer: decideLive(only) }] : [];
  });
}

/** True for a target whose addresses are all private, and therefore omitted by the DnsZone. */
function isLeftOut({ zone }: LiveInput, alias: DnsAlias, name: string): boolean {
  const { targets } = asAllowed(zone, alias).spec;
  const target = targets[targetNames(targets).indexOf(name)];
  return target?.kind === "addresses" && target.addresses.length === 0;
}
