import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../../src/dns/message/encode.ts";
import type { Message } from "../../../../src/dns/message/message.ts";
import { displayName, nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import { CLASS, RCODE, typeName, typeNumber } from "../../../../src/dns/registry.ts";
import type { BackendApplyResult, BackendChange } from "../../../../src/providers/backend.ts";
import { createRfc2136Backend } from "../../../../src/providers/rfc2136/rfc2136.ts";

const ZONE = parseName("example.com");
const UPDATE = 5;

function set(name: string, data: readonly string[], type = "A"): RRset {
  return { name: parseName(`${name}.example.com`), type, ttl: 60, data };
}

const OLD = set("a", ["192.0.2.1"]);
const NEW = set("a", ["192.0.2.2"]);
const OTHER = set("b", ["192.0.2.9"]);

interface Lab {
  readonly changes: readonly BackendChange[];
  /** The rcode of each UPDATE, in order; after the last, success. "silent": no answer. */
  readonly updates?: readonly (number | "silent")[];
  /** What stands at the server, for questions. */
  readonly stands?: readonly RRset[];
  readonly servers?: number;
}

interface Outcome {
  readonly result: BackendApplyResult;
  /** "192.0.2.1 UPDATE 2", an update with the number of its records; "192.0.2.1 a A". */
  readonly asked: readonly string[];
}

async function applied({ changes, updates = [], stands = [], servers = 1 }: Lab): Promise<Outcome> {
  const asked: string[] = [];
  const left = [...updates];
  const backend = createRfc2136Backend({
    spec: {
      servers: Array.from({ length: servers }, (_, index) => ({ address: `192.0.2.${index + 1}`, port: 53 })),
      read: "Query",
    },
    domain: ZONE,
    secret: undefined,
    clock: { now: () => 0 },
    randomBytes: (size) => new Uint8Array(size).fill(7),
    transfer: async () => assert.fail("no transfer"),
    exchange: async (server, { query, accept }) => {
      const respond = (message: Message) => {
        const response = encodeMessage({ ...message, response: true });
        assert.equal(accept(response), true);
        assert.equal(accept(query), false, "its own query is no answer");
        return { kind: "response", response, tookMs: 1 } as const;
      };
      const decoded = decodeMessage(query);
      const request = decoded.kind === "ok" ? decoded.message : assert.fail(decoded.problem);
      if (request.opcode === UPDATE) {
        asked.push(`${server.address} UPDATE ${request.authorities.length}`);
        const rcode = left.shift() ?? RCODE.NOERROR;
        return rcode === "silent" ? { kind: "timeout" } : respond({ ...request, rcode });
      }
      const [question] = request.questions;
      asked.push(`${server.address} ${displayName(question?.name ?? ZONE)} ${typeName(question?.type ?? 0)}`);
      return respond({ ...request, authoritative: true, answers: answersTo(request, stands) });
    },
  });
  return { result: await backend.apply({ changes }, new AbortController().signal), asked };
}

function answersTo({ questions }: Message, stands: readonly RRset[]): Message["answers"] {
  const soa = { name: ZONE, type: "SOA", ttl: 60, data: ["ns1.example.com. h.example.com. 42 2 3 4 5"] };
  return [...stands, soa]
    .filter(({ name, type }) => name === questions[0]?.name && typeNumber(type) === questions[0]?.type)
    .flatMap(({ name, type, ttl, data }) =>
      data.map((text) => ({
        name: nameOfCanonical(name),
        type: typeNumber(type) ?? 0,
        class: CLASS.IN,
        ttl,
        rdata: rdataFromText(type, text),
      })),
    );
}

const CHANGE: BackendChange = { before: OLD, after: NEW };
const CREATE: BackendChange = { before: undefined, after: OTHER };

test("changes are one update, after which the serial is asked", async () => {
  const { result, asked } = await applied({ changes: [CHANGE, CREATE] });
  assert.deepEqual(result, { kind: "applied", revision: "42", serial: 42, wrote: true });
  assert.equal(asked.length, 2);
  assert.match(asked[0] ?? "", /^192\.0\.2\.1 UPDATE /);
  assert.equal(asked[1], "192.0.2.1 example.com SOA");
});

test("no changes are no update", async () => {
  assert.deepEqual(await applied({ changes: [] }), {
    result: { kind: "applied", revision: "", wrote: false },
    asked: [],
  });
});

test("an unmet prerequisite, though all is as wanted: it was done before, and nothing is written", async () => {
  const { result, asked } = await applied({
    changes: [CHANGE, CREATE],
    updates: [RCODE.NXRRSET],
    stands: [NEW, OTHER],
  });
  assert.deepEqual(result, { kind: "applied", revision: "42", serial: 42, wrote: false });
  assert.equal(asked.filter((line) => line.includes("UPDATE")).length, 1);
});

test("an unmet prerequisite, though all is still as it was: the reading is behind, and it is a conflict", async () => {
  const { result, asked } = await applied({ changes: [CHANGE, CREATE], updates: [RCODE.NXRRSET], stands: [OLD] });
  assert.equal(result.kind, "conflict");
  assert.equal(asked.filter((line) => line.includes("UPDATE")).length, 1);
});

test("a part that was done before is left out, and the rest is written", async () => {
  const { result, asked } = await applied({ changes: [CHANGE, CREATE], updates: [RCODE.YXRRSET], stands: [NEW] });
  assert.deepEqual(result, { kind: "applied", revision: "42", serial: 42, wrote: true });
  const [first = "", second = ""] = asked.filter((line) => line.includes("UPDATE"));
  assert.ok(Number(second.split(" ").at(-1)) < Number(first.split(" ").at(-1)), `${first}, ${second}`);
});

test("a set that somebody else wrote is a conflict that names it", async () => {
  const stands = [set("a", ["192.0.2.66"])];
  const { result } = await applied({ changes: [CHANGE], updates: [RCODE.NXRRSET], stands });
  assert.ok(result.kind === "conflict");
  assert.match(result.message, /a\.example\.com A/);
});

test("a server that is silent is passed over for the next", async () => {
  const { result, asked } = await applied({ changes: [CREATE], updates: ["silent"], servers: 2 });
  assert.equal(result.kind, "applied");
  assert.deepEqual(asked, ["192.0.2.1 UPDATE 1", "192.0.2.2 UPDATE 1", "192.0.2.2 example.com SOA"]);
});

test("servers that are all silent may have done it: the next reading shows", async () => {
  const { result } = await applied({ changes: [CREATE], updates: ["silent", "silent"], servers: 2 });
  assert.ok(result.kind === "failed");
  assert.match(result.message, /192\.0\.2\.1.*whether the update took effect.*192\.0\.2\.2/);
});

/** The rcode of the update, and that of the update without a change that follows. */
const REFUSALS: readonly (readonly [rcode: number, empty: number, want: string])[] = [
  [RCODE.REFUSED, RCODE.REFUSED, "refused ReadOnly"],
  [RCODE.REFUSED, RCODE.SERVFAIL, "refused ReadOnly"],
  [RCODE.REFUSED, RCODE.NOERROR, "rejected"],
  [RCODE.NOTZONE, RCODE.NOTZONE, "refused Rejected"],
  [RCODE.NOTZONE, RCODE.NOERROR, "rejected"],
  [RCODE.FORMERR, RCODE.FORMERR, "refused Rejected"],
  [RCODE.FORMERR, RCODE.NOERROR, "rejected"],
  [RCODE.NOTAUTH, RCODE.NOERROR, "refused NotAuthoritative"],
  [RCODE.NOTIMP, RCODE.NOERROR, "refused ReadOnly"],
  [RCODE.SERVFAIL, RCODE.SERVFAIL, "failed"],
  [RCODE.SERVFAIL, RCODE.NOERROR, "rejected, or failed"],
];

for (const [rcode, empty, want] of REFUSALS) {
  test(`rcode ${rcode} of an update, where one without a change has ${empty}: ${want}`, async () => {
    const { result } = await applied({ changes: [CREATE], updates: [rcode, empty] });
    const outage = result.kind === "rejected" && result.outage !== undefined ? `, or ${result.outage.kind}` : "";
    assert.equal(result.kind === "refused" ? `refused ${result.reason}` : `${result.kind}${outage}`, want);
  });
}

test("a rejected update is followed by one question of the server that rejected it, and by no other server", async () => {
  const { result, asked } = await applied({ changes: [CREATE], updates: [RCODE.REFUSED], servers: 2 });
  assert.ok(result.kind === "rejected");
  assert.match(
    result.message,
    /^192\.0\.2\.1.* answers REFUSED to these records, but accepts other updates of example\.com/,
  );
  assert.deepEqual(asked, ["192.0.2.1 UPDATE 1", "192.0.2.1 UPDATE 0"]);
});

/** Each set has 200 long texts, so that two names do not fit into one message of 64 KiB. */
function large(name: string): BackendChange {
  const data = Array.from({ length: 200 }, (_, index) => `"${String(index).padStart(200, "x")}"`);
  return { before: undefined, after: set(name, data, "TXT") };
}

test("what is over 64 KiB becomes several updates, and a failure says how many were done", async () => {
  const { result, asked } = await applied({ changes: [large("a"), large("b")] });
  assert.equal(result.kind, "applied");
  assert.deepEqual(
    asked.filter((line) => line.includes("UPDATE")),
    Array(2).fill("192.0.2.1 UPDATE 200"),
  );
  const failed = await applied({
    changes: [large("a"), large("b")],
    updates: [RCODE.NOERROR, RCODE.SERVFAIL, RCODE.SERVFAIL],
  });
  assert.ok(failed.result.kind === "failed");
  assert.match(failed.result.message, /\(1 of 2 updates were applied\)$/);
  const rejected = await applied({ changes: [large("a"), large("b")], updates: [RCODE.NOERROR, RCODE.REFUSED] });
  assert.ok(rejected.result.kind === "rejected" && rejected.result.partial === true);
  const first = await applied({ changes: [large("a"), large("b")], updates: [RCODE.SERVFAIL, RCODE.SERVFAIL] });
  assert.ok(first.result.kind === "failed");
  assert.doesNotMatch(first.result.message, /were done/);
});
