import { listAt, memberAt, numberAt, parseJson, textAt } from "../../../src/base/json.ts";
import type { CoreDNSEtcdSpec } from "../../../src/api/dns-zone.ts";
import { familyOf, parseAddress } from "../../../src/dns/address/address.ts";
import { labelsOf, nameOfCanonical, parseName, type Name } from "../../../src/dns/name/name.ts";
import { type RRset, rrsetKey } from "../../../src/dns/record.ts";
import type { RecordBackend, SecretText } from "../../../src/providers/backend.ts";
import { createCoreDNSEtcdBackend } from "../../../src/providers/coredns-etcd/coredns-etcd.ts";
import { sortedSets } from "../../../src/providers/rrset-changes.ts";
import type { HttpClient } from "../../../src/transport/http-client.ts";
import { startCoreDns, type CoreDns } from "../../support/coredns.ts";
import { etcdStore, type EtcdKey } from "../../support/etcd-store.ts";
import type { TlsSource } from "../../../src/providers/backend.ts";
import { tlsOf } from "../../support/tls-source.ts";

export const ZONE = parseName("example.com");
export const ROOT_KEY = "/skydns/com/example";

export interface BackendOptions {
  readonly endpoints: readonly string[];
  readonly http: HttpClient;
  readonly spec?: Partial<CoreDNSEtcdSpec>;
  readonly password?: SecretText;
  readonly tls?: TlsSource;
}

export function etcdBackend({ endpoints, http, spec, password, tls }: BackendOptions): RecordBackend {
  return createCoreDNSEtcdBackend({
    spec: { endpoints, pathPrefix: "/skydns", ...spec },
    domain: ZONE,
    password,
    tls: tls ?? tlsOf(spec),
    http,
  });
}

export function startEtcdCoreDns(etcdUrl: string, more = ""): Promise<CoreDns> {
  return startCoreDns({
    corefile: `example.com {\n bind {$DNS_HOST}\n etcd {\n path /skydns\n endpoint ${etcdUrl}\n ${more}\n }\n errors\n}\n`,
  });
}

export interface Hand {
  put(set: RRset): Promise<void>;
  remove(name: Name, type: string): Promise<void>;
  list(): Promise<readonly RRset[]>;
}

/** Somebody else who writes records for the plugin, and reads what is there in his own words. */
export function etcdHand(url: string): Hand {
  const store = etcdStore(url);
  const records = async (): Promise<readonly KeyRecord[]> =>
    (await store.list(`${ROOT_KEY}/`)).flatMap((entry) => recordOf(entry) ?? []);
  const remove = async (name: Name, type: string): Promise<void> => {
    for (const { key, set } of await records()) {
      if (set.name === name && set.type === type) {
        await store.remove(key);
      }
    }
  };
  return {
    remove,
    put: async ({ name, type, ttl, data }) => {
      await remove(name, type);
      for (const [index, one] of data.entries()) {
        const key = `${placeOf(name, type)}/${type.toLowerCase()}${index}`;
        await store.put(key, JSON.stringify({ ...messageOf(type, one), ttl, ...groupOf(name, type) }));
      }
    },
    list: async () => {
      const sets = new Map<string, RRset>();
      for (const { set } of await records()) {
        const data = [...(sets.get(rrsetKey(set))?.data ?? []), ...set.data];
        sets.set(rrsetKey(set), { ...set, data });
      }
      return sortedSets(sets.values());
    },
  };
}

function placeOf(name: Name, type: string): string {
  const isApexAddress = name === ZONE && (type === "A" || type === "AAAA");
  return isApexAddress ? `${ROOT_KEY}/dns/apex` : `/skydns/${labelsOf(name).toReversed().join("/")}`;
}

/** What the manual page asks others for, so that their addresses can stand below an alias. */
function groupOf(name: Name, type: string): object {
  const isDeep = labelsOf(name).length > labelsOf(ZONE).length + 1 && type !== "TXT";
  return isDeep ? { group: name } : {};
}

interface KeyRecord {
  readonly key: string;
  readonly set: RRset;
}

function recordOf({ key, value }: EtcdKey): KeyRecord | undefined {
  const body = parseJson(value);
  const kind = textAt(body, "dnsalias", "kind");
  if (kind === "screen") {
    return undefined;
  }
  if (kind === "owner") {
    const data = listAt(body, "dnsalias", "owners").map((text) => `"${String(text)}"`);
    return { key, set: { name: nameOfCanonical(`_dnsalias.${nameAt(key)}`), type: "TXT", ttl: 300, data } };
  }
  const name = nameAt(key.slice(0, key.lastIndexOf("/")));
  return { key, set: { name, ttl: numberAt(body, "ttl") ?? 0, ...contentOf(body) } };
}

function nameAt(key: string): Name {
  const path = key === `${ROOT_KEY}/dns/apex` ? ROOT_KEY : key;
  return nameOfCanonical(`${path.slice("/skydns/".length).split("/").toReversed().join(".")}.`);
}

function contentOf(body: unknown): Pick<RRset, "type" | "data"> {
  const host = textAt(body, "host");
  if (memberAt(body, "mail") === true) {
    return { type: "MX", data: [`${numberAt(body, "priority") ?? 10} ${host}`] };
  }
  if (host === "") {
    return { type: "TXT", data: [`"${textAt(body, "text")}"`] };
  }
  const address = parseAddress(host);
  return address === undefined ? { type: "CNAME", data: [`${host}.`] } : { type: familyOf(address), data: [address] };
}

function messageOf(type: string, data: string): object {
  switch (type) {
    case "TXT":
      return { text: data.replaceAll(/^"|"$/g, "") };
    case "MX":
      return { host: data.split(" ")[1], priority: Number(data.split(" ")[0]), mail: true };
    default:
      return { host: data.replace(/\.$/, "") };
  }
}
