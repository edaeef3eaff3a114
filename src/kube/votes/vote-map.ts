import { type Backoff, backoffMs } from "../../base/backoff.ts";
import type { Millis } from "../../base/clock.ts";
import { withDeadline } from "../../base/deadline.ts";
import { messageOf } from "../../base/error.ts";
import { type JsonObject, textsAt } from "../../base/json.ts";
import type { VotePort } from "../../controller/ports/votes.ts";
import { describeResult, type KubeResult } from "../client/api-result.ts";
import { CONFIG_MAPS, pathOf } from "../client/resource.ts";
import { MERGE_PATCH } from "../client/transport.ts";
import { type ListWatchDeps, runListWatch } from "../watch/list-watch.ts";
import { createWakeUp } from "../watch/wake-up.ts";
import { MANAGED_BY, MANAGED_BY_LABEL } from "../objects/config-map-object.ts";

export interface VoteMapOptions {
  readonly namespace: string;
  /** The name of the ConfigMap. */
  readonly name: string;
  /** The name of this replica, unique for each process. The key of the replica in the ConfigMap begins with this name. */
  readonly replica: string;
}

/** Publications within this time are one write. */
const BATCH_MS: Millis = 250;
/** The minimum time between two writes. */
const PACE_MS: Millis = 1_000;
const BACKOFF: Backoff = { firstMs: 1_000, maxMs: 300_000, spread: 0.2 };
/** The time limit for the removal of the key when the process ends. */
const LEAVE_MS: Millis = 2_000;

/**
 * Votes in one ConfigMap with a key for each replica. The ConfigMap is written when a replica starts, has a question, answers, or
 * ends, so nothing is written while all is well. Each replica writes only its own key, and the leader removes the keys of silent
 * replicas.
 */
export function createVoteMap(deps: ListWatchDeps, options: VoteMapOptions): VotePort {
  const { replica } = options;
  const state: State = { text: undefined, known: new Map(), gone: new Set(), trouble: undefined };
  const wakeUp = createWakeUp();
  return {
    replica,
    publish(text, gone) {
      state.text = text;
      gone.forEach((one) => state.gone.add(one));
      wakeUp.wake();
    },
    async run(onDocument, signal) {
      const onObject = (object: JsonObject): void => {
        readDocuments(state, documentsIn(object), replica, onDocument);
        wakeUp.wake();
      };
      const { namespace, name } = options;
      const spec = { resource: CONFIG_MAPS, namespace, fieldSelector: `metadata.name=${name}` };
      const handlers = {
        onObject,
        onGone: () => onObject({}),
        onListed: () => wakeUp.wake(),
        onTrouble: () => undefined,
      };
      await Promise.all([
        runListWatch(deps, spec, handlers, signal),
        writeChanges({ deps, options, state, woken: () => wakeUp.woken(signal) }, signal),
      ]);
      await leave(deps, options);
    },
  };
}

interface State {
  /** The document of this replica. Undefined: it has none yet. */
  text: string | undefined;
  /** The documents in the ConfigMap, that of this replica included. */
  readonly known: Map<string, string>;
  /** Replicas whose keys are to be removed. */
  readonly gone: Set<string>;
  /** The last reason why a write failed. */
  trouble: string | undefined;
}

/** Keys with another ending, such as a zone file, are not votes. */
const SUFFIX = ".vote";

function documentsIn(object: JsonObject): Readonly<Record<string, string>> {
  const entries = Object.entries(textsAt(object, "data"));
  return Object.fromEntries(
    entries.flatMap(([key, text]) => (key.endsWith(SUFFIX) ? [[key.slice(0, -SUFFIX.length), text]] : [])),
  );
}

function keyOf(replica: string): string {
  return `${replica}${SUFFIX}`;
}

type OnDocument = Parameters<VotePort["run"]>[0];

function readDocuments(
  { known }: State,
  data: Readonly<Record<string, string>>,
  replica: string,
  onDocument: OnDocument,
): void {
  for (const one of [...known.keys()].filter((key) => !(key in data))) {
    known.delete(one);
    if (one !== replica) {
      onDocument(one, undefined);
    }
  }
  for (const [one, text] of Object.entries(data).filter(([key, value]) => known.get(key) !== value)) {
    known.set(one, text);
    if (one !== replica) {
      onDocument(one, text);
    }
  }
}

interface Writer {
  readonly deps: ListWatchDeps;
  readonly options: VoteMapOptions;
  readonly state: State;
  readonly woken: () => Promise<void>;
}

async function writeChanges({ deps, options, state, woken }: Writer, signal: AbortSignal): Promise<void> {
  const { clock, random } = deps;
  let failures = 0;
  try {
    while (!signal.aborted) {
      if (!isDue(state, options.replica)) {
        await woken();
      } else {
        await clock.sleep(BATCH_MS, signal);
        const isWritten = await write(deps, options, state, signal);
        failures = isWritten ? 0 : failures + 1;
        await clock.sleep(isWritten ? PACE_MS - BATCH_MS : backoffMs(BACKOFF, failures - 1, random), signal);
      }
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}

function isDue({ text, known, gone }: State, replica: string): boolean {
  return (text !== undefined && known.get(replica) !== text) || gone.size > 0;
}

async function write(
  { transport, log }: ListWatchDeps,
  { namespace, name, replica }: VoteMapOptions,
  state: State,
  signal: AbortSignal,
): Promise<boolean> {
  const { text = "", known } = state;
  const gone = [...state.gone].filter((one) => known.has(one) && one !== replica);
  const data = { [keyOf(replica)]: text, ...Object.fromEntries(gone.map((one) => [keyOf(one), null])) };
  const query = { fieldManager: FIELD_MANAGER };
  const patched = await transport.request(
    {
      method: "PATCH",
      path: pathOf(CONFIG_MAPS, { namespace, name, query }),
      contentType: MERGE_PATCH,
      body: { data },
    },
    signal,
  );
  const result = isMissing(patched)
    ? await transport.request(
        {
          method: "POST",
          path: pathOf(CONFIG_MAPS, { namespace, query }),
          body: { metadata: { name, labels: { [MANAGED_BY_LABEL]: MANAGED_BY } }, data: { [keyOf(replica)]: text } },
        },
        signal,
      )
    : patched;
  if (result.kind === "ok") {
    known.set(replica, text);
    state.gone.clear();
    state.trouble = undefined;
    return true;
  }
  const trouble = describeResult(result);
  if (trouble !== state.trouble) {
    state.trouble = trouble;
    log.warn({ configMap: `${namespace}/${name}`, reason: trouble }, "replicas can't vote on health checks");
  }
  return false;
}

const FIELD_MANAGER = "dnsalias-votes";

function isMissing(result: KubeResult): boolean {
  return result.kind === "status" && result.code === 404;
}

/** Removes the key of this replica. If it remained, the next question would wait for an answer of this replica. */
async function leave({ transport, log }: ListWatchDeps, { namespace, name, replica }: VoteMapOptions): Promise<void> {
  try {
    await withDeadline(new AbortController().signal, LEAVE_MS, (inner) =>
      transport.request(
        {
          method: "PATCH",
          path: pathOf(CONFIG_MAPS, { namespace, name, query: { fieldManager: FIELD_MANAGER } }),
          contentType: MERGE_PATCH,
          body: { data: { [keyOf(replica)]: null } },
        },
        inner,
      ),
    );
  } catch (error) {
    log.debug({ reason: messageOf(error) }, "votes of this replica were not removed");
  }
}
