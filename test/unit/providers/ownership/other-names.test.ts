import assert from "node:assert/strict";
import { test } from "node:test";
import { displayName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import { owned } from "../../../../src/providers/ownership/owned.ts";
import { memoryBackend, type MemoryBackendOptions } from "../../../support/memory-backend.ts";
import { NEVER } from "../../../support/provider-lab.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { zone } from "../../../support/objects.ts";

const ASKED = ["*.example.com", "lb.example.com", "a.b.example.com", "cut.example.com", "a.cut.example.com"];

async function enclosers(
  records: readonly string[],
  {
    asked = ASKED,
    delegations = true,
    ...options
  }: MemoryBackendOptions & { asked?: readonly string[]; delegations?: boolean } = {},
): Promise<readonly string[] | undefined> {
  const backend = memoryBackend("example.com", { ...options, records });
  const provider = owned(
    {
      ...backend,
      async read(names, signal) {
        const { delegations: given, ...got } = { delegations: undefined, ...(await backend.read(names, signal)) };
        return delegations && given !== undefined ? { ...got, delegations: given } : got;
      },
    },
    { zone: zone("dns/com", "example.com"), ownerId: "me", clock: fakeClock(0) },
  );
  const got = await provider.read(asked.map(parseOwnerName), NEVER);
  assert.ok(got.kind === "ok");
  const { encloserOf } = got.zone;
  return (
    encloserOf &&
    ASKED.slice(1).flatMap((name) => {
      const encloser = encloserOf(parseOwnerName(name));
      return encloser === undefined ? [] : [`${name} under ${displayName(encloser)}`];
    })
  );
}

test("names without records of other writers are known with their encloser", async () => {
  assert.deepEqual(await enclosers(["b IN TXT x", "cut IN NS ns.example.net."]), [
    "lb.example.com under example.com",
    "a.b.example.com under b.example.com",
  ]);
});

test("records of ours and their markers don't make a name exist", async () => {
  const marker = 'IN TXT "heritage=dnsalias,owner=me,types=A,resource=web/shop"';
  const own = ["lb IN A 192.0.2.1", `_dnsalias.lb ${marker}`, "* IN A 192.0.2.1", `_dnsalias._wildcard ${marker}`];
  assert.deepEqual(await enclosers([...own, "cut IN NS ns.example.net."]), [
    "lb.example.com under example.com",
    "a.b.example.com under example.com",
  ]);
  assert.deepEqual(
    await enclosers([...own.map((line) => line.replace("owner=me", "owner=you")), "cut IN NS ns.example.net."]),
    ["a.b.example.com under example.com"],
  );
});

test("another writer's record at a name of ours makes it exist", async () => {
  const own = ["lb IN A 192.0.2.1", '_dnsalias.lb IN TXT "heritage=dnsalias,owner=me,types=A,resource=web/shop"'];
  assert.deepEqual(await enclosers([...own, "lb IN TXT x", "cut IN NS ns.example.net."]), [
    "a.b.example.com under example.com",
  ]);
});

test("of a zone that isn't listed, only names that were asked for are known", async () => {
  assert.deepEqual(await enclosers([], { listsZone: false, asked: ["*.example.com", "lb.example.com"] }), [
    "lb.example.com under example.com",
  ]);
});

test("where delegations aren't known, only names right below one that exists are known not to", async () => {
  assert.deepEqual(await enclosers(["b IN TXT x"], { delegations: false }), [
    "lb.example.com under example.com",
    "a.b.example.com under b.example.com",
    "cut.example.com under example.com",
  ]);
  assert.deepEqual(await enclosers([], { delegations: false, asked: ["*.b.example.com"] }), [
    "lb.example.com under example.com",
    "a.b.example.com under b.example.com",
    "cut.example.com under example.com",
  ]);
});

test("without a wildcard nothing is kept", async () => {
  assert.equal(await enclosers([], { asked: ["lb.example.com"] }), undefined);
});
