import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LookupResult } from "../../../src/dns/lookup-result.ts";
import { skipWithout } from "../../support/component.ts";
import { startUnbound } from "../../support/unbound.ts";
import { startSubnetServer, type SubnetAnswer, type SubnetServer } from "../../lab/subnet-server.ts";
import { type LookupScene, lookupScene, over } from "./lookup-scene.ts";

const ANSWERS: Readonly<Record<string, readonly SubnetAnswer[]>> = {
  "cdn.test": [
    // RFC 7871 7.2.1: what holds for the rest must not hold for the networks that have their own.
    { network: "0.0.0.0/0", data: "A 9.9.9.9", scope: 16 },
    { network: "8.8.0.0/16", data: "A 8.8.0.1" },
    { network: "8.8.8.0/24", data: "A 8.8.8.1" },
  ],
  "shop.test": [
    { network: "0.0.0.0/0", data: "CNAME cdn.test" },
    { network: "8.8.0.0/20", data: "CNAME cdn.test" },
  ],
  "plain.test": [{ network: "0.0.0.0/0", data: "A 9.9.9.9" }],
};

interface Case {
  readonly target: string;
  readonly subnet?: string;
  readonly want: string;
}

const cases: readonly Case[] = [
  { target: "cdn.test", want: "9.9.9.9" },
  { target: "cdn.test", subnet: "8.8.8.0/24", want: "8.8.8.1 for 24 bits" },
  { target: "cdn.test", subnet: "8.8.9.0/24", want: "8.8.0.1 for 16 bits" },
  { target: "cdn.test", subnet: "8.8.0.0/16", want: "8.8.0.1 for 16 bits" },
  { target: "cdn.test", subnet: "8.9.0.0/24", want: "9.9.9.9 for 16 bits" },
  { target: "plain.test", subnet: "8.8.8.0/24", want: "9.9.9.9 for 0 bits" },
];

describe("client subnets at a server that answers by them", { concurrency: true }, () => {
  test("each network gets its own, and the scope is read", async () => {
    await using server = await startSubnetServer({ answers: ANSWERS });
    await using scene = lookupScene({ servers: [over("udp", server), over("tcp", server)] });
    for (const { target, subnet, want } of [
      ...cases,
      { target: "shop.test", subnet: "8.8.9.0/24", want: "8.8.0.1 for 20 bits" },
    ]) {
      assert.equal(await look(scene, target, subnet), want, `${target} ${subnet}`);
    }
    assert.ok(server.asked.includes("cdn.test. none") && server.asked.includes("cdn.test. 8.8.9.0/24"));
  });

  for (const manner of ["refuse", "formerr"] as const) {
    test(`a server that knows no subnets (${manner}) is asked without, and not again with one`, async () => {
      await using server = await startSubnetServer({ answers: ANSWERS, manner });
      await using scene = lookupScene({ servers: [over("udp", server)] });
      assert.equal(await look(scene, "cdn.test", "8.8.8.0/24"), "9.9.9.9 for 0 bits");
      assert.equal(await look(scene, "cdn.test", "8.8.9.0/24"), "9.9.9.9 for 0 bits");
      assert.deepEqual(server.asked, ["cdn.test. 8.8.8.0/24", "cdn.test. none", "cdn.test. none"]);
    });
  }

  test("one that leaves the option out of account: for everyone", async () => {
    await using server = await startSubnetServer({ answers: ANSWERS, manner: "ignore" });
    await using scene = lookupScene({ servers: [over("udp", server)] });
    assert.equal(await look(scene, "cdn.test", "8.8.8.0/24"), "9.9.9.9 for 0 bits");
  });
});

describe("client subnets through Unbound", { skip: skipWithout("unbound") }, () => {
  test("its subnet module forwards them, caches by scope, and says the scope", async () => {
    await using server = await startSubnetServer({ answers: ANSWERS });
    await using unbound = await withSubnets(server);
    await using scene = lookupScene({ servers: [over("udp", unbound)] });
    assert.equal(await look(scene, "cdn.test", "8.8.8.0/24"), "8.8.8.1 for 24 bits");
    assert.equal(await look(scene, "cdn.test", "8.8.8.0/24"), "8.8.8.1 for 24 bits");
    assert.deepEqual(server.asked, ["cdn.test. 8.8.8.0/24"]);
    // Networks that contain one another are left out: RFC 7871 7.2.1 wants none of a server, and 7.3.1 leaves it to the resolver which it gives then.
    assert.equal(await look(scene, "cdn.test", "8.9.0.0/24"), "9.9.9.9 for 16 bits");
    assert.equal(await look(scene, "cdn.test", "8.9.1.0/24"), "9.9.9.9 for 16 bits");
    assert.deepEqual(server.asked.slice(1), ["cdn.test. 8.9.0.0/24"]);
    assert.equal(await look(scene, "plain.test", "8.8.8.0/24"), "9.9.9.9 for 0 bits");
  });

  test("without that module it says nothing of subnets: for everyone", async () => {
    await using server = await startSubnetServer({ answers: ANSWERS });
    await using unbound = await startUnbound({ stubs: [{ zone: "test", servers: [server] }] });
    await using scene = lookupScene({ servers: [over("udp", unbound)] });
    assert.equal(await look(scene, "cdn.test", "8.8.8.0/24"), "9.9.9.9 for 0 bits");
    assert.ok(server.asked.every((line) => line.endsWith(" none")));
  });
});

function withSubnets(server: SubnetServer) {
  return startUnbound({
    stubs: [{ zone: "test", servers: [server] }],
    moreServer: `module-config: "subnetcache iterator"
  client-subnet-zone: "test"
  client-subnet-always-forward: yes
  max-client-subnet-ipv4: 24
  max-client-subnet-ipv6: 56`,
  });
}

async function look(scene: LookupScene, target: string, subnet: string | undefined): Promise<string> {
  const [address = "", prefix = ""] = subnet?.split("/") ?? [];
  const options = subnet === undefined ? {} : { subnet: { address, prefix: Number(prefix) } };
  return tell(await scene.look(target, "A", options));
}

function tell(reading: LookupResult): string {
  if (reading.kind === "failure") {
    return `failure: ${reading.detail}`;
  }
  const what = reading.kind === "positive" ? reading.addresses.join(" ") : reading.kind;
  return reading.scope === undefined ? what : `${what} for ${reading.scope} bits`;
}
