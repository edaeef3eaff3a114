import { systemClock } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { InvalidObject, InventoryEvent } from "../../controller/ports/inventory.ts";
import { lastKnownGoodOf, outcomeWord } from "../../controller/lookup/last-known-good.ts";
import { createReferences, type References } from "../../controller/lookup/references.ts";
import { createStore, type Store } from "../../controller/inventory/store.ts";
import { lookupNames } from "../../api/target-names.ts";
import { FAILURE_REASONS, keyText, type TargetKey } from "../../dns/lookup-result.ts";
import { displayName } from "../../dns/name/name.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { answerOf } from "../../plan/hold/answer-of.ts";
import { freshState, restoredState } from "../../plan/hold/state.ts";
import { step } from "../../plan/hold/step.ts";
import type { Composition } from "../compose/compose.ts";
import type { Platform } from "../compose/platform.ts";
import type { Lookup } from "../../resolver/lookup.ts";
import type { Views } from "../compose/resolver-views.ts";

/** The inventory at one moment, with the addresses in the statuses and one lookup of each target. */
export interface Snapshot {
  readonly store: Store;
  readonly invalid: readonly InvalidObject[];
  /** Every mistake in the objects, one line each. */
  readonly problems: readonly string[];
  readonly answers: ReadonlyMap<string, TargetAnswer>;
}

/** The parts of a composition that a snapshot reads. */
export interface SnapshotSource {
  readonly platform: Pick<Platform, "inventory" | "writeTargetOf">;
  readonly views: Views;
  readonly lookup: Lookup;
  readonly rememberFrom: Composition["rememberFrom"];
}

export interface SnapshotOptions {
  /** Selects the aliases whose targets are looked up. */
  readonly concerns: (alias: DnsAlias, store: Store) => boolean;
  /** True: nothing is looked up, because these mistakes in the objects end the command. */
  readonly endsAt?: (problems: readonly string[]) => boolean;
  /** The source of the answers. Defaults to lookups. */
  readonly answersOf?: "statuses" | "lookups";
  readonly concurrency: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** Reads the inventory once, and makes one lookup for each target. It writes nothing. Rejects when the signal aborts. */
export async function takeSnapshot(
  composition: SnapshotSource,
  { concerns, endsAt = () => false, answersOf = "lookups", concurrency, onProgress }: SnapshotOptions,
  signal: AbortSignal,
): Promise<Snapshot> {
  const { store, invalid } = await readInventory(composition, signal);
  composition.rememberFrom(store);
  const problems = composition.platform.inventory.problems?.() ?? problemsOf(invalid);
  const keys = [...(endsAt(problems) ? [] : store.aliases())]
    .filter((alias) => concerns(alias, store))
    .flatMap((alias) => streamsOf(composition, store, alias));
  const work = [...new Map(keys.map((key) => [keyText(key.key), key])).values()];
  if (answersOf === "statuses") {
    return { store, invalid, problems, answers: new Map(work.map((each) => [keyText(each.key), readStatus(each)])) };
  }
  const answers = await lookUpAll(composition, work, { concurrency, onProgress }, signal);
  return { store, invalid, problems, answers };
}

/** Makes one lookup for each stream. The key of an answer is the text of its key. */
export async function lookUpAll(
  composition: SnapshotSource,
  work: readonly Stream[],
  { concurrency, onProgress }: Pick<SnapshotOptions, "concurrency" | "onProgress">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TargetAnswer>> {
  const answers = new Map<string, TargetAnswer>();
  const queue = [...work];
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      answers.set(keyText(next.key), await readOnce(composition, next, signal));
      onProgress(answers.size, work.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, work.length) }, worker));
  return answers;
}

function problemsOf(invalid: readonly InvalidObject[]): readonly string[] {
  return invalid.flatMap(({ kind, key, problems }) => problems.map((text) => `${kind} ${key}: ${text}`));
}

async function readInventory(
  { platform }: SnapshotSource,
  signal: AbortSignal,
): Promise<{ readonly store: Store; readonly invalid: readonly InvalidObject[] }> {
  const store = createStore(platform.writeTargetOf);
  const references = createReferences();
  const invalid = new Map<string, InvalidObject>();
  const enough = new AbortController();
  await platform.inventory.run(
    {
      onEvent(event) {
        note(store, references, event);
        if (event.kind === "invalid") {
          invalid.set(`${event.manifest.kind} ${event.manifest.key}`, event.manifest);
        }
      },
      onSynced: () => enough.abort(),
    },
    AbortSignal.any([signal, enough.signal]),
  );
  signal.throwIfAborted();
  store.settle(Infinity);
  return { store, invalid: [...invalid.values()] };
}

/**
 * Stores an event. Aliases are stored with the known states of their referenced objects, and again after each change of such an
 * object.
 */
function note(store: Store, references: References, event: InventoryEvent): void {
  const users = event.kind === "resource" ? references.record(event, systemClock.now()) : [];
  store.note(event.kind === "alias" ? { kind: "alias", alias: references.follow(event.alias) } : event);
  for (const alias of users.flatMap((key) => store.alias(key) ?? [])) {
    store.note({ kind: "alias", alias: references.follow(alias) });
  }
}

export interface Stream {
  readonly key: TargetKey;
  readonly alias: DnsAlias;
}

/** The lookup streams of an alias, one for each target, family, and view. The list can have duplicates. */
export function streamsOf(
  { views }: { readonly views: Pick<Views, "idOf"> },
  store: Store,
  alias: DnsAlias,
): readonly Stream[] {
  return alias.spec.hostnames.flatMap((hostname) => {
    const match = store.matchOf(alias, hostname);
    const zones = match.kind === "zones" ? match.zones : [];
    return zones.flatMap((zone) => {
      const view = views.idOf(zone, alias);
      return alias.spec.targets
        .flatMap(lookupNames)
        .flatMap((target) => alias.spec.families.map((family) => ({ alias, key: { target, family, view } })));
    });
  });
}

/** The answer in the status of the alias: what the controller knows. */
function readStatus({ key, alias }: Stream): TargetAnswer {
  const now = systemClock.now();
  const known = lastKnownGoodOf(key, alias.status, now);
  if (known !== undefined) {
    // For a controller after its start, the addresses of a status can be old. Here the status is from the controller that runs.
    const { isRestored: _, ...answer } = answerOf(restoredState(key, known, now));
    return answer;
  }
  const target = alias.status?.targets.find(({ hostname }) => hostname === displayName(key.target));
  const word = target === undefined ? "" : outcomeWord(target, key.family);
  const reason = FAILURE_REASONS.find((candidate) => word === `Failure: ${candidate}`);
  const fresh = answerOf(freshState(key, now));
  return reason === undefined
    ? { ...fresh, outcome: EMPTY_OUTCOMES[word] ?? fresh.outcome }
    : { ...fresh, outcome: { kind: "failure", reason, detail: "the lookups of the controller fail" } };
}

/** A status has one word, Positive, if one family has addresses and the other one has none. */
const EMPTY_OUTCOMES: Readonly<Record<string, TargetAnswer["outcome"]>> = {
  Positive: { kind: "nodata" },
  NoData: { kind: "nodata" },
  NxDomain: { kind: "nxdomain" },
};

async function readOnce(
  { lookup, views }: SnapshotSource,
  { key, alias }: Stream,
  signal: AbortSignal,
): Promise<TargetAnswer> {
  const startedAt = systemClock.now();
  const known = lastKnownGoodOf(key, alias.status, startedAt);
  const before = known === undefined ? freshState(key, startedAt) : restoredState(key, known, startedAt);
  const result = await lookup.lookUp(key, {}, signal);
  const serverCount = views.viewOf(key.view)?.servers.length ?? 0;
  const state = step(before, result, { now: systemClock.now(), random: Math.random, serverCount, sibling: undefined });
  if (state.doubt?.kind !== "confirming") {
    return answerOf(state);
  }
  const options = state.avoid === undefined ? {} : { avoid: state.avoid };
  const confirming = await lookup.lookUp(key, options, signal);
  return answerOf(
    step(state, confirming, { now: systemClock.now(), random: Math.random, serverCount, sibling: undefined }),
  );
}
