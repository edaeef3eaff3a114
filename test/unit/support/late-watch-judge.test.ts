import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import { MINUTE } from "../../support/history/scene.ts";
import {
  addAlias,
  createStage,
  putZone,
  removeAlias,
  removeZone,
  setTarget,
  type Stage,
} from "../../support/history/stage.ts";
import type { Lateness } from "../../support/history/place-facts.ts";

const NAME = "b.example.net";
const BEFORE = ["198.51.100.11"];
const AFTER = ["198.51.100.21"];

interface Late {
  readonly stage: Stage;
  /** The time in which the writer heard of nothing, which ends now. */
  readonly lateness: Lateness;
}

/** A target moves, and its zone doesn't admit the namespace any more, all while the writer's watch is late. */
async function closeUnheard(): Promise<Late> {
  const stage = createStage({ random: () => 0.5, isLed: () => true });
  const { clock } = stage.world;
  setTarget(stage, "one.test", BEFORE);
  putZone(stage, "dns/net");
  addAlias(stage, "web/a", { hostnames: [NAME], targets: ["one.test"] });
  await clock.advance(MINUTE);
  publish(stage, BEFORE, []);
  const since = clock.now();
  await clock.advance(MINUTE);
  putZone(stage, "dns/net", { allowedNamespaces: { from: "Same" } });
  await clock.advance(MINUTE);
  setTarget(stage, "one.test", AFTER);
  await clock.advance(10 * MINUTE);
  return { stage, lateness: { since, until: clock.now() } };
}

/** The writer publishes the name with these addresses. */
function publish(
  { world, judge, backends }: Stage,
  data: readonly string[],
  late: readonly Lateness[],
  knownUntil = Infinity,
): void {
  const zone = world.zones.get("dns/net") ?? judge.judged.deletedZones.get("dns/net");
  const backend = backends.get("net");
  assert.ok(zone && backend);
  const before = backend.list();
  const text = "heritage=dnsalias,owner=me,types=A+AAAA,resource=web/a";
  backend.put({ name: parseName(`_dnsalias.${NAME}`), type: "TXT", ttl: 60, data: [`"${text}"`] });
  backend.remove(parseOwnerName(NAME), "A");
  if (data.length > 0) {
    backend.put({ name: parseOwnerName(NAME), type: "A", ttl: 60, data });
  }
  judge.backendWritten({ zone, before, after: backend.list(), late }, knownUntil);
}

function rules({ judge }: Stage): readonly string[] {
  return judge.faults.map((fault) => fault.split(":")[0] ?? "");
}

describe("a zone is closed while the writer's watch is late, and the judge", () => {
  test("lets the name follow its target for a minute from when the writer hears of it", async () => {
    const { stage, lateness } = await closeUnheard();
    await stage.world.clock.advance(MINUTE / 2);
    publish(stage, AFTER, [lateness]);
    await stage.world.clock.advance(MINUTE / 2);
    publish(stage, [], [lateness]);
    assert.deepEqual(stage.judge.faults, []);
  });

  test("lets it go at once if the alias that had it is gone, and one asks for it that never had it", async () => {
    const { stage, lateness } = await closeUnheard();
    addAlias(stage, "web/b", { hostnames: [NAME], targets: ["one.test"] });
    removeAlias(stage, "web/a");
    publish(stage, [], [lateness]);
    assert.deepEqual(stage.judge.faults, []);
  });

  test("lets it follow for no more than that", async () => {
    const { stage, lateness } = await closeUnheard();
    await stage.world.clock.advance(2 * MINUTE);
    publish(stage, AFTER, [lateness]);
    assert.deepEqual(rules(stage), ["foreign"]);
  });

  test("wants it to stay for the whole of the minute", async () => {
    const { stage, lateness } = await closeUnheard();
    await stage.world.clock.advance(MINUTE / 2);
    publish(stage, [], [lateness]);
    assert.deepEqual(rules(stage), ["label"]);
  });

  test("counts from the change itself for a writer whose watch was late at another time", async () => {
    const { stage, lateness } = await closeUnheard();
    publish(stage, AFTER, [{ since: lateness.since, until: lateness.since + MINUTE / 2 }]);
    assert.deepEqual(rules(stage), ["foreign"]);
  });
});

describe("a DnsZone is deleted, a target fails for longer than `maxStaleness`, its name is withdrawn, and the judge", () => {
  const play = async (onStale: "Keep" | "Withdraw", isLate: boolean): Promise<readonly string[]> => {
    const stage = createStage({ random: () => 0.5, isLed: () => true });
    const { clock, lastGoodOf } = stage.world;
    const spec = { onStale, maxStalenessMs: 6 * MINUTE };
    setTarget(stage, "one.test", BEFORE);
    putZone(stage, "dns/net");
    addAlias(stage, "web/a", { hostnames: [NAME], targets: ["one.test"], spec });
    await clock.advance(MINUTE);
    publish(stage, BEFORE, []);
    ["A", "AAAA"].forEach((family) => lastGoodOf.set(`one.test ${family}`, clock.now()));
    const since = clock.now();
    setTarget(stage, "one.test", "servfail");
    await clock.advance(MINUTE);
    removeZone(stage, "dns/net");
    await clock.advance(10 * MINUTE);
    publish(stage, [], isLate ? [{ since, until: Infinity }] : [], isLate ? since : Infinity);
    return rules(stage);
  };

  test("knows that a writer whose watch is late goes by what its alias says", async () => {
    assert.deepEqual(await play("Withdraw", true), []);
  });

  test("wants such a writer to keep what its alias keeps", async () => {
    assert.deepEqual(await play("Keep", true), ["blank"]);
  });

  test("wants a writer that heard of the deletion to keep it", async () => {
    assert.deepEqual(await play("Withdraw", false), ["reserved"]);
  });
});
