import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../lab/wait-for.ts";
import { answerData, dig } from "../support/dig.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { startEtcd } from "../support/etcd.ts";
import { etcdStore } from "../support/etcd-store.ts";
import { startExternalDnsWebhook } from "../support/external-dns-webhook.ts";
import { startOutsideLab, type OutsideLab } from "./outside-lab.ts";

/** One zone at BIND, PowerDNS, etcd, and an ExternalDNS webhook, to which several installations write. */
export interface SharedPlaces extends AsyncDisposable {
  readonly lab: OutsideLab;
  readonly places: readonly SharedPlace[];
  /** What is at the names at every place: see {@link SharedPlace.read}. */
  readAll(names: readonly string[]): Promise<readonly string[]>;
  become(names: readonly string[], wanted: Readonly<Record<string, string>>): Promise<void>;
}

export interface SharedPlace {
  readonly name: string;
  /** Of a DnsZone. */
  readonly provider: object;
  readonly servedBy?: object;
  /** The address and the owner of a name: `192.0.2.1 red`. Parts that aren't there are left out. */
  read(name: string): Promise<string>;
}

export async function startSharedPlaces(domain: string): Promise<SharedPlaces> {
  await using starting = new AsyncDisposableStack();
  const lab = starting.use(await startOutsideLab(domain));
  const etcd = starting.use(await startEtcd());
  const hook = starting.use(await startExternalDnsWebhook({ provider: { kind: "inmemory" }, zones: [domain] }));
  const keys = etcdStore(etcd.clientUrl);
  const overDns =
    (at: DnsEndpoint) =>
    async (name: string): Promise<string> =>
      described(
        answerData(await dig(at, name, "A"), "A"),
        answerData(await dig(at, `_dnsalias.${name}`, "TXT"), "TXT"),
      );
  const places: readonly SharedPlace[] = [
    { name: "bind", provider: lab.providers.rfc2136, read: overDns(lab.bind) },
    { name: "pdns", provider: lab.providers.powerDNS, servedBy: lab.pdnsServedBy, read: overDns(lab.pdns) },
    {
      name: "etcd",
      provider: { coreDNSEtcd: { endpoints: [etcd.clientUrl] } },
      async read(name) {
        const path = `/skydns/${name.split(".").toReversed().join("/")}`;
        const all = await keys.list(path);
        const values = all.filter(({ key }) => key === path || key.startsWith(`${path}/`)).map(({ value }) => value);
        return described(hostsIn(values), values);
      },
    },
    {
      name: "hook",
      provider: { externalDNSWebhook: { url: hook.url } },
      async read(name) {
        const records = await recordsOf(hook.url);
        const targets = (at: string, type: string): readonly string[] =>
          records.filter((one) => one.dnsName === at && one.recordType === type).flatMap((one) => one.targets);
        return described(targets(name, "A"), targets(`_dnsalias.${name}`, "TXT"));
      },
    },
  ];
  const owned = starting.move();
  const readAll = async (names: readonly string[]): Promise<readonly string[]> => {
    const lines = places.flatMap((place) =>
      names.map(async (name) => `${place.name} ${name.slice(0, -domain.length - 1)} ${await place.read(name)}`),
    );
    return Promise.all(lines);
  };
  return {
    lab,
    places,
    readAll,
    become: (names, wanted) =>
      waitFor(
        JSON.stringify(wanted),
        async () => {
          const expected = places.flatMap((place) =>
            names.map((name) => {
              const label = name.slice(0, -domain.length - 1);
              return `${place.name} ${label} ${wanted[label] ?? ""}`;
            }),
          );
          assert.deepEqual(await readAll(names), expected);
        },
        { withinMs: 90_000, everyMs: 300 },
      ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Reads the names at every place all the time. */
export function watchPlaces(shared: SharedPlaces, names: readonly string[]) {
  const seen = new Set<string>();
  const ending = new AbortController();
  const running = (async () => {
    while (!ending.signal.aborted) {
      (await shared.readAll(names)).forEach((line) => seen.add(line));
      await delay(100);
    }
  })();
  return {
    /** Each line that was seen, sorted. */
    async stop(): Promise<readonly string[]> {
      ending.abort();
      await running;
      return [...seen].sort();
    },
  };
}

function described(addresses: readonly string[], texts: readonly string[]): string {
  const owners = texts.flatMap((text) => /owner=([^,\\" ]+)/.exec(text)?.[1] ?? []);
  return [...addresses, ...new Set(owners)].join(" ");
}

/** Of skydns services. */
function hostsIn(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => /"host":"(\d+\.\d+\.\d+\.\d+)"/.exec(value)?.[1] ?? []);
}

interface WebhookRecord {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
}

async function recordsOf(url: string): Promise<readonly WebhookRecord[]> {
  const headers = { accept: "application/external.dns.webhook+json;version=1" };
  const response = await fetch(`${url}/records`, { headers, signal: AbortSignal.timeout(5_000) });
  const records: readonly WebhookRecord[] | undefined = JSON.parse(await response.text()) ?? undefined;
  return records ?? [];
}
