import assert from "node:assert/strict";
import { test } from "node:test";
import { compareInventories } from "../../../chaos/judge/inventory.ts";

const before = new Map([["bind", ["b.example MX 10 mail.b.example", "foreign.b.example A 192.0.2.77"]]]);
const present = [{ id: "bind-n0", name: "b.example", targets: [1], served: "always" }] as const;
const OURS = ["b.example A 11.101.0.1", '_dnsalias.b.example TXT "heritage=dnsalias"'];

function compare(...records: readonly string[]) {
  return compareInventories(before, new Map([["bind", records]]), present);
}

test("records of aliases that exist, and their markers, are no fault", () => {
  const all = [...(before.get("bind") ?? []), ...OURS];
  assert.deepEqual(compare(...all), { orphans: [], touched: [] });
});

test("a record or a marker without an alias is an orphan", () => {
  const left = ["t0.b.example A 11.104.0.1", '_dnsalias.t0.b.example TXT "heritage=dnsalias"'];
  const { orphans } = compare(...(before.get("bind") ?? []), ...OURS, ...left);
  assert.deepEqual(
    orphans,
    left.map((record) => `bind: ${record}`),
  );
});

test("a record of another owner that is gone or different was touched", () => {
  const { touched } = compare("b.example MX 10 mail.b.example", "foreign.b.example A 11.101.0.1");
  assert.deepEqual(touched, ["bind: no foreign.b.example A 192.0.2.77"]);
});
