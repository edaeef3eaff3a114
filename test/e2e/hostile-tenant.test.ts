import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, baseZoneText, zoneFileProvider, zoneManifest } from "../lab/manifests.ts";
import { answerData, dig } from "../support/dig.ts";
import { aliasShows, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "tenants.example";
const NAMES = [DOMAIN, `shop.${DOMAIN}`];
const HOSTS = ["ns1", "mail", "mx2", "sip", "sub"].map((label) => `${label}.${DOMAIN}`);
/** mx2 and sip have no addresses. */
const BASE = `${baseZoneText(DOMAIN)}@ IN MX 20 mx2\n_sip._tcp IN SRV 0 5 5060 sip\nsub IN NS ns1\n`;

/** A server is queried every 100 ms, and the queries of a busy machine wait for their turn. */
const MEASURED_WITHIN_MS = 1_000;

/** One namespace does all that it can to another one's names, in a zone that admits all namespaces. Server: CoreDNS, by zoneFile. */
describe("a hostile namespace in a zone that admits all", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;
  let step = 0;

  before(async () => {
    lab = await startClusterLab({ targets: [target(0)] });
    await lab.addZone(DOMAIN, { base: BASE });
    await lab.apply(
      aliasManifest({ name: "shop", namespace: "shop", hostnames: NAMES, targets: ["shop.lb.test"] }),
      aliasManifest({ name: "fixed", namespace: "shop", hostnames: [`fixed.${DOMAIN}`], targets: [["11.9.0.1"]] }),
    );
    await aliasShows(lab, "shop/shop", "Ready", /^True/);
    await aliasShows(lab, "shop/fixed", "Ready", /^True/);
  });
  after(() => lab[Symbol.asyncDispose]());

  for (const { what, manifests, more } of attacks()) {
    test(`${what}: no name of another namespace becomes blank, wrong, or older than its bound, and none is less ready`, async (t) => {
      const { boundMs } = await readAlias(lab, "shop/shop");
      await using sampler = startSampler(
        lab.dns,
        [...NAMES, `fixed.${DOMAIN}`].map((name) => ({ name, family: "A" as const })),
        250,
      );
      const ready = watchReady(lab, ["shop/shop", "shop/fixed"]);
      const allowed = new Set([address(step), "11.9.0.1"]);
      await lab.apply(...manifests);
      await more?.(lab);
      for (let change = 0; change < 2; change += 1) {
        step += 1;
        allowed.add(address(step));
        await lab.targets.set(target(step));
        const startedAt = performance.now();
        for (const name of NAMES) {
          await addressesBecome(lab.dns, name, "A", [address(step)], boundMs + MEASURED_WITHIN_MS);
        }
        t.diagnostic(`followed after ${Math.round(performance.now() - startedAt)} ms; the bound is ${boundMs} ms`);
        await delay(3_000);
      }
      assert.deepEqual(sampler.blanks(), []);
      const addresses = sampler.samples.flatMap(({ answer }) => (typeof answer === "string" ? [] : answer));
      assert.deepEqual(
        addresses.filter((one) => !allowed.has(one)),
        [],
      );
      assert.deepEqual(await ready.stop(), []);
      await hostsAreTheZones(lab);
    });
  }
});

interface Attack {
  readonly what: string;
  readonly manifests: readonly string[];
  readonly more?: (lab: ClusterLab) => Promise<unknown>;
}

function attacks(): readonly Attack[] {
  const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
  const many = numbers(64).map((index) => numbers(16).map((part) => `11.${16 + part}.${index}.1`));
  return [
    {
      what: "aliases for the zone's name servers and mail servers, for names inside a delegation, and for names of others",
      manifests: [...HOSTS, `www.sub.${DOMAIN}`, `www.${DOMAIN}`, ...NAMES].map((hostname, index) =>
        aliasManifest({ name: `host-${index}`, hostnames: [hostname], targets: [["11.66.6.6"]] }),
      ),
    },
    {
      what: "statuses and labels of its own liking",
      manifests: [aliasManifest({ name: "liar", hostnames: [`liar.${DOMAIN}`], targets: ["liar.lb.test"] })],
      more: async (lab) => {
        const hostnames = [DOMAIN, `mx2.${DOMAIN}`, `fixed.${DOMAIN}`].map((hostname) => ({
          hostname,
          zone: "dns-system/tenants-example",
          addresses: ["11.66.6.7"],
          ttl: 60,
        }));
        const status = JSON.stringify({ status: { observedGeneration: 1, conditions: [], hostnames, targets: [] } });
        const patch = ["dnsalias", "liar", "--namespace=web", "--type=merge", `--patch=${status}`];
        await lab.kubectl("patch", ...patch, "--subresource=status");
        await lab.kubectl("label", "namespace", "web", "--overwrite", "team=shop", "dns=shop");
        await lab.kubectl("label", "dnsalias", "liar", "--namespace=web", "app.kubernetes.io/managed-by=dnsalias");
      },
    },
    {
      what: "an alias at every maximum of the schema: 64 names of 1,024 addresses each",
      manifests: [
        aliasManifest({
          name: "huge",
          hostnames: numbers(64).map((index) => `huge-${index}.${DOMAIN}`),
          targets: numbers(16).map((part) => many.map((row) => row[part] ?? "")),
        }),
      ],
    },
    {
      what: "DnsZones equal to and below the zone",
      manifests: [DOMAIN, `shop.${DOMAIN}`].map((domain) =>
        zoneManifest({ domain, namespace: "web", provider: zoneFileProvider(domain) }),
      ),
    },
    {
      what: "200 aliases of 16 dead targets each",
      manifests: numbers(200).map((index) =>
        aliasManifest({
          name: `dead-${index}`,
          hostnames: [`dead-${index}.${DOMAIN}`],
          // Half of the names don't exist, and the resolver refuses the others.
          targets: numbers(16).map((part) => `dead-${index}-${part}.${part % 2 === 0 ? "lb.test" : "dead.example"}`),
        }),
      ),
    },
  ];
}

/** The hosts of the base zone have its addresses, and those that have none there have none. */
async function hostsAreTheZones(lab: ClusterLab): Promise<void> {
  const read = async (label: string): Promise<readonly string[]> =>
    answerData(await dig(lab.dns, `${label}.${DOMAIN}`, "A"), "A");
  const expected = { ns1: ["11.1.0.1"], mail: ["11.1.0.3"], www: ["11.1.0.4"], mx2: [], sip: [] };
  for (const [label, wanted] of Object.entries(expected)) {
    assert.deepEqual(await read(label), wanted, label);
  }
}

/** Each Ready condition that isn't True, as it was seen. */
function watchReady(lab: ClusterLab, keys: readonly string[]) {
  const seen = new Set<string>();
  const ending = new AbortController();
  const running = (async () => {
    while (!ending.signal.aborted) {
      for (const key of keys) {
        const text = (await readAlias(lab, key)).condition("Ready");
        if (!text.startsWith("True")) {
          seen.add(`${key} ${text}`);
        }
      }
      await delay(300);
    }
  })();
  return {
    async stop(): Promise<readonly string[]> {
      ending.abort();
      await running;
      return [...seen];
    },
  };
}

function address(step: number): string {
  return `11.9.1.${step + 1}`;
}

function target(step: number) {
  return { name: "shop.lb.test", type: "A", ttl: 5, data: [address(step)] } as const;
}
