import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { SteerConfig } from "../../../../src/cli/config/steer-config.ts";
import { steerChange } from "../../../../src/cli/inspect/steer-annotation.ts";
import { steeredAlias } from "../../../support/steering-play.ts";

const NOW = Date.parse("2026-12-01T04:00:00.500Z");
const DRAIN = "dnsalias.io/drain";

function changed(
  command: SteerConfig["command"],
  words: readonly string[],
  annotations: Readonly<Record<string, string>> = {},
  spec: Partial<DnsAlias["spec"]> = {},
) {
  const shop = steeredAlias(spec);
  return steerChange(
    { ...shop, meta: { ...shop.meta, annotations } },
    { command, name: "shop", words, forMs: 7_200_000 },
    NOW,
  );
}

/** The value of the annotation, or the refusal. */
function valueOf(...args: Parameters<typeof changed>): string | null {
  const change = changed(...args);
  return change.kind === "change" ? change.value : change.message;
}

test("a command has the value of its annotation, and says what it did", () => {
  assert.deepEqual(changed("drain", ["main"]), {
    kind: "change",
    annotation: DRAIN,
    value: "main until 2026-12-01T06:00:00Z",
    done: 'dnsalias.io/drain is "main until 2026-12-01T06:00:00Z"',
  });
  assert.equal(valueOf("pin", ["2600::7", "11.0.0.1"]), "2600::7, 11.0.0.1 until 2026-12-01T06:00:00Z");
  assert.equal(valueOf("unpin", []), null);
});

test("other targets keep their ends, and a target that is named again gets a new one", () => {
  const ends = { [DRAIN]: "main until 2026-12-01T05:00:00Z" };
  assert.equal(
    valueOf("drain", ["second"], ends),
    "main until 2026-12-01T05:00:00Z, second until 2026-12-01T06:00:00Z",
  );
  assert.equal(valueOf("drain", ["main"], ends), "main until 2026-12-01T06:00:00Z");
  assert.equal(valueOf("force", ["second"], ends), "second until 2026-12-01T06:00:00Z");
});

test("a return is due at the next whole second, so that it is later than a switch of this second", () => {
  const failback = { mode: "Manual", afterMs: 0 } as const;
  assert.equal(valueOf("failback", [], {}, { failback }), "2026-12-01T04:00:01Z");
  assert.match(valueOf("failback", []) ?? "", /applies only if spec\.failback\.mode is Manual/);
});

test("what the controller would ignore is refused, with its sentence", () => {
  assert.equal(valueOf("drain", ["mian"]), "dnsalias.io/drain names mian, which is not a target. Use main or second.");
  assert.match(valueOf("pin", ["10.0.0.1"]) ?? "", /names 10\.0\.0\.1, a special-use address/);
  assert.match(valueOf("pin", ["r1"]) ?? "", /which is not in status\.history\. Use addresses\.$/);
});

test("a mistake in another annotation is no obstacle", () => {
  assert.equal(valueOf("pin", ["11.0.0.1"], { [DRAIN]: "mian" }), "11.0.0.1 until 2026-12-01T06:00:00Z");
});
