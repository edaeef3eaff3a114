import assert from "node:assert/strict";
import { test } from "node:test";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import type { Applied } from "../../../../src/providers/provider.ts";
import { converge, NEVER, readZone } from "../../../support/provider-lab.ts";
import { addresses, type Answer, applied, at, lab, lines } from "./apply-lab.ts";

test("a plan for other records than the last ones that were read is a conflict, and writes nothing", async () => {
  const { backend, provider } = lab();
  const unread = await provider.apply({ zone: { revision: "", sets: [] }, writes: [] }, NEVER);
  assert.equal(unread.kind, "conflict");
  const first = await readZone(provider, ["a.example.com"]);
  backend.put({ name: parseName("a.example.com"), type: "A", ttl: 60, data: ["192.0.2.9"] });
  await readZone(provider, ["a.example.com"]);
  assert.deepEqual(await provider.apply({ zone: first, writes: [] }, NEVER), {
    kind: "conflict",
    message: "the plan is out of date: memory was read again after it was made",
  });
});

test("the serial of a call is that of the last batch that has one", async () => {
  const serialOf = async (serials: Readonly<Record<number, number>>): Promise<Applied> => {
    const { backend, provider } = lab({}, (result, nth) => {
      const serial = serials[nth];
      return result.kind === "applied" && serial !== undefined ? { ...result, serial } : result;
    });
    // The third batch has the name a, and the fifth has c and d.
    backend.reject(at("b"));
    return applied(await converge(provider, ...lines(1, "a", "b", "c", "d")));
  };
  assert.equal((await serialOf({ 3: 7, 5: 8 })).serial, 8);
  assert.equal((await serialOf({ 3: 7 })).serial, 7);
  assert.ok(!("serial" in (await serialOf({}))));
});

const UNCERTAIN: readonly (readonly [string, Answer])[] = [
  ["fails", () => ({ kind: "failed", message: "no answer" })],
  ["throws", () => "throws"],
  ["is rejected in part", () => ({ kind: "rejected", message: "refused", partial: true })],
];

for (const [how, answer] of UNCERTAIN) {
  test(`a write that ${how}, and took effect all the same, isn't a change by another writer`, async () => {
    let isOdd = false;
    const { backend, provider } = lab({}, (result, nth) => (isOdd ? answer(result, nth) : result));
    applied(await converge(provider, ...lines(1, "a")));
    isOdd = true;
    await converge(provider, ...lines(2, "a")).catch(() => undefined);
    assert.deepEqual(addresses(backend), ["a A 192.0.2.2"]);
    assert.equal((await readZone(provider)).drift, undefined);
  });
}

test("records that equal a write that the server rejected as a whole are a change by another writer", async () => {
  const { backend, provider } = lab();
  applied(await converge(provider, ...lines(1, "a")));
  backend.reject(at("a"));
  applied(await converge(provider, ...lines(2, "a")));
  backend.put({ name: parseName("a.example.com"), type: "A", ttl: 60, data: ["192.0.2.2"] });
  const { drift = [] } = await readZone(provider);
  assert.deepEqual(
    drift.map(({ message }) => message),
    ["another writer changed a.example.com A from 192.0.2.1 with TTL 60 s to 192.0.2.2 with TTL 60 s"],
  );
});

test("after a batch that took effect in part, the others are written, also if the server shows only names that it is queried for", async () => {
  for (const listsZone of [true, false]) {
    const { backend, provider, batches } = lab({ listsZone });
    backend.reject(at("bad"), { names: true, partial: true });
    const result = applied(await converge(provider, ...lines(1, "a", "bad", "c")));
    assert.deepEqual([result.rejected?.length, result.deferred], [1, undefined]);
    assert.deepEqual(addresses(backend), ["a A 192.0.2.1", "c A 192.0.2.1"]);
    assert.ok(
      batches.every((changes) => changes.length > 0),
      "no batch is empty",
    );
  }
});

test("what a batch with a part already did isn't sent again", async () => {
  const { backend, provider, batches } = lab();
  // The server carries out everything, and rejects the batch afterwards.
  const all = lab({}, (result, nth) => (nth === 1 ? { kind: "rejected", message: "odd", partial: true } : result));
  applied(await converge(all.provider, ...lines(1, "a", "b")));
  assert.deepEqual(addresses(all.backend), ["a A 192.0.2.1", "b A 192.0.2.1"]);
  assert.equal(all.batches.length, 1);
  applied(await converge(provider, ...lines(1, "a", "b")));
  applied(await converge(provider, ...lines(1, "a", "b")));
  assert.deepEqual([batches.length, backend.applies], [1, 1]);
});

test("a new marker comes before its records, and an old one is removed after them", async () => {
  const { provider, batches } = lab({ atomic: "set" });
  const order = (): readonly string[] =>
    (batches.at(-1) ?? []).map(({ before, after }) => {
      const set = after ?? before;
      return `${after === undefined ? "-" : "+"}${set?.type} ${displayName(set?.name ?? parseName("none"))}`;
    });
  applied(await converge(provider, ...lines(1, "b", "a")));
  const created = ["+TXT _dnsalias.a.example.com", "+TXT _dnsalias.b.example.com", "+A a.example.com"];
  assert.deepEqual(order(), [...created, "+A b.example.com"]);
  applied(await converge(provider, ...lines(1, "c")));
  assert.deepEqual(order(), [
    "+TXT _dnsalias.c.example.com",
    "-A a.example.com",
    "-A b.example.com",
    "+A c.example.com",
    "-TXT _dnsalias.a.example.com",
    "-TXT _dnsalias.b.example.com",
  ]);
});

test("a server that names what it rejects is sent the rest in one more batch", async () => {
  const labels = ["a", "b", "bad", "c", "d", "e"];
  for (const isBad of [at("bad"), ({ name }: RRset) => displayName(name) === "_dnsalias.bad.example.com"]) {
    const { backend, provider, batches } = lab();
    backend.reject(isBad, { names: true });
    const result = applied(await converge(provider, ...lines(1, ...labels)));
    assert.deepEqual([result.rejected?.length, batches.length], [1, 2]);
    assert.equal(addresses(backend).length, 5);
  }
});

test("another writer's record that appears during a batch with a part is a conflict, and remains", async () => {
  const { backend, provider } = lab();
  const isBad = ({ name }: RRset): boolean => displayName(name) === "_dnsalias.bad.example.com";
  backend.reject(
    (target) => {
      if (isBad(target)) {
        backend.put({ name: parseName("c.example.com"), type: "A", ttl: 60, data: ["192.0.2.77"] });
      }
      return isBad(target);
    },
    { names: true, partial: true },
  );
  assert.deepEqual(await converge(provider, ...lines(1, "a", "bad", "c")), {
    kind: "conflict",
    message: "c.example.com A was changed by another writer during the write",
  });
  assert.ok(addresses(backend).includes("c A 192.0.2.77"));
});

test("a server that can't be read after a batch with a part is a failure", async () => {
  const { backend, provider, batches } = lab({}, (result) => {
    backend.fail({ kind: "failed", message: "down" });
    return result;
  });
  backend.reject(at("bad"), { names: true, partial: true });
  assert.deepEqual(await converge(provider, ...lines(1, "a", "bad", "c")), { kind: "failed", message: "down" });
  assert.equal(batches.length, 1);
});

test("a server that refuses the write is a refusal", async () => {
  const refused = { kind: "refused", reason: "Unauthorized", message: "wrong key" } as const;
  const { provider } = lab({}, () => refused);
  assert.deepEqual(await converge(provider, ...lines(1, "a")), refused);
});
