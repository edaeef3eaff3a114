import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, test, type TestContext } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { listAt, textAt } from "../lab/kube-requests.ts";
import { aliasManifest, baseZoneText, hyphened } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { type Bind, startBind } from "../support/bind.ts";
import { skipWithout } from "../support/component.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { runBlock } from "../support/doc-note.ts";
import { blocksRunBy } from "../support/doc-pages.ts";
import { run } from "../support/run.ts";
import { directZone } from "./direct-zone.ts";
import { readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const PAGE = "docs/concepts/steering.md";
const MAIN = ["11.52.0.1", "2001:db8:52::1"];
const SECOND = ["11.52.0.2", "2001:db8:52::2"];
const KEY = { name: "roll-back", secret: Buffer.from("a key of this test, for loopback").toString("base64") };
const ZONE_FILE = "file.example";
const DIRECT = "direct.example";

function inAnHour(): string {
  return `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`;
}

/** The commands of the page, with a controller that was killed. */
describe("a roll back by hand from the history", { skip: REAL_SERVERS || skipWithout("nsupdate", "named") }, () => {
  let lab: ClusterLab;
  let bind: Bind;
  let folder: string;
  const started = new AsyncDisposableStack();

  before(async () => {
    lab = started.use(await startClusterLab({ targets: [] }));
    bind = started.use(
      await startBind({
        zones: { [DIRECT]: baseZoneText(DIRECT) },
        moreConfig: `key "${KEY.name}" { algorithm hmac-sha256; secret "${KEY.secret}"; };`,
        moreZone: "allow-update { any; };",
      }),
    );
    folder = await mkdtemp(join(tmpdir(), "dnsalias-roll-back-"));
    started.defer(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "key"), `key "${KEY.name}" { algorithm hmac-sha256; secret "${KEY.secret}"; };\n`);
    await lab.addZone(ZONE_FILE);
    await lab.apply(directZone(DIRECT, bind));
    for (const domain of [ZONE_FILE, DIRECT]) {
      await failOver(domain);
    }
    await lab.controller.kill();
  });
  after(() => started.disposeAsync());

  const serverOf = (domain: string): DnsEndpoint => (domain === DIRECT ? bind : lab.dns);
  const serves = async (domain: string, [a = "", aaaa = ""]: readonly string[]): Promise<void> => {
    await addressesBecome(serverOf(domain), domain, "A", [a], 60_000);
    await addressesBecome(serverOf(domain), domain, "AAAA", [aaaa], 60_000);
  };
  const annotate = (domain: string, annotation: string) =>
    lab.kubectl("annotate", "dnsalias", hyphened(domain), "-n", "web", "--overwrite", annotation);
  /** An alias with r1 of `main` and r2 of `second`. */
  const failOver = async (domain: string): Promise<void> => {
    const targets = [
      { name: "main", addresses: MAIN },
      { name: "second", addresses: SECOND },
    ];
    const spec = { selection: "Failover", targets, failback: { after: "0s" }, ttl: { max: 5 }, allowPrivate: true };
    await lab.apply(aliasManifest({ name: hyphened(domain), hostnames: [domain], targets: [], spec }));
    await serves(domain, MAIN);
    await annotate(domain, `dnsalias.io/drain=main until ${inAnHour()}`);
    await serves(domain, SECOND);
    await waitFor("two revisions", async () => {
      const { json } = await readAlias(lab, `web/${hyphened(domain)}`);
      const revisions = listAt(json, "status", "history").map((entry) => textAt(entry, "revision"));
      assert.deepEqual(revisions, ["r2", "r1"]);
    });
  };
  const envOf = (domain: string, revision: string): Readonly<Record<string, string>> => ({
    KUBECONFIG: lab.api.kubeconfig,
    ALIAS: hyphened(domain),
    NAMESPACE: "web",
    REVISION: revision,
    NAME: domain,
    SERVER: bind.host,
    PORT: String(bind.port),
    KEY_FILE: "key",
    ZONE_NAMESPACE: "dns-system",
    CONFIGMAP: `dnsalias-${hyphened(domain)}`,
    KEY: `${domain}.zone`,
  });
  const [records, byUpdate, byZoneFile] = blocksRunBy(import.meta.filename, PAGE);
  assert.ok(records && byUpdate && byZoneFile);
  const ways = [
    { domain: DIRECT, block: byUpdate },
    { domain: ZONE_FILE, block: byZoneFile },
  ];

  for (const { domain, block } of ways) {
    test(`${domain} has the addresses of the revision, and a wrong revision changes nothing`, async (t: TestContext) => {
      const wrong = { env: envOf(domain, "r9"), cwd: folder };
      await runBlock(t, records, wrong);
      await run("bash", ["--norc", "-c", block.text], wrong);
      await delay(3_000);
      await serves(domain, SECOND);
      const right = { env: envOf(domain, "r1"), cwd: folder };
      const { stdout } = await runBlock(t, records, right);
      assert.equal(stdout, `${domain}. 60 IN A ${MAIN[0]}\n${domain}. 60 IN AAAA ${MAIN[1]}\n`);
      await runBlock(t, block, right);
      await serves(domain, MAIN);
    });
  }

  test("a controller that returns keeps the pinned addresses, and then publishes those of the targets", async () => {
    for (const { domain } of ways) {
      await annotate(domain, `dnsalias.io/pin=r1 until ${inAnHour()}`);
    }
    await lab.controller.start();
    await delay(5_000);
    for (const { domain } of ways) {
      await serves(domain, MAIN);
      await annotate(domain, "dnsalias.io/pin-");
      await serves(domain, SECOND);
    }
  });
});
