import assert from "node:assert/strict";
import { test } from "node:test";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import { owned } from "../../../../src/providers/ownership/owned.ts";
import type { Applied, ApplyResult, ZoneProvider } from "../../../../src/providers/provider.ts";
import { memoryBackend, type MemoryBackend, type RejectOptions } from "../../../support/memory-backend.ts";
import { zone } from "../../../support/objects.ts";
import { converge } from "../../../support/provider-lab.ts";

interface Lab {
  readonly backend: MemoryBackend;
  readonly provider: ZoneProvider;
  readonly pass: (ms: number) => void;
}

function lab(options: Parameters<typeof memoryBackend>[1] = {}): Lab {
  let now = 1_800_000_000_000;
  const backend = memoryBackend("example.com", options);
  const provider = owned(backend, { zone: zone("dns/com", "example.com"), ownerId: "me", clock: { now: () => now } });
  return {
    backend,
    provider,
    pass: (ms) => {
      now += ms;
    },
  };
}

/** "bad": all of the name; "bad AAAA": one RRset. Markers are those of the names. */
function at(...subjects: readonly string[]): (target: RRset) => boolean {
  return ({ name, type }) => {
    const label = displayName(name).replace(/\.example\.com$/, "");
    return subjects.some((subject) => subject === label || subject === `${label} ${type}`);
  };
}

function applied(result: ApplyResult): Applied {
  assert.ok(result.kind === "applied", JSON.stringify(result));
  return result;
}

/** "create bad.example.com. A Rejected: refused by policy" */
function rejectedLines({ rejected = [] }: Applied): readonly string[] {
  return rejected.map(({ write, reason, message }) => {
    const { name, type } = write.kind === "delete" ? write.before : write.after;
    return `${write.kind} ${name} ${type} ${reason}: ${message}`;
  });
}

/** "www A 192.0.2.1", and for markers "_dnsalias.www TXT A+AAAA". */
function held(backend: MemoryBackend): readonly string[] {
  return backend
    .list()
    .filter(({ name, type }) => type !== "SOA" && type !== "NS" && displayName(name) !== "ns.example.com")
    .map(({ name, type, data }) => {
      const label = displayName(name).replace(/\.?example\.com$/, "");
      return `${label} ${type} ${type === "TXT" ? (/types=([^,]*)/.exec(data.join())?.[1] ?? "") : data.join(" ")}`;
    });
}

const BOTH = "60 192.0.2.1 2001:db8::1";

const servers: readonly (readonly [string, RejectOptions])[] = [
  ["one that says nothing", {}],
  ["one that names the RRsets", { names: true }],
  ["one that carries out a part of the batch first", { partial: true }],
  ["one that names them, and carries out a part", { names: true, partial: true }],
  ["one whose answer can be an outage", { partial: true, outage: { kind: "failed", message: "500" } }],
];

for (const [name, as] of servers) {
  test(`a rejected name is reported and leaves nothing, and every other name is written: ${name}`, async () => {
    const { backend, provider } = lab();
    backend.reject(at("bad"), as);
    const lines = ["a", "bad", "c"].map((label) => `${label}.example.com ${BOTH}`);
    const result = applied(await converge(provider, ...lines));
    assert.deepEqual(rejectedLines(result), [
      "create bad.example.com. A Rejected: refused by policy",
      "create bad.example.com. AAAA Rejected: refused by policy",
    ]);
    assert.equal(result.wrote, true);
    assert.equal(result.deferred, undefined);
    const again = applied(await converge(provider, ...lines));
    assert.deepEqual(rejectedLines(again), rejectedLines(result));
    assert.deepEqual(
      held(backend),
      ["_dnsalias.a TXT A+AAAA", "_dnsalias.c TXT A+AAAA", "a A", "a AAAA", "c A", "c AAAA"].map((line) =>
        line.replace(/ A$/, " A 192.0.2.1").replace(/ AAAA$/, " AAAA 2001:db8::1"),
      ),
    );
  });

  test(`a rejected family leaves a marker that speaks for the other one: ${name}`, async () => {
    const { backend, provider } = lab();
    backend.reject(at("bad AAAA"), as);
    applied(await converge(provider, `bad.example.com ${BOTH}`, `c.example.com ${BOTH}`));
    const result = applied(await converge(provider, `bad.example.com ${BOTH}`, `c.example.com ${BOTH}`));
    assert.deepEqual(rejectedLines(result), ["create bad.example.com. AAAA Rejected: refused by policy"]);
    assert.deepEqual(held(backend).slice(0, 3), ["_dnsalias.bad TXT A", "_dnsalias.c TXT A+AAAA", "bad A 192.0.2.1"]);
  });

  test(`a rejected update and a rejected deletion leave records and markers as they are: ${name}`, async () => {
    const { backend, provider } = lab();
    applied(await converge(provider, ...["a", "bad", "gone"].map((label) => `${label}.example.com 60 192.0.2.1`)));
    backend.reject(at("bad", "gone", "_dnsalias.gone"), as);
    const lines = ["a.example.com 60 192.0.2.2", "bad.example.com 60 192.0.2.2"];
    applied(await converge(provider, ...lines));
    const result = applied(await converge(provider, ...lines));
    assert.deepEqual(rejectedLines(result), [
      "update bad.example.com. A Rejected: refused by policy",
      "delete gone.example.com. A Rejected: refused by policy",
    ]);
    assert.deepEqual(held(backend), [
      "_dnsalias.a TXT A",
      "_dnsalias.bad TXT A",
      "_dnsalias.gone TXT A",
      "a A 192.0.2.2",
      "bad A 192.0.2.1",
      "gone A 192.0.2.1",
    ]);
  });
}

test("a write of which only a part took effect is a write, so that its delivery is expedited", async () => {
  const { backend, provider } = lab();
  const lines = (last: number): readonly string[] =>
    ["a", "bad"].map((label) => `${label}.example.com 60 192.0.2.${last}`);
  applied(await converge(provider, ...lines(1)));
  backend.reject(at("bad"), { names: true, partial: true });
  const result = applied(await converge(provider, ...lines(2)));
  assert.deepEqual(rejectedLines(result), ["update bad.example.com. A Rejected: refused by policy"]);
  assert.ok(held(backend).includes("a A 192.0.2.2"));
  assert.equal(result.wrote, true);
});

test("a marker that is rejected keeps its name from being written, and no other name", async () => {
  for (const as of [{}, { names: true }]) {
    const { backend, provider } = lab();
    backend.reject(at("_dnsalias.bad"), as);
    const result = applied(await converge(provider, `a.example.com ${BOTH}`, `bad.example.com ${BOTH}`));
    assert.equal(rejectedLines(result).length, 2);
    assert.deepEqual(held(backend), ["_dnsalias.a TXT A+AAAA", "a A 192.0.2.1", "a AAAA 2001:db8::1"]);
  }
});

for (const [title, lines, marker] of [
  ["one family", "60 192.0.2.1", "A"],
  ["both families", BOTH, "A+AAAA"],
] as const) {
  test(`a name with ${title} whose marker was removed gets it back, although its change is rejected`, async () => {
    const { backend, provider } = lab();
    applied(await converge(provider, `www.example.com ${lines}`));
    backend.remove(parseName("_dnsalias.www.example.com"), "TXT");
    backend.reject(at("www"));
    const result = applied(await converge(provider, `www.example.com ${lines.replace("192.0.2.1", "192.0.2.2")}`));
    assert.deepEqual(rejectedLines(result), ["update www.example.com. A Rejected: refused by policy"]);
    assert.deepEqual(held(backend).slice(0, 2), [`_dnsalias.www TXT ${marker}`, "www A 192.0.2.1"]);
  });
}

test("a steady state with a rejected name asks the backend once a minute, and other changes don't wait for it", async () => {
  const { backend, provider, pass } = lab();
  backend.reject(at("bad"));
  const lines = (last: number): readonly string[] => [
    "bad.example.com 60 192.0.2.1",
    `good.example.com 60 192.0.2.${last}`,
  ];
  const first = applied(await converge(provider, ...lines(1)));
  assert.equal(first.retryAfterMs, 60_000);
  const before = backend.applies;
  pass(59_000);
  const waiting = applied(await converge(provider, ...lines(1)));
  assert.deepEqual([backend.applies - before, waiting.wrote, waiting.retryAfterMs], [0, false, 1_000]);
  assert.equal(rejectedLines(waiting).length, 1);
  applied(await converge(provider, ...lines(2)));
  assert.equal(backend.applies - before, 1, "the change alone is sent");
  pass(1_000);
  applied(await converge(provider, ...lines(3)));
  assert.equal(backend.applies - before, 3, "the change, and the retry on its own");
  assert.ok(held(backend).includes("good A 192.0.2.3"));
});

test("a name that is accepted at its retry is no longer reported", async () => {
  const { backend, provider, pass } = lab();
  backend.reject(at("bad", "bad2"));
  const lines = ["bad.example.com 60 192.0.2.1", "bad2.example.com 60 192.0.2.1", "good.example.com 60 192.0.2.1"];
  assert.equal(applied(await converge(provider, ...lines)).rejected?.length, 2);
  backend.reject(at("bad2"));
  pass(60_000);
  assert.deepEqual(rejectedLines(applied(await converge(provider, ...lines))), [
    "create bad2.example.com. A Rejected: refused by policy",
  ]);
  backend.reject(undefined);
  pass(60_000);
  const result = applied(await converge(provider, ...lines));
  assert.deepEqual([result.rejected, result.retryAfterMs, result.wrote], [undefined, undefined, true]);
  assert.equal(held(backend).length, 6);
});

test("one call makes at most 32 requests; what it did not get to is deferred by a second, and nothing is lost", async () => {
  const { backend, provider, pass } = lab();
  const labels = Array.from({ length: 60 }, (_, index) => `n${index}`);
  const bad = labels.filter((_, index) => index % 3 === 0);
  backend.reject(at(...bad));
  const lines = labels.map((label) => `${label}.example.com 60 192.0.2.1`);
  const first = applied(await converge(provider, ...lines));
  assert.equal(backend.applies, 32);
  assert.deepEqual([first.retryAfterMs, (first.deferred?.length ?? 0) > 0], [1_000, true]);
  for (let rounds = 0; rounds < 20; rounds += 1) {
    pass(1_000);
    applied(await converge(provider, ...lines));
  }
  assert.equal(held(backend).filter((line) => line.includes(" A 192")).length, 40);
  const settled = backend.applies;
  const last = applied(await converge(provider, ...lines));
  assert.deepEqual([last.rejected?.length, last.deferred, backend.applies - settled], [20, undefined, 0]);
});

test("many rejected names have their retries in turn, at most 32 requests a minute", async () => {
  const { backend, provider, pass } = lab();
  const labels = Array.from({ length: 50 }, (_, index) => `n${index}`);
  backend.reject(at(...labels), { names: true });
  const lines = labels.map((label) => `${label}.example.com 60 192.0.2.1`);
  applied(await converge(provider, ...lines));
  backend.reject(at(...labels.slice(0, 49)));
  for (const more of [32, 32]) {
    pass(60_000);
    const before = backend.applies;
    applied(await converge(provider, ...lines));
    assert.equal(backend.applies - before, more);
  }
  assert.deepEqual(
    held(backend).filter((line) => line.includes(" A 192")),
    ["n49 A 192.0.2.1"],
  );
});

test("a slow backend is asked for 20 s at most", async () => {
  const { backend, provider, pass } = lab();
  const slow = at("n0");
  backend.reject((target) => {
    pass(3_000);
    return slow(target);
  });
  const lines = Array.from({ length: 8 }, (_, index) => `n${index}.example.com 60 192.0.2.1`);
  const result = applied(await converge(provider, ...lines));
  assert.ok(backend.applies <= 2, String(backend.applies));
  assert.equal(result.deferred?.length, 8);
});

test("a backend that is out of order is a failure, and no name is at fault", async () => {
  const { backend, provider } = lab();
  backend.reject(() => true, { outage: { kind: "failed", message: "answers 500" } });
  const lines = Array.from({ length: 8 }, (_, index) => `n${index}.example.com 60 192.0.2.1`);
  assert.deepEqual(await converge(provider, ...lines), { kind: "failed", message: "answers 500" });
});

test("a failure during the search is the result, and what was found by then is known at the next try", async () => {
  const { backend, provider } = lab();
  let requests = 0;
  const lines = ["bad.example.com 60 192.0.2.1", "good.example.com 60 192.0.2.1"];
  backend.reject((target) => {
    requests += 1;
    if (requests === 4) {
      backend.fail({ kind: "failed", message: "connection lost" });
    }
    return at("bad")(target);
  });
  assert.equal((await converge(provider, ...lines)).kind, "failed");
  backend.fail(undefined);
  const before = backend.applies;
  const result = applied(await converge(provider, ...lines));
  assert.equal(result.rejected?.length, 1);
  assert.ok(backend.applies - before <= 1 || held(backend).includes("good A 192.0.2.1"));
  assert.ok(held(backend).includes("good A 192.0.2.1"));
});

test("somebody who writes during the search is not written over", async () => {
  const { backend, provider } = lab();
  const race: RRset = { name: parseName("c.example.com"), type: "A", ttl: 60, data: ["192.0.2.77"] };
  const isBad = at("a");
  backend.reject((target) => {
    if (isBad(target)) {
      backend.put(race);
    }
    return isBad(target);
  });
  const lines = ["a", "b", "c"].map((label) => `${label}.example.com 60 192.0.2.1`);
  assert.equal((await converge(provider, ...lines)).kind, "conflict");
  assert.ok(held(backend).includes("c A 192.0.2.77"));
});
