import assert from "node:assert/strict";
import { listAt, parseJson, textAt } from "../../src/base/json.ts";

/** A key and its value, as texts. */
export interface EtcdKey {
  readonly key: string;
  readonly value: string;
}

/** Somebody else's hand in etcd, by its JSON gateway. */
export interface EtcdStore {
  /** Every key with the prefix, sorted. */
  list(prefix: string): Promise<readonly EtcdKey[]>;
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Any call of the gateway: "/v3/auth/enable". */
  call(path: string, body: object): Promise<unknown>;
}

/** `token` is one that `/v3/auth/authenticate` gave. */
export function etcdStore(url: string, token?: string): EtcdStore {
  const call = async (path: string, body: object): Promise<unknown> => {
    const headers = token === undefined ? {} : { authorization: token };
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = await response.text();
    assert.equal(response.status, 200, `${path}: ${answer}`);
    return parseJson(answer);
  };
  return {
    call,
    list: async (prefix) => {
      const answer = await call("/v3/kv/range", { key: base64(prefix), range_end: base64(`${prefix}\u00ff`) });
      return listAt(answer, "kvs").map((entry) => ({
        key: plain(textAt(entry, "key")),
        value: plain(textAt(entry, "value")),
      }));
    },
    put: async (key, value) => void (await call("/v3/kv/put", { key: base64(key), value: base64(value) })),
    remove: async (key) => void (await call("/v3/kv/deleterange", { key: base64(key) })),
  };
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function plain(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
