import assert from "node:assert/strict";
import { test } from "node:test";
import type { Name } from "../../../../src/dns/name/name.ts";
import type { ServedZone } from "../../../../src/responder/answer-source.ts";
import type { ToWorker } from "../../../../src/responder/workers/messages.ts";
import { createZoneSender, type ZoneSender } from "../../../../src/responder/workers/zone-sender.ts";
import { alias, served } from "../zone-play.ts";

interface Play {
  readonly zones: Map<Name, ServedZone>;
  readonly feed: ZoneSender;
  /** One word a message. */
  readonly said: string[];
}

function play(...first: readonly ServedZone[]): Play {
  const zones = new Map(first.map((zone) => [zone.domain, zone]));
  const said: string[] = [];
  const feed = createZoneSender({
    post: (message) => said.push(wordOf(message)),
    zoneOf: (domain) => zones.get(domain),
    onDrained: () => said.push("drained"),
    clock: { now: () => 0 },
  });
  return { zones, feed, said };
}

function wordOf(message: ToWorker): string {
  if (message.kind === "slice") {
    return `slice ${message.sets.length}+${message.aliases.length}`;
  }
  if (message.kind === "zone-gone") {
    return `gone ${message.domain}`;
  }
  return message.kind === "zone" ? `zone ${message.domain}` : message.kind;
}

function zone(domain: string, aliases = 0): ServedZone {
  const all = Array.from({ length: aliases }, (_, index) => alias(`a${index}.${domain}`));
  return served(domain, ["@ SOA ns h 1 2 3 4 5", "@ NS ns"], all);
}

const one = zone("one.test.");
const two = zone("two.test.", 2_500);

test("zones go one after the other, the next slice when the one before has been taken", () => {
  const { feed, said } = play(one, two);
  feed.put([one.domain, two.domain]);
  assert.deepEqual(said, ["zone one.test.", "slice 2+0"]);
  for (let taken = 0; taken < 5; taken += 1) {
    feed.acknowledged();
  }
  assert.deepEqual(said.slice(2), [
    "zone-whole",
    "zone two.test.",
    "slice 2+0",
    "slice 0+1000",
    "slice 0+1000",
    "slice 0+500",
    "zone-whole",
    "drained",
  ]);
});

test("a zone that changes on its way ends as it began, and comes again as it is then", () => {
  const { feed, said, zones } = play(one);
  feed.put([one.domain]);
  zones.set(one.domain, zone("one.test.", 3));
  feed.put([one.domain]);
  feed.put([one.domain]);
  feed.acknowledged();
  feed.acknowledged();
  feed.acknowledged();
  assert.deepEqual(said, [
    "zone one.test.",
    "slice 2+0",
    "zone-whole",
    "zone one.test.",
    "slice 2+0",
    "slice 0+3",
    "zone-whole",
    "drained",
  ]);
});

test("a zone that is gone is said to be, at once or after what is on its way", () => {
  const { feed, said, zones } = play(one);
  zones.delete(one.domain);
  feed.put([one.domain]);
  assert.deepEqual(said, ["gone one.test.", "drained"]);
});

test("without zones there is nothing to wait for", () => {
  const { feed, said } = play();
  feed.put([]);
  assert.deepEqual(said, ["drained"]);
});

test("a large zone that has just come rests before it comes again; its removal does not wait", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const large = zone("large.test.", 6_000);
  const { feed, said, zones } = play(large);
  feed.put([large.domain]);
  for (let taken = 0; taken < 7; taken += 1) {
    feed.acknowledged();
  }
  said.length = 0;
  feed.put([large.domain]);
  assert.deepEqual(said, ["drained"]);
  t.mock.timers.tick(1);
  assert.deepEqual(said.slice(1), ["zone large.test.", "slice 2+0"]);
  zones.delete(large.domain);
  feed.put([large.domain]);
  for (let taken = 0; taken < 7; taken += 1) {
    feed.acknowledged();
  }
  assert.deepEqual(said.slice(-2), ["gone large.test.", "drained"]);
  feed.stop();
});
