import { listAt, memberAt, textAt } from "../../base/json.ts";
import type { BackendProblem } from "../http-error.ts";
import { createEtcdCalls, type EtcdCalls, type EtcdClientDeps } from "./etcd-calls.ts";
import { zoneRoot } from "./convert.ts";
import { AFTER_SLASH, base64 } from "./transaction.ts";
import type { KeyValue } from "./zone-keys.ts";

/** The keys of one zone in etcd, over its JSON gateway. Rejects only with the reason of the caller's signal. */
export interface EtcdClient {
  /** "etcd at http://…", for messages. */
  readonly server: string;
  /** Every key below the zone's key, all of one revision. */
  list(signal: AbortSignal): Promise<Listed | BackendProblem>;
  transact(body: object, signal: AbortSignal): Promise<Transacted | BackendProblem>;
}

interface Listed {
  readonly kind: "ok";
  readonly pairs: readonly KeyValue[];
  readonly revision: number;
}

interface Transacted {
  readonly kind: "ok";
  /** False: a compared value was different, so nothing changed. */
  readonly succeeded: boolean;
  readonly revision: number;
}

export function createEtcdClient(deps: EtcdClientDeps): EtcdClient {
  const root = zoneRoot(deps.spec.pathPrefix, deps.domain);
  const calls = createEtcdCalls(deps);
  return {
    server: calls.server,
    list: (signal) => list(calls, root, signal),
    transact: async (body, signal) => {
      const answer = await calls.call("/v3/kv/txn", body, signal);
      if (answer.kind !== "ok") {
        return answer;
      }
      const revision = revisionIn(answer.body);
      return revision === undefined
        ? calls.misfit("answers with data that is not the result of a transaction")
        : { kind: "ok", succeeded: memberAt(answer.body, "succeeded") === true, revision };
    },
  };
}

const PAGE = 2_000;
/** The list starts again if etcd compacts its revision while the pages are read. */
const MAX_STARTS = 3;

async function list(calls: EtcdCalls, root: string, signal: AbortSignal): Promise<Listed | BackendProblem> {
  for (let starts = 1; ; starts += 1) {
    const listed = await listOnce(calls, root, signal);
    if (listed.kind !== "compacted") {
      return listed;
    }
    if (starts === MAX_STARTS) {
      const message = `${calls.server} compacts its history faster than the zone can be read: raise --auto-compaction-retention to a few minutes`;
      return { kind: "failed", message };
    }
  }
}

/** Reads the zone's own key, and page by page the keys below it. All have the revision of the first answer. */
async function listOnce(
  calls: EtcdCalls,
  root: string,
  signal: AbortSignal,
): Promise<Listed | BackendProblem | { readonly kind: "compacted" }> {
  const first = await calls.call("/v3/kv/range", { key: base64(root) }, signal);
  if (first.kind !== "ok") {
    return first;
  }
  const revision = revisionIn(first.body);
  if (revision === undefined) {
    return calls.misfit("answers with data that is not a range of keys");
  }
  const pairs = pairsIn(first.body);
  const end = { range_end: base64(`${root}${AFTER_SLASH}`), limit: String(PAGE), revision: String(revision) };
  for (let from = `${root}/`; ; from = `${pairs.at(-1)?.key}\0`) {
    const answer = await calls.call("/v3/kv/range", { ...end, key: base64(from) }, signal);
    if (answer.kind !== "ok") {
      return isCompacted(answer) ? { kind: "compacted" } : answer;
    }
    const page = pairsIn(answer.body);
    pairs.push(...page);
    if (memberAt(answer.body, "more") !== true || page.length === 0) {
      return { kind: "ok", pairs, revision };
    }
  }
}

function isCompacted(problem: BackendProblem): boolean {
  return /revision has been compacted/.test(problem.message);
}

function pairsIn(body: unknown): KeyValue[] {
  return listAt(body, "kvs").map(pairOf);
}

function pairOf(value: unknown): KeyValue {
  return {
    key: plain(textAt(value, "key")),
    value: plain(textAt(value, "value")),
    modRevision: Number(textAt(value, "mod_revision")),
  };
}

/** The gateway writes 64-bit numbers as texts. */
function revisionIn(body: unknown): number | undefined {
  const revision = Number(textAt(body, "header", "revision"));
  return Number.isSafeInteger(revision) && revision > 0 ? revision : undefined;
}

function plain(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
