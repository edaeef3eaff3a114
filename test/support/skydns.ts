import assert from "node:assert/strict";
import { listAt, memberAt, numberAt, parseJson, textAt } from "../../src/base/json.ts";
import { familyOf, parseAddress } from "../../src/dns/address/address.ts";
import { labelsOf, nameOfCanonical, type Name } from "../../src/dns/name/name.ts";
import { type RRset, rrsetKey } from "../../src/dns/record.ts";
import { sortedSets } from "../../src/providers/rrset-changes.ts";

/** Records in etcd as CoreDNS's etcd plugin has them (SkyDNS messages), without ExternalDNS: `/skydns/com/example/www/x1`. */
export interface SkyDns {
  put(set: RRset): Promise<void>;
  remove(name: Name, type: string): Promise<void>;
  list(): Promise<readonly RRset[]>;
}

interface Message {
  readonly key: string;
  readonly host: string;
  readonly text: string;
  readonly ttl: number;
  /** Of an MX record. */
  readonly mail: boolean;
  readonly priority: number;
  readonly targetstrip: number;
}

export function skyDns(etcdUrl: string): SkyDns {
  const call = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${etcdUrl}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
    assert.equal(response.status, 200);
    return response.json();
  };
  const messages = async (): Promise<readonly Message[]> => {
    const answer = await call("range", { key: base64(PREFIX), range_end: base64("/skydns0") });
    return listAt(answer, "kvs").map((entry) =>
      readMessage(text(textAt(entry, "key")), parseJson(text(textAt(entry, "value")))),
    );
  };
  const remove = async (name: Name, type: string): Promise<void> => {
    for (const message of await messages()) {
      const record = recordOf(message);
      if (record.name === name && record.type === type) {
        await call("deleterange", { key: base64(message.key) });
      }
    }
  };
  return {
    remove,
    put: async ({ name, type, ttl, data }) => {
      await remove(name, type);
      for (const [index, entry] of data.entries()) {
        const key = `${PREFIX}${labelsOf(name).toReversed().join("/")}/${type.toLowerCase()}${index}`;
        await call("put", {
          key: base64(key),
          value: base64(JSON.stringify({ ...messageOf(type, entry), ttl, targetstrip: 1 })),
        });
      }
    },
    list: async () => {
      const sets = new Map<string, RRset>();
      for (const { data, ...record } of (await messages()).map(recordOf)) {
        sets.set(rrsetKey(record), { ...record, data: [...(sets.get(rrsetKey(record))?.data ?? []), data] });
      }
      return sortedSets(sets.values());
    },
  };
}

const PREFIX = "/skydns/";

function readMessage(key: string, value: unknown): Message {
  return {
    key,
    host: textAt(value, "host"),
    text: textAt(value, "text"),
    ttl: numberAt(value, "ttl") ?? 0,
    mail: memberAt(value, "mail") === true,
    priority: numberAt(value, "priority") ?? 0,
    targetstrip: numberAt(value, "targetstrip") ?? 0,
  };
}

interface SkyRecord {
  readonly name: Name;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

function recordOf({ key, host, text: words, ttl, mail, priority, targetstrip }: Message): SkyRecord {
  const labels = key.slice(PREFIX.length).split("/").toReversed().slice(targetstrip);
  const name = nameOfCanonical(`${labels.join(".")}.`);
  if (mail) {
    return { name, type: "MX", ttl, data: `${priority} ${host}` };
  }
  if (host === "") {
    return { name, type: "TXT", ttl, data: words };
  }
  const address = parseAddress(host);
  return address === undefined
    ? { name, type: "CNAME", ttl, data: `${host}.` }
    : { name, type: familyOf(address), ttl, data: address };
}

function messageOf(type: string, data: string): Readonly<Record<string, unknown>> {
  switch (type) {
    case "TXT":
      return { text: data };
    case "MX":
      return { host: data.split(" ")[1], priority: Number(data.split(" ")[0]), mail: true };
    default:
      return { host: data.replace(/\.$/, "") };
  }
}

function base64(words: string): string {
  return Buffer.from(words).toString("base64");
}

function text(words: string): string {
  return Buffer.from(words, "base64").toString("utf8");
}
