import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { baseZoneText } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { watchSwitch, type SwitchWatch } from "../e2e/switch-watch.ts";
import { startBind } from "../support/bind.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePort } from "../support/free-port.ts";
import { makeCertificate, startHttpsTarget } from "../support/https-target.ts";
import { zoneText } from "../support/zone-text.ts";
import { publish } from "./figures.ts";
import { startGdnsd } from "./gdnsd.ts";
import { startProgram } from "./program.ts";
import { readSettings } from "./settings.ts";
import { largest, percentile } from "./statistics.ts";

/**
 * The main one of two targets is killed `--runs` times, at a random moment between two checks. For gdnsd, the responder, and BIND by
 * `rfc2136`, with the same targets and settings at the same time: from the kill until the first answer with the standby.
 */
const settings = readSettings({ runs: 10 });
const { runs } = settings.numbers;
const MAIN = "127.5.8.1";
const STANDBY = "127.5.8.2";
const CHECKS = { interval: 5, timeout: 1 };
const FAILURES = 3;
const TTL = 2;

const tookMs = new Map<string, number[]>();
for (let run = 1; run <= runs; run += 1) {
  for (const [name, ms] of await measureOnce()) {
    tookMs.set(name, [...(tookMs.get(name) ?? []), ms]);
  }
  process.stderr.write(`run ${run} of ${runs}\n`);
}
const setting = `${runs} kills, checks of kind TCP each ${CHECKS.interval} s, timeout ${CHECKS.timeout} s, ${FAILURES} failures, TTL ${TTL} s`;
await publish(
  {
    bench: "failover",
    setting,
    figures: [...tookMs].flatMap(([name, all]) => [
      { name: `${name}: p50`, value: percentile(all, 0.5) / 1_000, unit: "s" },
      { name: `${name}: longest`, value: largest(all) / 1_000, unit: "s" },
    ]),
  },
  settings.json,
);

async function measureOnce(): Promise<ReadonlyMap<string, number>> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const certificate = await makeCertificate(folder.path, "shop.example");
  const port = await freePort(MAIN);
  const shared = { directory: folder.path, port, ...certificate };
  const main = started.use(await startHttpsTarget({ ...shared, address: MAIN }));
  started.use(await startHttpsTarget({ ...shared, address: STANDBY }));
  const domain = "gdnsd.example";
  const gdnsd = started.use(
    await startGdnsd({ domain, main: MAIN, standby: STANDBY, port, seconds: CHECKS, failures: FAILURES, ttl: TTL }),
  );
  const bind = started.use(
    await startBind({ zones: { "bind.example": zoneText([]) }, moreZone: "allow-update { any; };" }),
  );
  const responder = { host: "127.0.0.1", port: await freePort() };
  const manifests = join(folder.path, "manifests");
  await mkdir(manifests);
  const rfc2136 = { rfc2136: { servers: [{ address: bind.host, port: bind.port }] } };
  const zoneFile = { coreDNS: { zoneFile: { baseZone: { inline: baseZoneText("responder.example") } } } };
  const items = [
    zoneOf("bind.example", rfc2136),
    aliasOf("bind.example", port),
    zoneOf("responder.example", zoneFile),
    aliasOf("responder.example", port),
  ];
  await writeFile(join(manifests, "all.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  started.use(
    await startProgram({
      main: settings.main,
      nodeFlags: settings.nodeFlags,
      args: [
        `--manifests=${manifests}`,
        `--out=${join(folder.path, "out")}`,
        "--resolver=127.0.0.1:9",
        "--health-check-allow=127.0.0.0/8",
      ],
      responder,
    }),
  );
  const watches = new Map<string, SwitchWatch>([
    ["gdnsd", started.use(watchSwitch(gdnsd, `shop.${domain}`))],
    ["responder", started.use(watchSwitch(responder, "shop.responder.example"))],
    ["BIND by rfc2136", started.use(watchSwitch(bind, "shop.bind.example"))],
  ]);
  await untilAll(watches, MAIN, 60_000);
  // Two periods, in which each program has checked both targets.
  await delay(1_000 * CHECKS.interval * (2 + Math.random()));
  const killedAt = performance.now();
  await main.kill();
  await untilAll(watches, STANDBY, 60_000);
  return new Map(
    [...watches].map(([name, { answers }]) => {
      const first = answers.find(({ at, text }) => at > killedAt && text === STANDBY);
      return [name, (first?.at ?? Number.NaN) - killedAt];
    }),
  );
}

function untilAll(watches: ReadonlyMap<string, SwitchWatch>, address: string, withinMs: number): Promise<void> {
  return waitFor(
    `each server to have ${address}`,
    () => {
      for (const [name, watch] of watches) {
        if (!watch.gives(address)) {
          throw new Error(`${name}: ${watch.answers.at(-1)?.text}`);
        }
      }
    },
    { withinMs },
  );
}

function zoneOf(domain: string, provider: object): object {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: domain.replaceAll(".", "-"), namespace: "web" },
    spec: { domain, ttl: { min: 1, max: TTL }, provider },
  };
}

function aliasOf(domain: string, port: number): object {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: domain.replaceAll(".", "-"), namespace: "web" },
    spec: {
      hostnames: [`shop.${domain}`],
      selection: "Failover",
      targets: [
        { name: "main", addresses: [MAIN] },
        { name: "standby", addresses: [STANDBY] },
      ],
      healthCheck: {
        tcpSocket: { port },
        period: `${CHECKS.interval}s`,
        timeout: `${CHECKS.timeout}s`,
        failureThreshold: FAILURES,
      },
    },
  };
}
