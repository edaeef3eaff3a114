import { isObject, listAt, memberAt, numberAt, textAt } from "../../src/base/json.ts";
import type { HttpClient, HttpResult } from "../../src/transport/http-client.ts";

/** What happens to a call instead of its answer; undefined: it is answered. */
export type EtcdFault = (path: string, nth: number) => HttpResult | undefined;

export interface EtcdModelOptions {
  /** Called before a call is carried out: another writer's turn, or a fault. */
  readonly before?: EtcdFault;
  /** Called after it: the answer may be lost. */
  readonly after?: EtcdFault;
}

/** One etcd without a process, for tests of faults and races. The integration tests hold the same against etcd itself. */
export interface EtcdModel {
  readonly http: HttpClient;
  /** The last part of each call's path. */
  readonly calls: readonly string[];
  put(key: string, value: string): void;
  /** Keys and values, sorted by key. */
  entries(): readonly (readonly [key: string, value: string])[];
}

export function etcdModel({ before, after }: EtcdModelOptions = {}): EtcdModel {
  const keys = new Map<string, Stored>();
  const calls: string[] = [];
  const state: State = { keys, revision: 1 };
  return {
    calls,
    put: (key, value) => {
      state.revision += 1;
      keys.set(key, { value, modRevision: state.revision });
    },
    entries: () => sorted(keys).map(([key, { value }]) => [key, value]),
    http: {
      request: async ({ path, body }) => {
        const call = path.split("/").at(-1) ?? "";
        calls.push(call);
        const nth = calls.filter((one) => one === call).length;
        const instead = before?.(call, nth);
        if (instead !== undefined) {
          return instead;
        }
        const answer = call === "range" ? rangeOf(state, body) : transact(state, body);
        if (answer === undefined) {
          return etcdAnswer({ code: 3, message: "etcdserver: duplicate key given in txn request" }, 400);
        }
        return after?.(call, nth) ?? etcdAnswer({ header: { revision: String(state.revision) }, ...answer });
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  };
}

export function etcdAnswer(body: object, status = 200): HttpResult {
  return { kind: "response", status, mediaType: "application/json", text: JSON.stringify(body) };
}

interface Stored {
  readonly value: string;
  readonly modRevision: number;
}

interface State {
  readonly keys: Map<string, Stored>;
  revision: number;
}

function sorted(keys: ReadonlyMap<string, Stored>): readonly (readonly [string, Stored])[] {
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The end of the range is absent for a single key. */
function inRange({ keys }: State, body: unknown): readonly (readonly [string, Stored])[] {
  const from = plain(textAt(body, "key"));
  const end = memberAt(body, "range_end") === undefined ? undefined : plain(textAt(body, "range_end"));
  return sorted(keys).filter(([key]) => (end === undefined ? key === from : from <= key && key < end));
}

function rangeOf(state: State, body: unknown): object {
  const found = inRange(state, body);
  const limit = Number(textAt(body, "limit") || String(numberAt(body, "limit") ?? found.length));
  const kvs = found.slice(0, limit).map(([key, { value, modRevision }]) => ({
    key: base64(key),
    value: base64(value),
    mod_revision: String(modRevision),
  }));
  return { kvs, ...(found.length > limit && { more: true }) };
}

/** Undefined where a key is put twice, which etcd refuses. */
function transact(state: State, body: unknown): object | undefined {
  const puts = listAt(body, "success").flatMap(putsOf);
  if (new Set(puts).size < puts.length) {
    return undefined;
  }
  if (!listAt(body, "compare").every((compare) => isMet(state, compare))) {
    return {};
  }
  state.revision += 1;
  listAt(body, "success").forEach((operation) => carryOut(state, operation));
  return { succeeded: true };
}

function putsOf(operation: unknown): readonly string[] {
  const put = textAt(operation, "request_put", "key");
  return put === "" ? listAt(operation, "request_txn", "success").flatMap(putsOf) : [put];
}

function isMet(state: State, compare: unknown): boolean {
  const revision = Number(textAt(compare, "mod_revision"));
  if (textAt(compare, "result") === "LESS") {
    return inRange(state, compare).every(([, { modRevision }]) => modRevision < revision);
  }
  return (state.keys.get(plain(textAt(compare, "key")))?.modRevision ?? 0) === revision;
}

function carryOut(state: State, operation: unknown): void {
  const put = memberAt(operation, "request_put");
  const nested = listAt(operation, "request_txn", "success");
  if (isObject(put)) {
    state.keys.set(plain(textAt(put, "key")), { value: plain(textAt(put, "value")), modRevision: state.revision });
  } else if (nested.length > 0) {
    nested.forEach((one) => carryOut(state, one));
  } else {
    state.keys.delete(plain(textAt(operation, "request_delete_range", "key")));
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function plain(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
