import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { parseDuration } from "../../src/api/schema/duration.ts";
import { type ClusterLab, startClusterLab } from "../lab/cluster-lab.ts";
import type { ControllerProcess } from "../lab/controller-process.ts";
import { textAt } from "../lab/kube-requests.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { Bind } from "../support/bind.ts";
import { type ChoosyTarget, startChoosyTarget } from "../support/choosy-target.ts";
import { skipWithout } from "../support/component.ts";
import { dig } from "../support/dig.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { directZone, startDirectServer } from "./direct-zone.ts";
import { aliasShows, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { metricOf } from "./responder-lab.ts";
import { type PlanesWatch, type SwitchWatch, watchPlanes } from "./switch-watch.ts";

const DOMAIN = "alone.example";
const SECOND = "127.5.0.1";
/** Each test leaves a target of its own. */
const SCENES = ["frozen", "killed", ...Array.from({ length: leaderKills() }, (_, index) => `leader${index}`)];
const LEASE_MS = 15_000;
/** Without a Lease for this long, a replica is alone. */
const ALONE_MS = 30_000;

/** P12f has 50. */
function leaderKills(): number {
  return Number(process.env["LEADER_KILLS"] ?? 2);
}

/** P12f: a switch survives the death of the leader, an outage of the API server, and restarts. */
describe("two replicas with responders", { skip: REAL_SERVERS || skipWithout("dig") }, () => {
  const started = new AsyncDisposableStack();
  const mains = new Map<string, ChoosyTarget>();
  let lab: ClusterLab;
  let replicas: readonly ControllerProcess[];
  let responders: readonly DnsEndpoint[];
  let bind: Bind;

  before(async () => {
    const [port, ...listening] = await Promise.all([freePort(), freePort(), freePort()]);
    responders = listening.map((one) => ({ host: "127.0.0.1", port: one }));
    const processes = (): readonly number[] => replicas.map((one) => one.pid());
    for (const [index, scene] of SCENES.entries()) {
      mains.set(scene, started.use(await startChoosyTarget({ address: mainOf(index), port }, processes)));
    }
    started.use(await startChoosyTarget({ address: SECOND, port }, processes));
    bind = started.use(await startDirectServer(DOMAIN));
    const [first, second] = listening;
    lab = started.use(await startClusterLab({ controllerArgs: argsFor(first) }));
    replicas = [lab.controller, started.use(await lab.startSecondController(argsFor(second)))];
    const zone = directZone(DOMAIN, bind, { tenants: { privateAddresses: "Allow" } });
    await lab.apply(zone, ...SCENES.map((scene, index) => aliasManifest(scene, index, port)));
    for (const scene of SCENES) {
      await aliasShows(lab, `web/${scene}`, "Healthy", /^True AllHealthy/, { withinMs: 60_000 });
    }
  });
  after(() => started.disposeAsync());

  test("while the API server hangs, both responders leave a dead target, no server is written, and nothing switches back", async (context) => {
    await outage(context, {
      scene: "frozen",
      begin: async (main) => {
        process.kill(lab.api.pid(), "SIGSTOP");
        await delay(1_000);
        main.isDown = true;
      },
      end: async () => void process.kill(lab.api.pid(), "SIGCONT"),
    });
  });

  test("if the API server is killed between the first and the third failure, the same holds", async (context) => {
    await outage(context, {
      scene: "killed",
      begin: async (main) => {
        main.isDown = true;
        await failures(main, 1);
        await lab.api.kill();
      },
      end: () => lab.api.start(),
    });
  });

  for (const scene of SCENES.filter((one) => one.startsWith("leader"))) {
    test(`P12f: ${scene} is killed between the second and the third failure, and the name switches within the bound and 15 s`, async (context) => {
      const leader = await leading();
      const main = targetOf(scene);
      const boundMs = await statedBound(scene);
      await using watched = watch(scene);
      main.isDown = true;
      await failures(main, 2, leader);
      await leader.kill();
      const killedAt = performance.now();
      const survivor = watched.responders[replicas.indexOf(leader) === 0 ? 1 : 0];
      assert.ok(survivor);
      await switched([watched.published, survivor], 120_000);
      await leader.start();
      const took = [watched.published, survivor].map((one) => Math.round(one.lastEnd(mainName(scene)) - killedAt));
      context.diagnostic(`from the kill: BIND ${took[0]} ms, the responder ${took[1]} ms; bound ${boundMs} ms`);
      assert.ok((took[0] ?? Infinity) <= boundMs + LEASE_MS, `BIND: ${took[0]} ms`);
      assert.ok((took[1] ?? Infinity) <= boundMs + ALONE_MS, `the responder: ${took[1]} ms`);
    });
  }

  test("a restart of all replicas on the standby doesn't switch back, although the first choice answers again", async () => {
    for (const main of mains.values()) {
      main.isDown = false;
    }
    await Promise.all(replicas.map((one) => one.kill()));
    const restartedAt = performance.now();
    await Promise.all(replicas.map((one) => one.start()));
    await using watched = watch("frozen");
    const connections = (): number => [...targetOf("frozen").connections.values()].reduce((sum, one) => sum + one, 0);
    const before = connections();
    await waitFor("checks that reach the first choice", () => assert.ok(connections() >= before + 4), {
      withinMs: 90_000,
    });
    await switched(watched.all, 60_000);
    await delay(10_000);
    for (const one of watched.all) {
      // While a responder starts, it doesn't answer.
      const seen = one.rows(restartedAt).filter((text) => text.startsWith("127."));
      assert.deepEqual(new Set(seen), new Set([SECOND]));
    }
  });

  interface Outage {
    readonly scene: string;
    /** Takes the API server and the target away. */
    readonly begin: (main: ChoosyTarget) => Promise<void>;
    /** Brings the API server back. */
    readonly end: () => Promise<void>;
  }

  async function outage(context: TestContext, { scene, begin, end }: Outage): Promise<void> {
    const boundMs = await statedBound(scene);
    const main = targetOf(scene);
    await using watched = watch(scene);
    await delay(2_000);
    const serial = await serialOf();
    const downAt = performance.now();
    await using broken = new AsyncDisposableStack();
    broken.defer(end);
    await begin(main);
    // The times count from the moment at which both are away.
    const lostAt = performance.now();
    await switched(watched.responders, boundMs + ALONE_MS);
    const took = watched.responders.map((one) => Math.round(one.lastEnd(mainName(scene)) - lostAt));
    // A replica that is alone stays on its decision.
    await delay(10_000);
    assert.equal(await serialOf(), serial, "nothing is written while the API server is away");
    assert.deepEqual(watched.published.rows(downAt), [mainName(scene)]);
    await broken.disposeAsync();
    const backAt = performance.now();
    await switched([watched.published], boundMs + LEASE_MS);
    const publishedMs = Math.round(watched.published.lastEnd(mainName(scene)) - backAt);
    context.diagnostic(
      `the responders: ${took.join(" and ")} ms of ${boundMs + ALONE_MS}; BIND: ${publishedMs} ms of ${boundMs + LEASE_MS}`,
    );
    assert.ok(
      took.every((ms) => ms <= boundMs + ALONE_MS),
      `${took.join(" and ")} ms`,
    );
    assert.ok(publishedMs <= boundMs + LEASE_MS, `BIND: ${publishedMs} ms`);
    await waitFor(
      "the status",
      async () => {
        const { json } = await readAlias(lab, `web/${scene}`);
        assert.match(JSON.stringify(json), /"selected":\{[^}]*"targets":\["second"\]/);
      },
      { withinMs: 60_000 },
    );
    await waitFor("both replicas to follow the status", async () => assert.ok(replicas.every(followsAgain)), {
      withinMs: 60_000,
    });
    await delay(10_000);
    const rows = watched.all.map((one) => one.rows(downAt).join(" "));
    const wanted = watched.all.map(() => `${mainName(scene)} ${SECOND}`);
    assert.deepEqual(rows, wanted, "one switch, and no other answer, at BIND and at each responder");
  }

  /** True if the last line about it in the log of the process says that it is no longer alone. */
  function followsAgain(replica: ControllerProcess): boolean {
    const lines = replica.output().split("\n");
    const alone = lines.findLastIndex((line) => line.includes("decides about targets alone"));
    const ended = lines.findLastIndex(
      (line) => line.includes("follows the statuses again") || line.includes('"leading"'),
    );
    return ended >= alone;
  }

  function targetOf(scene: string): ChoosyTarget {
    const main = mains.get(scene);
    assert.ok(main);
    return main;
  }

  async function failures(main: ChoosyTarget, count: number, by?: ControllerProcess): Promise<void> {
    const checks = (): number =>
      by === undefined
        ? [...main.connections.values()].reduce((sum, one) => sum + one, 0)
        : (main.connections.get(by.pid()) ?? 0);
    const before = checks();
    await waitFor(`${count} failed checks`, () => assert.ok(checks() >= before + count), {
      withinMs: 30_000,
      everyMs: 10,
    });
  }

  async function leading(): Promise<ControllerProcess> {
    return waitFor(
      "a leader",
      async () => {
        const values = await Promise.all(
          replicas.map(({ opsUrl }) => metricOf(opsUrl, 'leader_election_master_status{name="dnsalias"}')),
        );
        const leader = replicas[values.indexOf(1)];
        assert.ok(leader);
        return leader;
      },
      { withinMs: 60_000 },
    );
  }

  async function statedBound(scene: string): Promise<number> {
    await aliasShows(lab, `web/${scene}`, "Healthy", /^True AllHealthy/, { withinMs: 60_000 });
    return waitFor("a bound", async () => {
      const { json } = await readAlias(lab, `web/${scene}`);
      const boundMs = parseDuration(textAt(json, "status", "switchBound")) ?? 0;
      assert.ok(boundMs > 0);
      return boundMs;
    });
  }

  async function serialOf(): Promise<number> {
    const [soa] = (await dig(bind, DOMAIN, "SOA")).answer;
    return Number(soa?.data.split(" ")[2]);
  }

  function watch(scene: string): PlanesWatch {
    return watchPlanes({ published: bind, responders }, `${scene}.${DOMAIN}`);
  }
});

async function switched(watches: readonly SwitchWatch[], withinMs: number): Promise<void> {
  await waitFor("the switch", () => assert.ok(watches.every((one) => one.gives(SECOND))), { withinMs });
}

function mainOf(index: number): string {
  return `127.5.1.${index + 1}`;
}

function mainName(scene: string): string {
  return mainOf(SCENES.indexOf(scene));
}

function argsFor(port: number): readonly string[] {
  return [
    "--health-checks",
    "--health-check-allow=127.5.0.0/16",
    "--responder",
    `--responder-listen=127.0.0.1:${port}`,
  ];
}

function aliasManifest(scene: string, index: number, port: number): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: scene, namespace: "web" },
    spec: {
      hostnames: [`${scene}.${DOMAIN}`],
      selection: "Failover",
      ttl: { max: 10 },
      targets: [
        { name: "main", addresses: [mainOf(index)] },
        { name: "second", addresses: [SECOND] },
      ],
      healthCheck: { httpGet: { scheme: "HTTP", port }, period: "5s", timeout: "1s" },
    },
  });
}
