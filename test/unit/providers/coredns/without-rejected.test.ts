import assert from "node:assert/strict";
import { test } from "node:test";
import { createOverlayProvider } from "../../../../src/providers/coredns/overlay.ts";
import { withoutRejected } from "../../../../src/providers/coredns/without-rejected.ts";
import { createZoneFileProvider } from "../../../../src/providers/coredns/zone-file.ts";
import type { ApplyResult, ZoneProvider } from "../../../../src/providers/provider.ts";
import { inlineText, type TextStore } from "../../../../src/providers/text-store.ts";
import { memoryTextStore, type MemoryTextStore } from "../../../support/memory-text-store.ts";
import { converge, labZone, overlaySpec, readZone, setLines, zoneFileSpec } from "../../../support/provider-lab.ts";

const BASE = "@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n";
const WORDS = 'the apiserver answered 403: admission webhook "names.test" denied the request: not here';

interface Policy {
  /** A text that matches is rejected. */
  rejects: RegExp;
  tries: number;
}

interface Lab {
  readonly store: MemoryTextStore;
  readonly policy: Policy;
  readonly clock: { readonly now: () => number; ms: number };
  readonly provider: ZoneProvider;
}

function lab(delivery: "zoneFile" | "overlay"): Lab {
  const store = memoryTextStore(delivery === "overlay" ? ".:53 {\n    forward . 192.0.2.53\n}\n" : undefined);
  const policy: Policy = { rejects: /denied/, tries: 0 };
  const clock = { ms: 1_795_000_000_000, now: () => clock.ms };
  const ruled: TextStore = {
    location: "the ConfigMap",
    read: (signal) => store.read(signal),
    write: async (text, revision, signal) => {
      policy.tries += 1;
      return policy.rejects.test(text)
        ? { kind: "refused", reason: "Rejected", message: WORDS }
        : store.write(text, revision, signal);
    },
  };
  const base = inlineText(BASE, "the base");
  const provider =
    delivery === "zoneFile"
      ? createZoneFileProvider({
          zone: labZone("example.com", zoneFileSpec()),
          base,
          store: ruled,
          ownerId: "me",
          now: clock.now,
        })
      : createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store: ruled, ownerId: "me" });
  return { store, policy, clock, provider: withoutRejected(provider, clock) };
}

function rejectedOf(result: ApplyResult): readonly string[] {
  assert.ok(result.kind === "applied", JSON.stringify(result));
  return (result.rejected ?? []).map(({ write, reason, message }) => {
    const { name, type } = write.kind === "delete" ? write.before : write.after;
    return `${name} ${type} ${reason}: ${message}`;
  });
}

/** Twenty names, one of which a rule of the cluster rejects. */
function wanted(last: number, ...more: readonly string[]): readonly string[] {
  return [...Array.from({ length: 20 }, (_, at) => `n${at}.example.com 60 192.0.2.${last}`), ...more];
}

for (const delivery of ["zoneFile", "overlay"] as const) {
  test(`${delivery}: a text that an admission webhook rejects is written without the record at fault, which is named with its words`, async () => {
    const at = lab(delivery);
    const denied = "denied.example.com 60 192.0.2.66";
    const first = await converge(at.provider, ...wanted(1, denied));
    assert.deepEqual(rejectedOf(first), [`denied.example.com. A Rejected: ${WORDS}`]);
    assert.ok(at.policy.tries <= 8, `${at.policy.tries} texts were tried`);
    const { sets } = await readZone(at.provider);
    assert.equal(setLines(sets).length, 20);

    at.policy.tries = 0;
    at.clock.ms += 1_000;
    const second = await converge(at.provider, ...wanted(2, denied));
    assert.deepEqual(rejectedOf(second), [`denied.example.com. A Rejected: ${WORDS}`]);
    assert.equal(at.policy.tries, 1, "the record that is known to be rejected costs nothing");
    assert.match(at.store.text ?? "", /192\.0\.2\.2\b/);
    assert.doesNotMatch(at.store.text ?? "", /192\.0\.2\.1\b/);

    at.clock.ms += 60_000;
    at.policy.rejects = /nothing/;
    assert.deepEqual(rejectedOf(await converge(at.provider, ...wanted(2, denied))), []);
    assert.match(at.store.text ?? "", /192\.0\.2\.66/);
  });
}

test("one family that is rejected is named alone, and the name's other family is written", async () => {
  const at = lab("zoneFile");
  at.policy.rejects = /2001:db8::66/;
  const result = await converge(at.provider, "example.com 60 192.0.2.1 2001:db8::66", "a.example.com 60 2001:db8::1");
  assert.deepEqual(rejectedOf(result), [`example.com. AAAA Rejected: ${WORDS}`]);
  assert.match(at.store.text ?? "", /192\.0\.2\.1\n[^]*2001:db8::1\n/);
});

test("a change of one record that is rejected leaves it as it was", async () => {
  const at = lab("zoneFile");
  await converge(at.provider, "a.example.com 60 192.0.2.1", "b.example.com 60 192.0.2.1");
  at.policy.rejects = /192\.0\.2\.66/;
  const result = await converge(at.provider, "a.example.com 60 192.0.2.66", "b.example.com 60 192.0.2.2");
  assert.deepEqual(rejectedOf(result), [`a.example.com. A Rejected: ${WORDS}`]);
  const { sets } = await readZone(at.provider);
  assert.deepEqual(setLines(sets), ["me a.example.com. A 60 192.0.2.1", "me b.example.com. A 60 192.0.2.2"]);
});

test("a place that takes no text at all refuses the zone, and no record is at fault", async () => {
  const at = lab("zoneFile");
  at.policy.rejects = /./;
  assert.deepEqual(await converge(at.provider, ...wanted(1)), { kind: "refused", reason: "Rejected", message: WORDS });
  assert.ok(at.policy.tries < 32, `${at.policy.tries} texts were tried`);
});

test("a zone without names is written, and a record that is wanted no more is forgotten", async () => {
  const at = lab("zoneFile");
  assert.equal((await converge(at.provider)).kind, "applied");
  assert.match(at.store.text ?? "", /SOA/);
  await converge(at.provider, "denied.example.com 60 192.0.2.66");
  const result = await converge(at.provider, "a.example.com 60 192.0.2.1");
  assert.deepEqual(rejectedOf(result), []);
});

test("one call tries at most 32 texts; it continues a second later, and at the end nothing is left", async () => {
  const at = lab("zoneFile");
  const labels = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? `denied${index}` : `n${index}`));
  const lines = labels.map((label) => `${label}.example.com 60 192.0.2.1`);
  const first = await converge(at.provider, ...lines);
  assert.ok(first.kind === "applied");
  assert.equal(at.policy.tries, 32);
  assert.deepEqual([(first.deferred?.length ?? 0) > 0, first.retryAfterMs], [true, 1_000]);
  let last = first;
  for (let rounds = 0; rounds < 20 && last.deferred !== undefined; rounds += 1) {
    at.clock.ms += 1_000;
    const next = await converge(at.provider, ...lines);
    assert.ok(next.kind === "applied");
    last = next;
  }
  assert.deepEqual([last.deferred, last.rejected?.length], [undefined, 20]);
  assert.equal(setLines((await readZone(at.provider)).sets).length, 40);
});

test("a rejected record alone is tried again a minute after its rejection", async () => {
  const at = lab("zoneFile");
  const lines = ["denied.example.com 60 192.0.2.66", "a.example.com 60 192.0.2.1"];
  const first = await converge(at.provider, ...lines);
  assert.equal(first.kind === "applied" && first.retryAfterMs, 60_000);
  at.clock.ms += 59_000;
  const second = await converge(at.provider, ...lines);
  assert.equal(second.kind === "applied" && second.retryAfterMs, 1_000);
});
