import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import type { AdjustedChange } from "../../../../src/providers/external-dns-webhook/changes.ts";
import { endpointFor, shownOf, type Shown } from "../../../../src/providers/external-dns-webhook/convert.ts";
import type { Changes } from "../../../../src/providers/external-dns-webhook/endpoint.ts";
import { outcomeOf, type Outcome } from "../../../../src/providers/external-dns-webhook/read-back.ts";
import { createRequestedTtls } from "../../../../src/providers/external-dns-webhook/requested-ttls.ts";
import { write } from "../../../../src/providers/external-dns-webhook/write-changes.ts";
import type { BackendProblem } from "../../../../src/providers/http-error.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const DOMAIN = parseName("example.com");
const NEVER = new AbortController().signal;

function set(text: string, ttl = 60): RRset | undefined {
  return text === "" ? undefined : { name: parseName("a.example.com"), type: "A", ttl, data: text.split(" ") };
}

function shown(one: RRset | undefined): Shown {
  return shownOf(one === undefined ? [] : [endpointFor(one)], DOMAIN);
}

function change(before: RRset | undefined, after: RRset | undefined): AdjustedChange {
  return { change: { before, after }, wanted: after && endpointFor(after) };
}

const OUTCOMES: readonly (readonly [name: string, before: string, wanted: string, now: string, want: keyof Outcome])[] =
  [
    ["created", "", "1.1.1.1", "1.1.1.1", "done"],
    ["not created", "", "1.1.1.1", "", "untouched"],
    ["created by half", "", "1.1.1.1 1.1.1.2", "1.1.1.1", "partial"],
    ["replaced", "1.1.1.1", "1.1.1.2", "1.1.1.2", "done"],
    ["not replaced", "1.1.1.1", "1.1.1.2", "1.1.1.1", "untouched"],
    ["old and new together", "1.1.1.1", "1.1.1.2", "1.1.1.1 1.1.1.2", "partial"],
    ["neither old nor new", "1.1.1.1", "1.1.1.2", "1.1.1.3", "foreign"],
    ["new with one that nobody asked for", "1.1.1.1", "1.1.1.2", "1.1.1.2 1.1.1.3", "foreign"],
    ["removed", "1.1.1.1", "", "", "done"],
    ["not removed", "1.1.1.1", "", "1.1.1.1", "untouched"],
    ["removed by half", "1.1.1.1 1.1.1.2", "", "1.1.1.1", "partial"],
    ["gone, though it should change", "1.1.1.1", "1.1.1.2", "", "partial"],
  ];

for (const [name, before, wanted, now, want] of OUTCOMES) {
  test(`what is read back: ${name} is ${want}`, () => {
    const one = change(set(before), set(wanted));
    const outcome = outcomeOf([one], shown(set(before)), shown(set(now)));
    const empty: Outcome = { done: [], untouched: [], partial: [], foreign: [] };
    assert.deepEqual(outcome, { ...empty, [want]: [one] });
  });
}

test("another TTL of the wanted data is done: providers have least ones", () => {
  const one = change(set("1.1.1.1", 60), set("1.1.1.1", 30));
  assert.deepEqual(outcomeOf([one], shown(set("1.1.1.1", 60)), shown(set("1.1.1.1", 60))).done, [one]);
});

interface Played {
  readonly result: unknown;
  /** Addresses of each body: "create 1.1.1.1", "update 1.1.1.1", "delete 1.1.1.1". */
  readonly sent: readonly string[];
  readonly waitedMs: number;
}

const REFUSED: BackendProblem = { kind: "refused", reason: "Forbidden", message: "no" };

/** Sends one change; each reading shows the next of `readings`, and the last one from then on. */
async function play(
  before: string,
  wanted: string,
  readings: readonly (string | BackendProblem)[],
  more: { readonly apply?: BackendProblem } = {},
): Promise<Played> {
  const clock = fakeClock();
  const sent: string[] = [];
  const rest = [...readings];
  const unused = async (): Promise<never> => assert.fail("not asked");
  const running = write(
    {
      client: {
        negotiate: unused,
        records: unused,
        adjust: unused,
        apply: async (body) => {
          sent.push(...textsOf(body));
          return more.apply ?? { kind: "ok", value: undefined };
        },
      },
      readRecords: async () => {
        const next = (rest.length > 1 ? rest.shift() : rest[0]) ?? "";
        return typeof next === "string"
          ? { kind: "ok", shown: shown(set(next)), filter: { include: [], exclude: [], hasExpressions: false } }
          : next;
      },
      requestedTtls: createRequestedTtls(),
      clock,
    },
    { open: [change(set(before), set(wanted))], shown: shown(set(before)) },
    NEVER,
  );
  const ended: { result?: unknown } = {};
  void running.then((result) => Object.assign(ended, { result }));
  const hasEnded = (): boolean => "result" in ended;
  await clock.settle();
  let waitedMs = 0;
  while (!hasEnded()) {
    assert.ok(waitedMs < 60_000, "it never ends");
    await clock.advance(500);
    waitedMs += 500;
  }
  return { result: ended.result, sent, waitedMs };
}

function textsOf({ create, updateNew, delete: gone }: Changes): readonly string[] {
  return Object.entries({ create, update: updateNew, delete: gone }).flatMap(([kind, endpoints]) =>
    endpoints.map(({ targets }) => `${kind} ${targets.join()}`),
  );
}

const APPLIED = { kind: "applied", revision: "", wrote: true };
const NOT_KEPT =
  "the provider accepted a.example.com. A but does not list it. Widen its domain filter, permit it to list the zone (rfc2136 requires --rfc2136-axfr), or read its log";

test("a change that is shown at once needs no wait", async () => {
  const played = await play("", "1.1.1.1", ["1.1.1.1"]);
  assert.deepEqual(played, { result: APPLIED, sent: ["create 1.1.1.1"], waitedMs: 0 });
});

test("a provider that lists a change only after a moment is read again, twice", async () => {
  assert.deepEqual(await play("", "1.1.1.1", ["", "1.1.1.1"]), {
    result: APPLIED,
    sent: ["create 1.1.1.1"],
    waitedMs: 500,
  });
  assert.deepEqual(await play("", "1.1.1.1", ["", "", "1.1.1.1"]), {
    result: APPLIED,
    sent: ["create 1.1.1.1"],
    waitedMs: 2_500,
  });
});

test("a change that is never shown is reported as rejected, and sent once", async () => {
  assert.deepEqual(await play("", "1.1.1.1", [""]), {
    result: {
      kind: "rejected",
      message: NOT_KEPT,
      partial: true,
      records: [{ name: parseName("a.example.com"), type: "A", reason: "NotKept", message: NOT_KEPT }],
    },
    sent: ["create 1.1.1.1"],
    waitedMs: 2_500,
  });
});

test("what was carried out by half is sent again from what stands", async () => {
  const { result, sent } = await play("1.1.1.1", "1.1.1.2 1.1.1.3", ["1.1.1.1 1.1.1.2", "1.1.1.2 1.1.1.3"]);
  assert.deepEqual([result, sent], [APPLIED, ["update 1.1.1.2,1.1.1.3", "update 1.1.1.2,1.1.1.3"]]);
});

test("a provider that adds one address a time is tried four times, and then later", async () => {
  const parts = ["1.1.1.2", "1.1.1.2 1.1.1.3", "1.1.1.2 1.1.1.3 1.1.1.4", "1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5"];
  const { result, sent } = await play("", "1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6", parts);
  assert.deepEqual(result, {
    kind: "failed",
    message: "after 4 tries the provider has applied only a part of a.example.com. A",
  });
  assert.equal(sent.length, 4);
});

test("a set that somebody else changed meanwhile is a conflict", async () => {
  const { result } = await play("1.1.1.1", "1.1.1.2", ["1.1.1.9"]);
  assert.deepEqual(result, {
    kind: "conflict",
    message: "a.example.com. A was changed by another writer during the write",
  });
});

test("a provider that refuses, or can't be read, ends the write", async () => {
  assert.deepEqual((await play("", "1.1.1.1", [""], { apply: REFUSED })).result, REFUSED);
  assert.deepEqual((await play("", "1.1.1.1", [REFUSED])).result, REFUSED);
});
