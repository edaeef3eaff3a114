import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { hyphened } from "../lab/manifests.ts";
import { skipWithout } from "../support/component.ts";
import { API_KEY, SERVER_KINDS, type ServerKind, type ZoneServer } from "./hand-over-servers.ts";
import { areAt, areGone, movingAlias, movingNames, watchForGaps } from "./hand-over-watch.ts";
import { REAL_SERVERS } from "./real-servers.ts";

const skip = REAL_SERVERS || skipWithout(...SERVER_KINDS.flatMap(({ needs }) => needs));
const EVERYONE = { from: "All" };
const SCENES = ["label", "selector", "again", "deleted"] as const;

/** All scenes run at once, each with two zones of its own, whose servers are two processes. */
describe("P22: names change hands without a gap, with a kube-apiserver", { skip, concurrency: true }, () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await startClusterLab();
    const { name, key, text } = API_KEY;
    const metadata = { name, namespace: "dns-system" };
    await lab.apply(JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, stringData: { [key]: text } }));
  });
  after(() => lab[Symbol.asyncDispose]());

  for (const [index, kind] of SERVER_KINDS.entries()) {
    describe(kind.name, { concurrency: true }, () => scenesOn(() => lab, kind, `s${index}.example`));
  }
});

function scenesOn(labOf: () => ClusterLab, { start }: ServerKind, domain: string): void {
  let lab: ClusterLab;
  let old: ZoneServer;
  let next: ZoneServer;
  const started = new AsyncDisposableStack();
  const oldOf = (scene: string): string => `${scene}.${domain}`;
  const nextOf = (scene: string): string => `sub.${scene}.${domain}`;

  before(async () => {
    lab = labOf();
    old = started.use(await start(SCENES.map(oldOf), lab.projection.directory));
    next = started.use(await start(SCENES.map(nextOf), lab.projection.directory));
    await lab.apply(...SCENES.map((scene) => zone(oldOf(scene), old, EVERYONE)));
  });
  after(() => started.disposeAsync());

  test("a namespace loses its label and gets it back at once, and then for good: the names go after a minute, and come back", async () => {
    const [longer, namespace] = [nextOf("label"), `label-${hyphened(domain)}`];
    const names = movingNames(longer);
    const label = (value: string): Promise<string> =>
      lab.kubectl("label", "namespace", namespace, "--overwrite", value);
    await lab.apply(JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }));
    await label("dns=moves");
    await lab.apply(zone(longer, next, selecting("dns", "moves")), movingAlias("app", names, namespace));
    await areAt(next.at, names);
    await using watch = watchForGaps([next.at, old.at], names);
    await label("dns-");
    await delay(3_000);
    await label("dns=moves");
    await delay(3_000);
    await areAt(next.at, names);
    await areGone(old.at, names);
    await label("dns-");
    await areAt(old.at, names);
    await areGone(next.at, names);
    await delay(2_000);
    await watch.assertNoGap();
    await using back = watchForGaps([old.at, next.at], names);
    await label("dns=moves");
    await areAt(next.at, names);
    await areGone(old.at, names);
    await delay(2_000);
    await back.assertNoGap();
  });

  test("a selector changes: the names go after a minute to the zone above, and come back", async () => {
    const longer = nextOf("selector");
    const names = movingNames(longer);
    await lab.apply(zone(longer, next, selecting("dns", "public")), movingAlias(`selector-${hyphened(domain)}`, names));
    await areAt(next.at, names);
    await using watch = watchForGaps([next.at, old.at], names);
    await lab.apply(zone(longer, next, selecting("dns", "nobody")));
    await areAt(old.at, names);
    await areGone(next.at, names);
    await delay(2_000);
    await watch.assertNoGap();
    await using back = watchForGaps([old.at, next.at], names);
    await lab.apply(zone(longer, next, selecting("dns", "public")));
    await areAt(next.at, names);
    await areGone(old.at, names);
    await delay(2_000);
    await back.assertNoGap();
  });

  test("an alias is deleted and created again, three times", async () => {
    const longer = nextOf("again");
    const names = movingNames(longer);
    const name = `again-${hyphened(domain)}`;
    const path = "/apis/dnsalias.io/v1alpha1/namespaces/web/dnsaliases";
    await lab.apply(zone(longer, next, EVERYONE), movingAlias(name, names));
    await areAt(next.at, names);
    await using watch = watchForGaps([next.at], names);
    for (let round = 0; round < 3; round += 1) {
      await lab.requests.remove(`${path}/${name}`);
      await lab.requests.create(path, movingAlias(name, names));
      await delay(6_000);
    }
    await watch.assertNoGap();
  });

  test("a longer DnsZone is created, deleted, and created again: its records stay, and the zone above takes no name back", async () => {
    const longer = nextOf("deleted");
    const names = movingNames(longer);
    await lab.apply(movingAlias(`deleted-${hyphened(domain)}`, names));
    await areAt(old.at, names);
    await using watch = watchForGaps([old.at, next.at], names);
    await lab.apply(zone(longer, next, EVERYONE));
    await areAt(next.at, names);
    await areGone(old.at, names);
    await delay(2_000);
    await watch.assertNoGap();
    await using kept = watchForGaps([next.at], names);
    await lab.kubectl("delete", "dnszone", hyphened(longer), "--namespace=dns-system", "--timeout=60s");
    await delay(8_000);
    await areGone(old.at, names);
    await lab.apply(zone(longer, next, EVERYONE));
    await delay(5_000);
    await areGone(old.at, names);
    await kept.assertNoGap();
  });
}

function selecting(key: string, value: string): object {
  return { from: "Selector", selector: { matchLabels: { [key]: value } } };
}

function zone(domain: string, { spec }: ZoneServer, allowedNamespaces: object): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: hyphened(domain), namespace: "dns-system" },
    spec: { domain, allowedNamespaces, ...spec(domain), ttl: { min: 2 } },
  });
}
