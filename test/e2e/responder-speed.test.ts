import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startDelayProxy } from "../lab/delay-proxy.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { startUnbound } from "../support/unbound.ts";
import { dnsClient } from "./dns-client.ts";
import { inlineZone, responderGives, startResponderLab } from "./responder-lab.ts";

/** Of each question of the recursive server, there and back: as to a server some hundred kilometres away. */
const WAY_MS = 15;
const ROUNDS = 15;
const COLD_ROUNDS = 5;
/** Seconds. A regular look-up comes a second after it ran out at the earliest; in that second the responder is cold. */
const COLD_TTL = 12;

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
    // What dnsalias itself asks is counted where it comes in.
    await using own = await startDelayProxy(authority, WAY_MS);
    await using lab = await startResponderLab({
      resolvers: [own],
      manifests: [
        inlineZone("p8.example"),
        aliasManifest({
          name: "p8",
          hostnames: ["p8.example"],
          targets: ["www.site.test"],
          spec: { ipFamilies: ["IPv4"] },
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
    own.resetCounts();
    const startedWatchAt = performance.now();
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
    // TTL 300 s: while the rounds last dnsalias may look its target up once more, for all clients together.
    const lookups = [...own.questions().values()].reduce((sum, count) => sum + count, 0);
    const watchedS = (performance.now() - startedWatchAt) / 1000;
    assert.ok(lookups <= 1 + Math.floor(watchedS / 150), `${lookups} look-ups of dnsalias in ${watchedS} s`);
    const [alias, cname] = [median(times.alias), median(times.chain)];
    context.diagnostic(`alias ${alias.toFixed(1)} ms, CNAME chain ${cname.toFixed(1)} ms (medians of ${ROUNDS})`);
    assert.deepEqual([median(questions.alias), median(questions.chain)], [1, 4]);
    assert.ok(alias < cname / 2, `${alias} ms and ${cname} ms`);
  },
);

test(
  "P8 P9: with a cold responder as well there are two questions, its own look-up included, and the client waits less than for four",
  { skip: skipWithout("dig", "unbound", "unbound-control") },
  async (context) => {
    await using authority = await startNameServer({
      zones: {
        "site.test": [`www ${COLD_TTL} CNAME a.one.test.`],
        "one.test": [`a ${COLD_TTL} CNAME b.two.test.`],
        "two.test": [`b ${COLD_TTL} CNAME c.three.test.`],
        "three.test": [`c ${COLD_TTL} A 11.8.0.2`],
      },
    });
    await using own = await startDelayProxy(authority, WAY_MS);
    await using targets = await startDelayProxy(authority, WAY_MS);
    await using lab = await startResponderLab({
      resolvers: [own],
      manifests: [
        inlineZone("p9.example"),
        aliasManifest({
          name: "p9",
          hostnames: ["p9.example"],
          targets: ["www.site.test"],
          spec: { ipFamilies: ["IPv4"] },
        }),
      ],
    });
    await using responder = await startDelayProxy(lab.dns, WAY_MS);
    await using unbound = await startUnbound({
      stubs: [
        ...["site.test", "one.test", "two.test", "three.test"].map((zone) => ({ zone, servers: [targets] })),
        { zone: "p9.example", servers: [responder] },
      ],
    });
    const client = dnsClient(unbound);
    await responderGives(lab.dns, "p9.example", ["11.8.0.2"]);
    const times: Record<"alias" | "chain", number[]> = { alias: [], chain: [] };
    const questions: number[] = [];
    for (let round = 0; round < 3 * COLD_ROUNDS && questions.length < COLD_ROUNDS; round += 1) {
      const before = own.asked();
      await waitFor("the regular look-up", () => assert.ok(own.asked() > before), { withinMs: 40_000, everyMs: 20 });
      await unbound.control("flush_zone", ".");
      [own, responder].forEach((proxy) => proxy.resetCounts());
      await delay(COLD_TTL * 1000 + 200);
      if (own.asked() > 0) {
        // The machine was late: dnsalias has looked its target up again by itself, and is not cold.
        continue;
      }
      const startedAt = performance.now();
      assert.deepEqual(await client.addresses("p9.example", "A"), ["11.8.0.2"]);
      times.alias.push(performance.now() - startedAt);
      const counted = [...own.questions(), ...responder.questions()].filter(([key]) => key.endsWith(" A"));
      questions.push(counted.reduce((sum, [, count]) => sum + count, 0));
      const chainAt = performance.now();
      assert.deepEqual(await client.addresses("www.site.test", "A"), ["11.8.0.2"]);
      times.chain.push(performance.now() - chainAt);
    }
    const [alias, cname] = [median(times.alias), median(times.chain)];
    context.diagnostic(
      `cold alias ${alias.toFixed(1)} ms, CNAME chain ${cname.toFixed(1)} ms (medians of ${COLD_ROUNDS})`,
    );
    assert.deepEqual([questions.length, median(questions)], [COLD_ROUNDS, 2]);
    assert.ok(alias < cname, `${alias} ms and ${cname} ms`);
  },
);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
