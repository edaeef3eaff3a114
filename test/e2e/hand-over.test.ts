import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { aliasManifest, baseZoneText } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { startBind } from "../support/bind.ts";
import { skipWithout } from "../support/component.ts";
import { startCoreDns } from "../support/coredns.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { codeOf, dnsClient, FAMILIES } from "./dns-client.ts";
import { addressesBecome } from "./served.ts";

const OLD = "moves.example";
const NEW = "sub.moves.example";
const NAMES = [`app.${NEW}`, NEW, `*.${NEW}`] as const;
/** A name stays for a minute in a zone that doesn't admit it any more. */
const MOVED_WITHIN_MS = 120_000;
const ADDRESSES = { A: ["192.0.2.1", "192.0.2.2"], AAAA: ["2001:db8::1"] } as const;

interface Started extends AsyncDisposable {
  readonly at: DnsEndpoint;
  readonly provider: object;
}

/** A server for each of the two zones, and the provider of the DnsZone that is written there. */
interface Servers {
  readonly name: string;
  readonly skip: ReturnType<typeof skipWithout>;
  readonly start: (root: string, domain: string) => Promise<Started>;
}

const SERVERS: readonly Servers[] = [
  {
    name: "BIND by rfc2136",
    skip: skipWithout("named", "named-checkconf"),
    async start(_root, domain) {
      const bind = await startBind({ zones: { [domain]: baseZoneText(domain) }, moreZone: "allow-update { any; };" });
      const provider = { rfc2136: { servers: [{ address: bind.host, port: bind.port }] } };
      return { at: bind, provider, [Symbol.asyncDispose]: () => bind[Symbol.asyncDispose]() };
    },
  },
  {
    name: "CoreDNS by zoneFile",
    skip: skipWithout("coredns"),
    async start(root, domain) {
      const directory = join(root, "out");
      const file = domain.replaceAll(".", "\\.");
      await mkdir(directory, { recursive: true });
      const corefile = `. {
    bind {$DNS_HOST}
    auto ${domain} {
        directory ${directory} (${file})\\.zone {1}
        reload 1s
    }
}
`;
      const coredns = await startCoreDns({ corefile });
      const servedBy = { addresses: [{ address: coredns.host, port: coredns.port }] };
      const provider = { coreDNS: { zoneFile: { baseZone: { inline: baseZoneText(domain) } }, servedBy } };
      return { at: coredns, provider, [Symbol.asyncDispose]: () => coredns[Symbol.asyncDispose]() };
    },
  },
];

for (const { name, skip, start } of SERVERS) {
  describe(`P22: names change hands without a gap, ${name}`, { skip }, () => {
    let root: string;
    let old: Started;
    let next: Started;
    let child: ManagedProcess;
    const started = new AsyncDisposableStack();

    before(async () => {
      root = await mkdtemp(join(tmpdir(), "dnsalias-moves-"));
      started.defer(() => rm(root, { recursive: true, force: true }));
      await mkdir(join(root, "manifests"));
      old = started.use(await start(root, OLD));
      next = started.use(await start(root, NEW));
      await write("old.yaml", zone("old", OLD, old.provider));
      await write("alias.yaml", alias("app", NAMES));
      child = await startController(root);
      started.defer(() => child.stop());
      await areAt(old.at, NAMES);
    });
    after(() => started.disposeAsync());

    test("a longer DnsZone appears, which can't be written at first", async () => {
      await using watch = startWatch(() => [old.at, next.at]);
      await write(
        "new.yaml",
        zone("new", NEW, { rfc2136: { servers: [{ address: "127.0.0.1", port: await freePort() }] } }),
      );
      await delay(8_000);
      await areAt(old.at, NAMES);
      await write("new.yaml", zone("new", NEW, next.provider));
      await areAt(next.at, NAMES);
      await areGone(old.at);
      await delay(3_000);
      await watch.assertNoGap();
    });

    test("the DnsZone can't be read after a restart", async () => {
      await using watch = startWatch(() => [next.at]);
      await child.stop();
      await write("new.yaml", zone("new", NEW, { unknown: {} }));
      child = await startController(root);
      await delay(8_000);
      await areGone(old.at);
      await watch.assertNoGap();
    });

    test("the DnsZone is deleted, and created again", async () => {
      await using watch = startWatch(() => [next.at]);
      await write("new.yaml", zone("new", NEW, next.provider));
      await delay(3_000);
      await rm(join(root, "manifests", "new.yaml"));
      await delay(8_000);
      await areGone(old.at);
      await write("new.yaml", zone("new", NEW, next.provider));
      await delay(3_000);
      await watch.assertNoGap();
    });

    test("a selector changes, and the names go back after a minute", async () => {
      await using watch = startWatch(() => [next.at, old.at]);
      await write("new.yaml", zone("new", NEW, next.provider, "Same"));
      await areAt(old.at, NAMES);
      await areGone(next.at);
      await delay(3_000);
      await watch.assertNoGap();
    });

    test("a hostname goes from one alias to another", async () => {
      await using watch = startWatch(() => [old.at]);
      await write("alias.yaml", alias("app", NAMES.slice(1)));
      await delay(1_000);
      await write("other.yaml", alias("other", NAMES.slice(0, 1)));
      await delay(8_000);
      await watch.assertNoGap();
    });

    test("an alias is deleted and created again at once", async () => {
      await using watch = startWatch(() => [old.at]);
      await rm(join(root, "manifests", "alias.yaml"));
      await delay(2_000);
      await write("alias.yaml", alias("app", NAMES.slice(1)));
      await delay(8_000);
      await watch.assertNoGap();
    });

    function write(file: string, text: string): Promise<void> {
      return writeFile(join(root, "manifests", file), `${text}\n`);
    }
  });
}

interface Watch extends AsyncDisposable {
  /** Every sample had the right addresses at one of the servers. */
  assertNoGap(): Promise<void>;
}

/**
 * Queries the servers every 100 ms for each name and family, until one has it: first the one that the names leave. If that one has nothing any more, the next one, which is
 * queried after it, has to have the name.
 */
function startWatch(servers: () => readonly DnsEndpoint[]): Watch {
  const clients = servers().map(dnsClient);
  const queries = NAMES.flatMap((name) => FAMILIES.map((family) => ({ name: name.replace("*", "any"), family })));
  const gaps: string[] = [];
  let samples = 0;
  const ending = new AbortController();
  const sample = async ({ name, family }: (typeof queries)[number]): Promise<void> => {
    const answers: string[] = [];
    for (const client of clients) {
      const answer = await client.addresses(name, family).catch(codeOf);
      answers.push(String(answer));
      if (String(answer) === ADDRESSES[family].join()) {
        samples += 1;
        return;
      }
    }
    gaps.push(`${name} ${family}: ${answers.join(" | ")}`);
  };
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await Promise.all(queries.map(sample));
      await delay(100, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  return {
    async assertNoGap() {
      await stop();
      assert.deepEqual(gaps, []);
      assert.ok(samples >= 10 * queries.length, `only ${samples} samples`);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function areAt(server: DnsEndpoint, names: readonly string[]): Promise<void> {
  for (const name of names.map((one) => one.replace("*", "any"))) {
    for (const family of FAMILIES) {
      await addressesBecome(server, name, family, ADDRESSES[family], MOVED_WITHIN_MS);
    }
  }
}

async function areGone(server: DnsEndpoint): Promise<void> {
  const client = dnsClient(server);
  for (const name of NAMES.map((one) => one.replace("*", "any"))) {
    await waitFor(
      `${name} to be withdrawn`,
      async () => assert.ok(["ENOTFOUND", ""].includes(String(await client.addresses(name, "A").catch(codeOf)))),
      { withinMs: MOVED_WITHIN_MS, everyMs: 200 },
    );
  }
}

async function startController(root: string): Promise<ManagedProcess> {
  const opsPort = await freePort();
  const args = [
    "src/main.ts",
    "run",
    `--manifests=${join(root, "manifests")}`,
    `--out=${join(root, "out")}`,
    `--state=${join(root, "state.json")}`,
    "--owner-id=moves",
    "--resolver=127.0.0.1:9",
    `--listen-ops=127.0.0.1:${opsPort}`,
    "--no-responder",
  ];
  const child = startProcess({ component: "dnsalias run", command: process.execPath, args, stopAfterMs: 20_000 });
  const probe = async () => ((await fetch(`http://127.0.0.1:${opsPort}/readyz`)).ok ? undefined : "not ready");
  await untilReady(child, { component: "dnsalias run", deadlineMs: 60_000, probe });
  return child;
}

function zone(name: string, domain: string, provider: object, from = "All"): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace: "dns" },
    spec: { domain, allowedNamespaces: { from }, provider, ttl: { min: 2 } },
  });
}

function alias(name: string, hostnames: readonly string[]): string {
  return aliasManifest({ name, hostnames, targets: [[...ADDRESSES.A, ...ADDRESSES.AAAA]] });
}
