import assert from "node:assert/strict";
import { test } from "node:test";
import { recordRejections, stillPlanned, writesDone } from "../../../../src/controller/zone/rejected-writes.ts";
import { newZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { AliasType } from "../../../../src/dns/record.ts";
import type { Write } from "../../../../src/plan/change.ts";
import type { Applied, Rejection } from "../../../../src/providers/provider.ts";
import { zone } from "../../../support/objects.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

function create(name: string, type: AliasType = "A"): Write {
  return { kind: "create", after: { name: parseName(name), type, ttl: 60, data: ["x"], resources: [] } };
}

function withdrawal(name: string, type: AliasType = "A"): Write {
  return { kind: "delete", before: { name: parseName(name), type, ttl: 60, data: ["x"], owner: "me" } };
}

function rejection(write: Write, message = "no such zone"): Rejection {
  return { write, reason: "Rejected", message };
}

function applied(more: Partial<Applied> = {}): Applied {
  return { kind: "applied", revision: "1", wrote: true, ...more };
}

const A = create("a.example.com");
const AAAA = create("a.example.com", "AAAA");
const B = withdrawal("b.example.com");

test("what took effect is all but the rejected and the deferred writes, by name and type", () => {
  assert.deepEqual(writesDone([A, AAAA, B], applied()), [A, AAAA, B]);
  assert.deepEqual(writesDone([A, AAAA, B], applied({ rejected: [rejection(A)] })), [AAAA, B]);
  assert.deepEqual(writesDone([A, AAAA, B], applied({ deferred: [B] })), [A, AAAA]);
  assert.deepEqual(writesDone([A, AAAA, B], applied({ rejected: [rejection(AAAA)], deferred: [B] })), [A]);
});

function play() {
  const lines: string[] = [];
  const state = newZoneState(zone("dns/com", "example.com"), {
    id: "memory",
    read: async () => assert.fail("nothing is read"),
    apply: async () => assert.fail("nothing is written"),
  });
  const record = (rejected: readonly Rejection[]): readonly string[] => {
    recordRejections(
      {
        log: {
          ...silentLogger,
          warn: (fields, message) => void lines.push(`log: ${message} ${JSON.stringify(fields)}`),
        },
        reporter: {
          event: ({ kind, meta }, { type, reason, message }) =>
            void lines.push(`${kind} ${meta.name}: ${type} ${reason}: ${message}`),
        },
        onChanged: (_key, names) => void lines.push(`changed ${names?.map(displayName).join() ?? "all"}`),
      },
      state,
      [],
      applied({ rejected }),
    );
    return lines.splice(0);
  };
  return { state, record };
}

test("a rejected write is logged with the backend's words when it begins, and its alias shows it for as long as it lasts", () => {
  const { state, record } = play();
  const first = record([rejection(A)]);
  assert.equal(first.length, 2);
  assert.match(first[0] ?? "", /^log: records rejected .*"hostname":"a\.example\.com","type":"A".*no such zone/);
  assert.equal(first[1], "changed a.example.com");
  assert.deepEqual(
    state.planned.refusals.map(({ message }) => message),
    ["The A records of a.example.com cannot be written: no such zone"],
  );
  assert.deepEqual(record([rejection(A)]), []);
  assert.deepEqual(record([]), ["changed a.example.com"]);
  assert.deepEqual(state.planned.refusals, []);
});

test("other words for a rejection are shown, and aren't logged again", () => {
  const { state, record } = play();
  record([rejection(A)]);
  assert.deepEqual(record([rejection(A, "quota")]), ["changed a.example.com"]);
  assert.match(state.planned.refusals[0]?.message ?? "", /quota/);
});

test("a withdrawal that is rejected is an Event on the zone, since its alias may be gone", () => {
  const { state, record } = play();
  const [, event] = record([rejection(B)]);
  assert.equal(
    event,
    "DnsZone com: Warning Rejected: The A records of b.example.com cannot be withdrawn: no such zone",
  );
  assert.match(state.planned.refusals[0]?.message ?? "", /^The A records of b\.example\.com cannot be withdrawn: /);
});

test("of thousands of rejections the log shows the first hundred, and the conditions all", () => {
  const { state, record } = play();
  const lines = record(Array.from({ length: 250 }, (_, index) => rejection(create(`n${index}.example.com`))));
  assert.equal(lines.filter((line) => line.startsWith("log:")).length, 100);
  assert.equal(state.planned.refusals.length, 250);
});

test("a rejection counts for as long as its write is still planned", () => {
  const { state, record } = play();
  record([rejection(A), rejection(B)]);
  assert.deepEqual(
    stillPlanned(state.planned.rejected, [AAAA, B]).map(({ name }) => displayName(name)),
    ["b.example.com"],
  );
  assert.deepEqual(stillPlanned(state.planned.rejected, []), []);
});
