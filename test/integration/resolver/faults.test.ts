import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LookupResult } from "../../../src/dns/lookup-result.ts";
import type { LookupStep } from "../../../src/resolver/chain/trace.ts";
import type { Fault } from "../../lab/fault.ts";
import { type NameServer, startNameServer } from "../../lab/name-server.ts";
import { skipWithout } from "../../support/component.ts";
import { startUnbound } from "../../support/unbound.ts";
import { lookupScene, over } from "./lookup-scene.ts";

const ZONES = { "a.test": ["www 60 A 9.9.9.9", "alias 60 CNAME www"] };

interface Case {
  readonly fault: Fault;
  /** What comes of it at a server that is asked directly. */
  readonly direct: string;
  /** What comes of it when the authoritative server behind Unbound has it. */
  readonly behind: string;
}

const cases: readonly Case[] = [
  { fault: { kind: "silence" }, direct: "failure timeout", behind: "failure timeout|failure servfail" },
  { fault: { kind: "servfail" }, direct: "failure servfail", behind: "failure servfail" },
  { fault: { kind: "refused" }, direct: "failure refused", behind: "failure servfail" },
  { fault: { kind: "nxdomain" }, direct: "nxdomain", behind: "failure servfail|nxdomain" },
  { fault: { kind: "empty" }, direct: "nodata", behind: "failure servfail|nodata" },
  { fault: { kind: "garbage" }, direct: "failure malformed", behind: "failure timeout|failure servfail" },
  { fault: { kind: "wrong-id" }, direct: "failure timeout", behind: "failure timeout|failure servfail" },
  { fault: { kind: "wrong-question" }, direct: "failure malformed", behind: "failure timeout|failure servfail" },
  { fault: { kind: "truncated" }, direct: "failure truncated", behind: "failure timeout|failure servfail" },
  { fault: { kind: "loop" }, direct: "failure loop", behind: "failure loop|failure too-deep" },
  { fault: { kind: "many-addresses", count: 200 }, direct: "positive 64 addresses", behind: "positive 64 addresses" },
  { fault: { kind: "delay", ms: 250 }, direct: "positive 9.9.9.9", behind: "positive 9.9.9.9" },
];

describe("faults of the server that is asked", { concurrency: 6 }, () => {
  for (const { fault, direct } of cases) {
    test(`${fault.kind}: alone, and beside a healthy one`, async () => {
      await using faulty = await startNameServer({ zones: ZONES });
      await using healthy = await startNameServer({ zones: ZONES });
      faulty.fault(fault);
      await using alone = lookupScene({ servers: [over("udp", faulty)] });
      assert.equal(tell(await alone.look("www.a.test")), direct);
      await using both = lookupScene({ servers: [over("udp", faulty), over("udp", healthy)] });
      const started = performance.now();
      const isLie = ["nxdomain", "nodata", "positive 64 addresses"].includes(direct); // what one server says of a name is confirmed at another
      const options = isLie ? { avoid: labelOf(faulty) } : {};
      assert.equal(tell(await both.look("www.a.test", "A", options)), "positive 9.9.9.9");
      assert.ok(performance.now() - started < SOON_MS);
    });
  }

  test("what heals is asked again, and one that fails is soon asked last", async () => {
    await using first = await startNameServer({ zones: ZONES });
    await using second = await startNameServer({ zones: ZONES });
    await using scene = lookupScene({ servers: [over("udp", first), over("udp", second)] });
    const askedFirst = async (): Promise<string> => {
      const steps: LookupStep[] = [];
      assert.equal(
        tell(await scene.look("alias.a.test", "A", { observe: (step) => steps.push(step) })),
        "positive 9.9.9.9",
      );
      const [step] = steps;
      return step?.kind === "queried" && step.server === labelOf(first) ? "first" : "second";
    };
    // The clock has whole milliseconds: an answer within less would count as unmeasured too.
    first.fault({ kind: "delay", ms: 5 });
    assert.equal(await askedFirst(), "first");
    first.fault({ kind: "servfail" });
    assert.equal(await askedFirst(), "second", "unmeasured so far");
    await Promise.all(Array.from({ length: 5 }, () => scene.look("www.a.test", "A", { avoid: labelOf(second) })));
    assert.equal(await askedFirst(), "second", "the first has a penalty");
    second.fault({ kind: "servfail" });
    first.heal();
    assert.equal(tell(await scene.look("www.a.test")), "positive 9.9.9.9", "though only the penalised one is well");
  });

  test("a look-up in which nobody says anything ends within its 10 s", async () => {
    await using one = await startNameServer({ zones: ZONES });
    await using two = await startNameServer({ zones: ZONES });
    await using three = await startNameServer({ zones: ZONES });
    const servers = [one, two, three];
    for (const server of servers) {
      server.fault({ kind: "silence" });
    }
    await using scene = lookupScene({ servers: servers.map((server) => over("udp", server)) });
    const started = performance.now();
    const reading = await scene.look("www.a.test");
    assert.ok(performance.now() - started < 11_000);
    assert.equal(tell(reading), "failure timeout");
    assert.ok(reading.kind === "failure" && servers.every((server) => reading.detail.includes(labelOf(server))));
  });
});

describe(
  "faults behind a real recursive server",
  { concurrency: 6, skip: skipWithout("unbound", "unbound-control") },
  () => {
    for (const { fault, behind } of cases) {
      test(`${fault.kind}, and after it`, async () => {
        await using authoritative = await startNameServer({ zones: ZONES });
        await using unbound = await startUnbound({ stubs: [{ zone: "a.test", servers: [authoritative] }] });
        await using scene = lookupScene({ servers: [over("udp", unbound)] });
        authoritative.fault(fault);
        const told = tell(await scene.look("www.a.test"));
        assert.ok(behind.split("|").includes(told), `${told} is none of ${behind}`);
        authoritative.heal();
        await unbound.flush();
        assert.equal(tell(await scene.look("alias.a.test")), "positive 9.9.9.9");
      });
    }
  },
);

/** What is waited for takes 2 s; the hedge comes after 400 ms, and the rest is for a busy machine. */
const SOON_MS = 1_950;

function labelOf({ host, port }: NameServer): string {
  return `${host}:${port}`;
}

function tell(reading: LookupResult): string {
  switch (reading.kind) {
    case "positive":
      return reading.isSubset === true
        ? `positive ${reading.addresses.length} addresses`
        : `positive ${reading.addresses.join(" ")}`;
    case "failure":
      return `failure ${reading.reason}`;
    case "nodata":
    case "nxdomain":
      return reading.kind;
    default:
      return reading satisfies never;
  }
}
