import assert from "node:assert/strict";
import { test } from "node:test";
import { createSubnetLookups, type SubnetLookups } from "../../../../src/controller/responder/subnet-lookups.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { keyText, type LookupResult, type TargetKey } from "../../../../src/dns/lookup-result.ts";
import { parseSubnet, type Subnet } from "../../../../src/dns/address/subnet.ts";
import { answerOf } from "../../../../src/plan/hold/answer-of.ts";
import { freshState } from "../../../../src/plan/hold/state.ts";
import { type FakeClock, fakeClock } from "../../../support/fake-clock.ts";

const KEY: TargetKey = { target: parseName("cdn.test"), family: "A", view: "v" };
const SHARED = { answer: answerOf(freshState(KEY, 0)), freshUntil: 0, nextLookupAt: 0, prefetchAt: 0 };
const FAILURE: LookupResult = { kind: "failure", reason: "timeout", detail: "", chain: [] };
const EMPTY: LookupResult = { kind: "nxdomain", chain: [], negativeTtl: 60, server: "s", scope: 24 };

/** What each look-up brings: `ADDRESS/SCOPE TTL`, or a reading. */
type Script = (subnet: Subnet, count: number) => string | LookupResult;

test("one look-up for all askers of a network, and none while it is fresh", async () => {
  const scene = stage(() => "8.8.8.1/24 60");
  const first = scene.readings.lookUp(KEY, network("8.8.8.0/24"));
  assert.equal(scene.readings.lookUp(KEY, network("8.8.8.0/24")), first);
  assert.notEqual(scene.readings.lookUp(KEY, network("8.8.9.0/24")), first);
  await scene.clock.advance(100);
  await first;
  assert.equal(scene.tell("8.8.8.0/24"), "8.8.8.1/24, 60 s");
  assert.equal(scene.readings.lookUp(KEY, network("8.8.8.0/24")), undefined);
  assert.deepEqual(scene.looked, ["8.8.8.0/24", "8.8.9.0/24"]);
});

test("a shorter scope stands for its other networks too, without a look-up", async () => {
  const scene = stage(() => "8.8.0.1/16 60");
  await scene.ask("8.8.8.0/24");
  assert.equal(scene.tell("8.8.200.0/24"), "8.8.0.1/16, 60 s");
  assert.equal(await scene.ask("8.8.200.0/24"), false);
  assert.equal(scene.tell("8.9.0.0/24"), "shared");
  assert.equal(await scene.ask("8.9.0.0/24"), true);
});

test("an answer for everyone is looked up once a TTL, whoever asks", async () => {
  const scene = stage(() => "9.9.9.9/0 60");
  await scene.ask("8.8.8.0/24");
  await scene.ask("7.7.7.0/24");
  assert.equal(scene.tell("6.6.6.0/24"), "9.9.9.9/0, 60 s");
  assert.equal(scene.looked.length, 1);
});

for (const [what, reading] of [
  ["a failure", FAILURE],
  ["an empty answer", EMPTY],
] as const) {
  test(`${what}: what stands for all stands for the network, and it is asked for again after 10 s`, async () => {
    const scene = stage(() => reading);
    assert.equal(await scene.ask("8.8.8.0/24"), true);
    assert.equal(scene.tell("8.8.8.0/24"), "shared");
    assert.equal(await scene.ask("8.8.8.0/24"), false);
    await scene.clock.advance(10_000);
    assert.equal(await scene.ask("8.8.8.0/24"), true);
  });

  test(`${what} later: what the network got stands for five minutes more, then what stands for all`, async () => {
    const scene = stage((_, count) => (count === 0 ? "8.8.8.1/24 60" : reading));
    await scene.ask("8.8.8.0/24");
    await scene.clock.advance(60_000);
    assert.equal(await scene.ask("8.8.8.0/24"), true);
    assert.equal(scene.tell("8.8.8.0/24"), "8.8.8.1/24, stale");
    await scene.clock.advance(299_000);
    assert.equal(scene.tell("8.8.8.0/24"), "8.8.8.1/24, stale");
    await scene.clock.advance(2_000);
    assert.equal(scene.tell("8.8.8.0/24"), "shared");
  });
}

test("a look-up that throws is a failure", async () => {
  const scene = stage(() => {
    throw new Error("defect");
  });
  await scene.ask("8.8.8.0/24");
  assert.equal(scene.tell("8.8.8.0/24"), "shared");
});

test("not more than 256 look-ups at once; who has no room is not kept waiting", async () => {
  const scene = stage(() => "8.8.8.1/24 60");
  const started = Array.from({ length: 300 }, (_, index) =>
    scene.readings.lookUp(KEY, network(`9.${index >> 8}.${index & 255}.0/24`)),
  );
  assert.equal(started.filter((looking) => looking !== undefined).length, 256);
  await scene.clock.advance(100);
  assert.equal(scene.looked.length, 256);
  assert.equal(await scene.ask("9.1.40.0/24"), true);
});

function stage(script: Script): {
  readonly clock: FakeClock;
  readonly readings: SubnetLookups;
  readonly looked: readonly string[];
  /** False: there was nothing to be asked. */
  readonly ask: (text: string) => Promise<boolean>;
  readonly tell: (text: string) => string;
} {
  const clock = fakeClock(1_000_000);
  const looked: string[] = [];
  const readings = createSubnetLookups({
    clock,
    onQuestion: () => undefined,
    lookup: {
      lookUp: async (key, { subnet }, signal) => {
        assert.equal(keyText(key), keyText(KEY));
        assert.ok(subnet !== undefined);
        const count = looked.push(`${subnet.address}/${subnet.prefix}`) - 1;
        await clock.sleep(50, signal);
        return readingOf(script(subnet, count));
      },
    },
  });
  return {
    clock,
    readings,
    looked,
    ask: async (text) => {
      const looking = readings.lookUp(KEY, network(text));
      await clock.advance(50);
      await looking;
      return looking !== undefined;
    },
    tell: (text) => {
      const own = readings.read(KEY, network(text), SHARED);
      if (own === undefined) {
        return "shared";
      }
      const left = Math.ceil((own.freshUntil - clock.now()) / 1_000);
      return `${own.answer.addresses.join(" ")}/${own.scope}, ${left > 0 ? `${left} s` : "stale"}`;
    },
  };
}

function readingOf(script: string | LookupResult): LookupResult {
  if (typeof script !== "string") {
    return script;
  }
  const [answer = "", ttl] = script.split(" ");
  const [address = "", scope] = answer.split("/");
  const [seconds, bits] = [Number(ttl), Number(scope)];
  return {
    kind: "positive",
    chain: [KEY.target],
    addresses: [address],
    ttl: seconds,
    maxTtl: seconds,
    server: "s",
    authenticated: false,
    scope: bits,
  };
}

function network(text: string): Subnet {
  const subnet = parseSubnet(text);
  assert.ok(subnet !== undefined, text);
  return subnet;
}
