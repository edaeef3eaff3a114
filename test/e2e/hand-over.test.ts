import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { skipWithout } from "../support/component.ts";
import { freePort } from "../support/free-port.ts";
import type { ManagedProcess } from "../support/process.ts";
import { startFolderController } from "./folder-controller.ts";
import { API_KEY, outOf, SERVER_KINDS, type ServerKind, type ZoneServer } from "./hand-over-servers.ts";
import { areAt, areGone, movingAlias, movingNames, watchForGaps } from "./hand-over-watch.ts";

const OLD = "moves.example";
const NEW = "sub.moves.example";
const NAMES = movingNames(NEW);

describe("P22: names change hands without a gap, in folder mode", { concurrency: true }, () => {
  for (const kind of SERVER_KINDS) {
    describe(kind.name, { skip: skipWithout(...kind.needs), concurrency: 1 }, () => scenesOn(kind));
  }
});

function scenesOn({ start }: ServerKind): void {
  let root: string;
  let old: ZoneServer;
  let next: ZoneServer;
  let child: ManagedProcess;
  const started = new AsyncDisposableStack();

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "dnsalias-moves-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    await mkdir(join(root, "manifests"));
    old = started.use(await start([OLD], outOf(root)));
    next = started.use(await start([NEW], outOf(root)));
    await write("secret.yaml", secret());
    await write("old.yaml", zone("old", OLD, old.spec(OLD)));
    await write("alias.yaml", movingAlias("app", NAMES));
    child = await startController(root);
    started.defer(() => child.stop());
    await areAt(old.at, NAMES);
  });
  after(() => started.disposeAsync());

  // The first two scenes run in the minute in which a new process withdraws no name that may have left its zone.
  test("a hostname goes from one alias to another", async () => {
    await using watch = watchForGaps([old.at], NAMES);
    await write("alias.yaml", movingAlias("app", NAMES.slice(1)));
    await delay(1_000);
    await write("other.yaml", movingAlias("other", NAMES.slice(0, 1)));
    await delay(8_000);
    await watch.assertNoGap();
  });

  test("an alias is deleted and created again at once", async () => {
    await using watch = watchForGaps([old.at], NAMES);
    await rm(join(root, "manifests", "alias.yaml"));
    await delay(2_000);
    await write("alias.yaml", movingAlias("app", NAMES.slice(1)));
    await delay(8_000);
    await watch.assertNoGap();
  });

  test("a longer DnsZone appears, which can't be written at first", async (t) => {
    await using watch = watchForGaps([old.at, next.at], NAMES);
    await write(
      "new.yaml",
      zone("new", NEW, {
        provider: { rfc2136: { servers: [{ address: "127.0.0.1", port: await freePort() }] } },
      }),
    );
    await delay(8_000);
    await areAt(old.at, NAMES);
    const startedAt = performance.now();
    await write("new.yaml", zone("new", NEW, next.spec(NEW)));
    await areAt(next.at, NAMES);
    t.diagnostic(`written after ${Math.round(performance.now() - startedAt)} ms`);
    await areGone(old.at, NAMES);
    t.diagnostic(`withdrawn after ${Math.round(performance.now() - startedAt)} ms`);
    await delay(3_000);
    await watch.assertNoGap();
  });

  test("the DnsZone can't be read after a restart", async () => {
    await using watch = watchForGaps([next.at], NAMES);
    await child.stop();
    await write("new.yaml", zone("new", NEW, { provider: { unknown: {} } }));
    child = await startController(root);
    await delay(8_000);
    await areGone(old.at, NAMES);
    await watch.assertNoGap();
  });

  test("the DnsZone is deleted, and created again", async () => {
    await using watch = watchForGaps([next.at], NAMES);
    await write("new.yaml", zone("new", NEW, next.spec(NEW)));
    await delay(3_000);
    await rm(join(root, "manifests", "new.yaml"));
    await delay(8_000);
    await areGone(old.at, NAMES);
    await write("new.yaml", zone("new", NEW, next.spec(NEW)));
    await delay(3_000);
    await watch.assertNoGap();
  });

  test("a selector changes, and the names go back after a minute", async () => {
    await using watch = watchForGaps([next.at, old.at], NAMES);
    await write("new.yaml", zone("new", NEW, next.spec(NEW), "Same"));
    await areAt(old.at, NAMES);
    await areGone(next.at, NAMES);
    await delay(3_000);
    await watch.assertNoGap();
  });

  function write(file: string, text: string): Promise<void> {
    return writeFile(join(root, "manifests", file), `${text}\n`);
  }
}

function startController(root: string): Promise<ManagedProcess> {
  const options = [
    `--state=${join(root, "state.json")}`,
    "--owner-id=moves",
    "--resolver=127.0.0.1:9",
    "--no-responder",
  ];
  return startFolderController({ root, options, page: "/readyz" });
}

function zone(name: string, domain: string, spec: object, from = "All"): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace: "dns" },
    spec: { domain, allowedNamespaces: { from }, ...spec, ttl: { min: 2 } },
  });
}

function secret(): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: API_KEY.name, namespace: "dns" },
    stringData: { [API_KEY.key]: API_KEY.text },
  });
}
