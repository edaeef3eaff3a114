import assert from "node:assert/strict";
import { test } from "node:test";
import { startDelayProxy } from "../lab/delay-proxy.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { skipWithout } from "../support/component.ts";
import { startUnbound } from "../support/unbound.ts";
import { dnsClient } from "./dns-client.ts";
import { inlineZone, responderGives, startResponderLab } from "./responder-lab.ts";

/** Of each question of the recursive server, there and back: as to a server some hundred kilometres away. */
const WAY_MS = 15;
const ROUNDS = 15;

test(
  "P8 P9: a cold recursive server needs one question for an alias and four for the same target behind CNAMEs, and its client waits so much less",
  { skip: skipWithout("dig", "unbound", "unbound-control") },
  async (context) => {
    const chain = { "www.site.test": "a.one.test", "a.one.test": "b.two.test", "b.two.test": "c.three.test" };
    await using authority = await startNameServer({
      zones: {
        "site.test": [`www 300 CNAME ${chain["www.site.test"]}.`],
        "one.test": [`a 300 CNAME ${chain["a.one.test"]}.`],
        "two.test": [`b 300 CNAME ${chain["b.two.test"]}.`],
        "three.test": ["c 300 A 11.8.0.1"],
      },
    });
    await using lab = await startResponderLab({
      resolvers: [authority],
      manifests: [
        inlineZone("p8.example"),
        aliasManifest({
          name: "p8",
          hostnames: ["p8.example"],
          targets: ["www.site.test"],
          spec: { families: ["IPv4"] },
        }),
      ],
    });
    await responderGives(lab.dns, "p8.example", ["11.8.0.1"]);

    await using targets = await startDelayProxy(authority, WAY_MS);
    await using responder = await startDelayProxy(lab.dns, WAY_MS);
    await using unbound = await startUnbound({
      stubs: [
        ...["site.test", "one.test", "two.test", "three.test"].map((zone) => ({ zone, servers: [targets] })),
        { zone: "p8.example", servers: [responder] },
      ],
    });
    const client = dnsClient(unbound);
    const times: Record<"alias" | "chain", number[]> = { alias: [], chain: [] };
    const questions: Record<"alias" | "chain", number[]> = { alias: [], chain: [] };
    // The two take turns, so that whatever else the machine does falls on both.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [kind, name] of [
        ["alias", "p8.example"],
        ["chain", "www.site.test"],
      ] as const) {
        await unbound.control("flush_zone", ".");
        targets.resetCounts();
        responder.resetCounts();
        const startedAt = performance.now();
        assert.deepEqual(await client.addresses(name, "A"), ["11.8.0.1"]);
        times[kind].push(performance.now() - startedAt);
        const asked = [...targets.questions(), ...responder.questions()].filter(([key]) => key.endsWith(" A"));
        questions[kind].push(asked.reduce((sum, [, count]) => sum + count, 0));
      }
    }
    const [alias, cname] = [median(times.alias), median(times.chain)];
    context.diagnostic(`alias ${alias.toFixed(1)} ms, CNAME chain ${cname.toFixed(1)} ms (medians of ${ROUNDS})`);
    assert.deepEqual([median(questions.alias), median(questions.chain)], [1, 4]);
    assert.ok(alias < cname / 2, `${alias} ms and ${cname} ms`);
  },
);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
