import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { installDnsEndpointCrd, skipWithoutDnsEndpointCrd } from "../support/dns-endpoint-crd.ts";
import { freePort } from "../support/free-port.ts";
import {
  ADDRESS_BESIDE,
  admissionPolicies,
  basesOf,
  DENIED,
  nameBeside,
  rejectedAlias,
  rejectedName,
  startPlaces,
  zoneAt,
  type DeliveryPlace,
} from "./delivery-places.ts";
import { API_KEY } from "./hand-over-servers.ts";
import { aliasShows, readAlias, zoneShows } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { storeUnchecked } from "./store-unchecked.ts";

const skip =
  REAL_SERVERS ||
  skipWithout("external-dns-webhook", "pdns_server", "pdnsutil", "pdns_control", "sqlite3") ||
  skipWithoutDnsEndpointCrd();

/** A server is queried every 100 ms, and the queries of a busy machine wait for their turn. */
const MEASURED_WITHIN_MS = 1_000;
const CHANGES = 3;
const target = (step: number) => ({ name: "good.lb.test", type: "A", ttl: 5, data: [address(step)] }) as const;
/** An address that is never published, beside one that may be. */
const mapped = (step: number) =>
  [
    { name: "mapped.lb.test", type: "A", ttl: 5, data: [`11.31.1.${step + 1}`] },
    { name: "mapped.lb.test", type: "AAAA", ttl: 5, data: ["::ffff:34.56.78.200"] },
  ] as const;

/** Every delivery at a real server; all faults are in force at once while the targets change. */
describe("P21: one never stops another", { skip }, () => {
  let lab: ClusterLab;
  let places: readonly DeliveryPlace[];
  let step = 0;
  const started = new AsyncDisposableStack();

  before(async () => {
    const listen = { host: "127.0.0.1", port: await freePort() };
    const controllerArgs = [`--transfer-listen=${listen.host}:${listen.port}`];
    lab = started.use(await startClusterLab({ targets: [target(0), ...mapped(0)], controllerArgs }));
    await installDnsEndpointCrd(lab.api);
    const metadata = { name: API_KEY.name, namespace: "dns-system" };
    const stringData = { [API_KEY.key]: API_KEY.text };
    await lab.apply(...admissionPolicies(), JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, stringData }));
    places = await startPlaces(lab, listen, started);
    await lab.apply(
      ...basesOf(places),
      ...places.map(({ delivery, domain, provider, servedBy }) =>
        zoneAt(delivery.toLowerCase(), domain, provider, servedBy),
      ),
      ...places.map(({ delivery, domain }) =>
        aliasManifest({
          name: goodName(delivery),
          namespace: "shop",
          hostnames: [`shop.${domain}`, `app.${domain}`],
          targets: ["good.lb.test"],
        }),
      ),
    );
    await Promise.all(places.map((place) => follows(place, 90_000)));
    await Promise.all(
      places.map(({ delivery }) =>
        aliasShows(lab, `shop/${goodName(delivery)}`, "Ready", /^True/, { withinMs: 90_000 }),
      ),
    );
    await rulesAreInForce();
  });
  after(() => started.disposeAsync());

  test("with a name that the server rejects, targets that can't be read, an alias and a base zone with mistakes, and a dead zone, all others follow within their bound", async (t) => {
    const ready = watchReady();
    await lab.apply(...places.map(rejectedAlias), ...places.flatMap(faultsOf));
    await storeUnchecked(lab, UNREADABLE);
    await lab.apply(...basesOf(places, "www IN A not-an-address\n"));
    await Promise.all(
      places.map(async ({ delivery, rejected }) =>
        aliasShows(lab, `web/${rejectedName(delivery)}`, "Programmed", rejected.shows, { withinMs: 90_000 }),
      ),
    );
    await Promise.all(places.map(besideIsServed));
    await Promise.all(
      ["zonefile", "transfer"].map((zone) =>
        zoneShows(lab, `dns-system/${zone}`, "Ready", /^False BaseZoneInvalid: .*line \d+/),
      ),
    );
    for (let change = 0; change < CHANGES; change += 1) {
      const bounds = await Promise.all(
        places.map(async ({ delivery }) => (await readAlias(lab, `shop/${goodName(delivery)}`)).boundMs),
      );
      step += 1;
      await lab.targets.set(target(step), ...mapped(step));
      const startedAt = performance.now();
      await Promise.all(
        places.map(async (place, index) => {
          const boundMs = bounds[index] ?? 0;
          assert.ok(boundMs > 0, `${place.delivery} states a bound`);
          await follows(place, boundMs + MEASURED_WITHIN_MS);
          t.diagnostic(
            `${place.delivery} followed after ${Math.round(performance.now() - startedAt)} ms; its bound is ${boundMs} ms`,
          );
        }),
      );
    }
    await Promise.all(places.map(mappedFollows));
    for (const { delivery, rejected } of places) {
      assert.match((await readAlias(lab, `web/${rejectedName(delivery)}`)).condition("Programmed"), rejected.shows);
    }
    assert.deepEqual(await ready.stop(), []);
  });

  test("each fault goes with its cause", async () => {
    await lab.apply(...basesOf(places));
    const names = [...places.map(({ delivery }) => rejectedName(delivery)), "unreadable"];
    await lab.kubectl("delete", "dnsalias", "--namespace=web", "--timeout=120s", ...names);
    await Promise.all(
      places.map(({ delivery }) =>
        zoneShows(lab, `dns-system/${delivery.toLowerCase()}`, "Ready", /^True/, { withinMs: 120_000 }),
      ),
    );
  });

  async function follows({ delivery, domain, addresses }: DeliveryPlace, withinMs: number): Promise<void> {
    for (const name of [`shop.${domain}`, `app.${domain}`]) {
      await waitFor(
        `${delivery} to serve ${address(step)} at ${name}`,
        async () => assert.deepEqual(await addresses(name), [address(step)]),
        { withinMs, everyMs: 100 },
      );
    }
  }

  /** Both names of the alias are new, and in one batch. */
  async function besideIsServed(place: DeliveryPlace): Promise<void> {
    const name = nameBeside(place);
    if (name !== undefined) {
      await waitFor(
        `${place.delivery} to serve ${name}`,
        async () => assert.deepEqual(await place.addresses(name), [ADDRESS_BESIDE]),
        { withinMs: 60_000 },
      );
    }
  }

  /** The family that can be published follows beside the one that can't. */
  async function mappedFollows({ delivery, domain, addresses }: DeliveryPlace): Promise<void> {
    const [{ data }] = mapped(step);
    await waitFor(
      `${delivery} to serve ${data.join()} at mapped.${domain}`,
      async () => assert.deepEqual(await addresses(`mapped.${domain}`), data),
      { withinMs: 60_000 },
    );
  }

  /** Policies are enforced some moments after they are made. */
  async function rulesAreInForce(): Promise<void> {
    const probe = ["create", "configmap", "probe", `--from-literal=zone=${DENIED}`, "--dry-run=server"];
    await waitFor("the policies", () => assert.rejects(lab.kubectl(...probe), /no name called denied/), {
      withinMs: 60_000,
    });
  }

  /** Each Ready condition of an alias without a fault that isn't True, as it was seen. */
  function watchReady() {
    const seen = new Set<string>();
    const ending = new AbortController();
    const running = (async () => {
      while (!ending.signal.aborted) {
        for (const { delivery } of places) {
          const text = (await readAlias(lab, `shop/${goodName(delivery)}`)).condition("Ready");
          if (!text.startsWith("True")) {
            seen.add(`${delivery} ${text}`);
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
});

/** U+0378 is assigned to no character: the schema takes the text, and no name is made of it. */
const UNREADABLE = aliasManifest({ name: "unreadable", hostnames: ["\u0378.nowhere.test"], targets: [["11.31.9.9"]] });

/** A target with an address that must not be published, dead targets, and a DnsZone that can't be written, with a name. */
function faultsOf({ delivery, domain, deadProvider }: DeliveryPlace): readonly string[] {
  const id = delivery.toLowerCase();
  const dead = `dead-${domain}`;
  return [
    aliasManifest({ name: `mapped-${id}`, hostnames: [`mapped.${domain}`], targets: ["mapped.lb.test"] }),
    aliasManifest({
      name: `silent-${id}`,
      hostnames: [`silent.${domain}`],
      targets: ["silent.dead.example", "no.lb.test"],
    }),
    zoneAt(`dead-${id}`, dead, deadProvider),
    aliasManifest({ name: `dead-${id}`, hostnames: [`www.${dead}`], targets: ["good.lb.test"] }),
  ];
}

function goodName(delivery: string): string {
  return `good-${delivery.toLowerCase()}`;
}

function address(step: number): string {
  return `11.31.0.${step + 1}`;
}
