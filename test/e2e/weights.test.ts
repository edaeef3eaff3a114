import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { waitFor } from "../lab/wait-for.ts";
import { locateComponent, skipWithout } from "../support/component.ts";
import { dig } from "../support/dig.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { run } from "../support/run.ts";
import { startUnbound } from "../support/unbound.ts";
import { ask, inlineZone, type ResponderLab, startResponderLab } from "./responder-lab.ts";
import { DOMAIN, quickCheck, startSteeringLab, statusBecomes, type SteeringLab } from "./steering-lab.ts";

const NAME = "near.example";
const MAIN = "11.0.0.1";
const SECOND = "11.0.0.2";
const NETWORKS = 20_000;

function weightedAlias(main: number, second: number): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: "shop", namespace: "web" },
    spec: {
      hostnames: [NAME],
      selection: "Weighted",
      targets: [
        { name: "main", weight: main, addresses: [MAIN] },
        { name: "second", weight: second, addresses: [SECOND] },
      ],
    },
  });
}

/** Number `index` of the networks, none of which is special-use. */
function network(index: number): string {
  return `20.${index >> 8}.${index & 255}.0`;
}

/** The address for each network, by one run of dig over one connection. */
async function addressesByNetwork(at: DnsEndpoint, directory: string): Promise<readonly string[]> {
  const batch = join(directory, `batch-${at.port}`);
  const lines = Array.from({ length: NETWORKS }, (_, index) => `-q ${NAME} -t A +subnet=${network(index)}/24`);
  await writeFile(batch, `${lines.join("\n")}\n`);
  const flags = ["+tcp", "+keepopen", "+noall", "+answer", "+norecurse", "+tries=1", "+time=10"];
  const { stdout } = await run(locateComponent("dig"), [`@${at.host}`, "-p", String(at.port), ...flags, "-f", batch], {
    env: { HOME: "/nonexistent" },
  });
  const found = stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split(/\s+/).at(-1) ?? ""]));
  assert.equal(found.length, NETWORKS, stdout.slice(0, 1_000));
  return found;
}

function shareOf(addresses: readonly string[], address: string): number {
  return (addresses.filter((one) => one === address).length / addresses.length) * 100;
}

describe(`the responders of two processes and ${NETWORKS} client networks`, { skip: skipWithout("dig") }, () => {
  let directory = "";
  let replicas: readonly ResponderLab[] = [];
  let first: readonly string[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dnsalias-weights-"));
    const manifests = [inlineZone(NAME, { responder: { clientSubnet: true } }), weightedAlias(70, 30)];
    const resolvers = [{ host: "127.0.0.1", port: 9 }];
    replicas = await Promise.all([1, 2].map(() => startResponderLab({ resolvers, manifests })));
  });
  after(async () => {
    await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
    await rm(directory, { recursive: true, force: true });
  });

  test("the shares are within 1.5 points of 70 and 30, and both processes give each network the same target", async () => {
    const [one = [], other = []] = await Promise.all(replicas.map(({ dns }) => addressesByNetwork(dns, directory)));
    const share = shareOf(one, SECOND);
    assert.ok(Math.abs(share - 30) <= 1.5, `${share}%`);
    assert.ok(Math.abs(shareOf(one, MAIN) - 70) <= 1.5, "every other network gets the other target");
    assert.deepEqual(other, one);
    first = one;
  });

  test("the answer holds for the queried network, and AAAA is NODATA for both targets", async () => {
    const [replica] = replicas;
    assert.ok(replica);
    for (const index of [0, 1, 2, 3]) {
      const reply = await ask(replica.dns, NAME, "A", [`+subnet=${network(index)}/24`]);
      assert.deepEqual(
        reply.answer.map(({ data }) => data),
        [first[index]],
        reply.text,
      );
      assert.match(reply.text, new RegExp(`CLIENT-SUBNET: ${network(index)}/24/24`));
      assert.deepEqual((await ask(replica.dns, NAME, "AAAA")).answer, []);
    }
  });

  test("from 70/30 to 60/40 at most 13 % of the networks move, and only to the second target", async () => {
    const [replica] = replicas;
    assert.ok(replica);
    await replica.write(inlineZone(NAME, { responder: { clientSubnet: true } }), weightedAlias(60, 40));
    const watched = first.flatMap((address, index) => (address === MAIN ? [index] : [])).slice(0, 200);
    await waitFor("the new weights", async () => {
      const now = await Promise.all(
        watched.map(async (index) => (await ask(replica.dns, NAME, "A", [`+subnet=${network(index)}/24`])).answer[0]),
      );
      assert.ok(now.some((record) => record?.data === SECOND));
    });
    const addresses = await addressesByNetwork(replica.dns, directory);
    const share = shareOf(addresses, SECOND);
    assert.ok(Math.abs(share - 40) <= 1.5, `${share}%`);
    const moved = addresses.filter((address, index) => address !== first[index]);
    assert.ok(moved.length <= NETWORKS * 0.13, `${moved.length} networks`);
    assert.deepEqual([...new Set(moved)], [SECOND]);
  });
});

describe(
  "the responders of two processes, and resolvers in 10 networks",
  { skip: skipWithout("dig", "unbound") },
  () => {
    const PLAIN = "plain.example";
    const RESOLVERS = Array.from({ length: 10 }, (_, index) => `127.3.${index}`);
    const manifest = JSON.stringify({
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsAlias",
      metadata: { name: "plain", namespace: "web" },
      spec: {
        hostnames: [PLAIN],
        selection: "Weighted",
        targets: [
          { name: "main", weight: 1, addresses: [MAIN, "2001:4860::1"] },
          { name: "second", weight: 1, addresses: [SECOND, "2001:4860::2"] },
        ],
      },
    });

    /** The last digit of the one address: 1 is main, 2 is second. */
    const targetFrom = async (at: DnsEndpoint, type: string, flags: readonly string[]): Promise<string | undefined> => {
      const { answer, text } = await dig(at, PLAIN, type, flags);
      assert.equal(answer.length, 1, text);
      return answer[0]?.data.at(-1);
    };

    test("each Unbound keeps one target for A and AAAA, with an empty cache again, and at either process", async () => {
      await using labs = new AsyncDisposableStack();
      const start = () =>
        startResponderLab({ resolvers: [{ host: "127.0.0.1", port: 9 }], manifests: [inlineZone(PLAIN), manifest] });
      const replicas = await Promise.all([start(), start()]);
      replicas.forEach((replica) => labs.use(replica));
      const seen = new Set<string | undefined>();
      for (const network of RESOLVERS) {
        const wanted = await Promise.all(
          replicas.map(({ dns }) => targetFrom(dns, "A", ["+norecurse", "-b", `${network}.77`])),
        );
        for (const { dns } of replicas) {
          const stubs = [{ zone: PLAIN, servers: [dns] }];
          await using unbound = await startUnbound({ stubs, outgoing: `${network}.1` });
          for (const type of ["A", "AAAA"]) {
            assert.equal(await targetFrom(unbound, type, []), wanted[0], `${network} ${type}`);
          }
          await unbound.flush();
          assert.equal(await targetFrom(unbound, "A", []), wanted[0]);
        }
        assert.equal(wanted[1], wanted[0]);
        seen.add(wanted[0]);
      }
      assert.deepEqual(seen, new Set(["1", "2"]), "both targets have networks");
    });
  },
);

describe("folder mode and BIND, with weights", { skip: skipWithout("named", "dig", "openssl") }, () => {
  const TARGETS = { a: [1, 2, 3, 4], b: [5, 6, 7, 8] };
  const CHECKED = "127.2.0.1";
  const CONTROL = "127.2.0.5";
  let lab: SteeringLab;

  const addressesOf = (name: keyof typeof TARGETS): readonly string[] => TARGETS[name].map((one) => `127.2.0.${one}`);
  const specOf = (port: number, weights: readonly number[]) => ({
    selection: "Weighted",
    targets: [
      { name: "a", weight: weights[0], addresses: [CHECKED] },
      { name: "b", weight: weights[1], addresses: [CONTROL] },
    ],
    healthCheck: quickCheck(port),
  });
  const unchecked = (weights: readonly number[]) => ({
    selection: "Weighted",
    targets: (["a", "b"] as const).map((name, index) => ({
      name,
      weight: weights[index],
      addresses: addressesOf(name),
    })),
  });
  const counts = async (): Promise<readonly number[]> => {
    const { answer, text } = await dig(lab.bind, DOMAIN, "A");
    const all = new Set(answer.map(({ data }) => data));
    assert.ok(all.size > 0, text);
    return (["a", "b"] as const).map((name) => addressesOf(name).filter((address) => all.has(address)).length);
  };

  before(async () => {
    lab = await startSteeringLab({ servers: [CHECKED, CONTROL], spec: () => unchecked([75, 25]) });
  });
  after(() => lab[Symbol.asyncDispose]());

  for (const [weights, published, shares] of [
    [
      [75, 25],
      [3, 1],
      ["75 75", "25 25"],
    ],
    [
      [50, 50],
      [4, 4],
      ["50 50", "50 50"],
    ],
    [
      [90, 10],
      [4, 1],
      ["90 80", "10 20"],
    ],
    [
      [1, 0],
      [4, 0],
      ["100 100", "0 0"],
    ],
  ] as const) {
    test(`${weights.join("/")} of 4 and 4 addresses: BIND serves ${published.join(" and ")}, and the status shows the same shares`, async () => {
      await lab.writeAlias(unchecked(weights));
      await waitFor("the counts", async () => assert.deepEqual(await counts(), published));
      await statusBecomes(lab, "the shares", ({ targets }) => {
        const shown = targets.map(({ share }) => `${share?.wanted} ${share?.published}`);
        assert.deepEqual(shown, shares);
      });
    });
  }

  test("a difference of 10 points is reported", async () => {
    await waitFor("the Event", async () => {
      assert.match(
        lab.dnsalias.output(),
        /Target a has 80% of the published addresses instead of 90%, because the targets have too few addresses\./,
      );
    });
  });

  test("a target that dies leaves the records, and gets its share back", async () => {
    await lab.writeAlias(specOf(lab.port, [1, 1]));
    await waitFor("both targets", async () => assert.deepEqual(await counts(), [1, 1]), { withinMs: 30_000 });
    await lab.target(CHECKED).kill();
    await waitFor("the other target", async () => assert.deepEqual(await counts(), [0, 1]), { withinMs: 30_000 });
    await statusBecomes(lab, "the dead address", ({ targets, selected }) => {
      assert.deepEqual(selected?.targets, ["b"]);
      assert.deepEqual(targets.find(({ name }) => name === "a")?.unhealthyAddresses, [CHECKED]);
    });
    await lab.target(CHECKED).revive();
    await waitFor("both targets again", async () => assert.deepEqual(await counts(), [1, 1]), { withinMs: 60_000 });
  });
});
