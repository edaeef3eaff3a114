import assert from "node:assert/strict";
import { test } from "node:test";
import { aliasManifest } from "../lab/manifests.ts";
import { startSubnetServer } from "../lab/subnet-server.ts";
import { skipWithout } from "../support/component.ts";
import { startUnbound } from "../support/unbound.ts";
import { addressesOf, ask, inlineZone, responderGives, startResponderLab } from "./responder-lab.ts";

/** Unbound tells of whoever asks it without an option: that is the program itself. */
const OWN = "cdn.test. 127.0.0.0/24";

test(
  "client subnets: from dig by the responder and Unbound to the target's name server, and back with the scope",
  { skip: skipWithout("dig", "unbound") },
  async () => {
    await using server = await startSubnetServer({
      answers: {
        "cdn.test": [
          { network: "0.0.0.0/0", data: "A 11.9.0.1", scope: 16 },
          { network: "8.8.8.0/24", data: "A 11.9.8.1" },
          { network: "8.9.0.0/16", data: "A 11.9.9.1" },
        ],
      },
    });
    await using unbound = await startUnbound({
      stubs: [{ zone: "test", servers: [server] }],
      moreServer: `module-config: "subnetcache iterator"
  client-subnet-zone: "test"
  client-subnet-always-forward: yes`,
    });
    await using lab = await startResponderLab({
      resolvers: [unbound],
      manifests: [
        inlineZone("near.example", { responder: { clientSubnet: true } }),
        inlineZone("same.example"),
        aliasManifest({ name: "near", hostnames: ["near.example"], targets: ["cdn.test"] }),
        aliasManifest({ name: "same", hostnames: ["same.example"], targets: ["cdn.test"] }),
      ],
    });
    await responderGives(lab.dns, "near.example", ["11.9.0.1"]);
    assert.ok(
      server.asked.every((line) => line === OWN),
      server.asked.join(),
    );

    const cases: readonly (readonly [subnet: string, address: string, option: string])[] = [
      ["8.8.8.77/32", "11.9.8.1", "8.8.8.77/32/24"],
      ["8.9.1.0/24", "11.9.9.1", "8.9.1.0/24/16"],
      ["8.9.2.0/24", "11.9.9.1", "8.9.2.0/24/16"],
      ["0/0", "11.9.0.1", "0.0.0.0/0/0"],
      ["10.0.0.0/8", "11.9.0.1", "10.0.0.0/8/8"],
    ];
    for (const [subnet, address, option] of cases) {
      const reply = await ask(lab.dns, "near.example", "A", [`+subnet=${subnet}`]);
      assert.deepEqual(addressesOf(reply), [address], reply.text);
      assert.equal(/CLIENT-SUBNET: (\S+)/.exec(reply.text)?.[1], option, reply.text);
    }
    assert.deepEqual(
      [...new Set(server.asked.filter((line) => line !== OWN))],
      ["cdn.test. 8.8.8.0/24", "cdn.test. 8.9.1.0/24"],
    );

    const elsewhere = await ask(lab.dns, "same.example", "A", ["+subnet=8.8.8.0/24"]);
    assert.deepEqual(addressesOf(elsewhere), ["11.9.0.1"]);
    assert.doesNotMatch(elsewhere.text, /CLIENT-SUBNET/);
  },
);
