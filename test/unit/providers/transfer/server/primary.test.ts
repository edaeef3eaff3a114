import assert from "node:assert/strict";
import { test } from "node:test";
import type { TransferSpec } from "../../../../../src/api/dns-zone.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import { createPrimary, type Primary } from "../../../../../src/providers/transfer/server/primary.ts";
import type { Published } from "../../../../../src/providers/transfer/zone/zone-registry.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { silentLogger } from "../../../../support/silent-logger.ts";
import { baseZone, history, ORIGIN, version } from "../zones.ts";

const SPEC: TransferSpec = {
  base: { kind: "inline", text: "" },
  allow: [{ address: "192.0.2.0", prefix: 24 }],
  notify: [],
};

/** Listens nowhere, and has nobody to notify: what a command has that only looks. */
function start(): Primary {
  return createPrimary({
    listen: [],
    clock: fakeClock(1_800_000_000_000),
    wallNow: () => 1_800_000_000,
    random: () => 0.5,
    log: silentLogger,
    catalogued: () => [],
    observe: { transfer: () => assert.fail("no transfer"), notify: () => assert.fail("no NOTIFY") },
  });
}

const published = (serial: number): Published => ({ history: history([version(serial)]), sets: [], base: baseZone() });

test("a zone is published while this process leads, and no longer", async () => {
  await using primary = start();
  const claim = primary.claim("dns/com", ORIGIN, SPEC);
  assert.equal(claim.published(), undefined);
  assert.equal(claim.publish(published(1)), "elsewhere");
  assert.equal(claim.published(), undefined);

  const term = new AbortController();
  primary.lead(term.signal);
  assert.equal(claim.publish(published(2)), "served");
  assert.equal(claim.published()?.history.current.serial, 2);
  assert.equal(claim.lastSerial(), 2);

  term.abort();
  assert.equal(claim.published(), undefined, "another process may have published since");
  assert.equal(claim.publish(published(3)), "elsewhere");

  primary.lead(new AbortController().signal);
  assert.equal(claim.publish(published(4)), "served");
});

test("a term that is over before it begins publishes nothing", async () => {
  await using primary = start();
  primary.lead(AbortSignal.abort());
  assert.equal(primary.claim("dns/com", ORIGIN, SPEC).publish(published(1)), "elsewhere");
});

test("a DnsZone that has another spec, or is gone, doesn't publish any more", async () => {
  await using primary = start();
  primary.lead(new AbortController().signal);
  const first = primary.claim("dns/com", ORIGIN, SPEC);
  assert.equal(first.publish(published(1)), "served");
  const second = primary.claim("dns/com", ORIGIN, { ...SPEC, allow: [] });
  assert.equal(first.publish(published(2)), "replaced");
  assert.equal(second.publish(published(3)), "served");
  first.release();
  assert.equal(second.publish(published(4)), "served", "it isn't the first one's to release");
  second.release();
  assert.equal(second.publish(published(5)), "replaced");
});

test("zones don't share what they publish", async () => {
  await using primary = start();
  primary.lead(new AbortController().signal);
  const claim = primary.claim("dns/com", ORIGIN, SPEC);
  const other = primary.claim("dns/net", parseName("example.net"), SPEC);
  claim.publish(published(1));
  assert.equal(other.published(), undefined);
  other.release();
  assert.equal(claim.publish(published(2)), "served");
});

test("a primary that listens nowhere serves nobody; after its end nothing is published or opened", async () => {
  const primary = start();
  assert.equal(primary.serves, false);
  primary.lead(new AbortController().signal);
  const claim = primary.claim("dns/com", ORIGIN, SPEC);
  assert.equal(claim.publish(published(1)), "served");
  assert.deepEqual(await primary.open(), { kind: "open" });
  await primary[Symbol.asyncDispose]();
  assert.equal(claim.published(), undefined);
  assert.equal(claim.publish(published(2)), "elsewhere");
  assert.deepEqual(await primary.open(), { kind: "failed", message: "the program stops" });
});
