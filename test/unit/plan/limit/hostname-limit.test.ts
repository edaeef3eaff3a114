import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { hostnamesOverLimit, type HostnameAge } from "../../../../src/plan/limit/hostname-limit.ts";

function age(hostname: string, createdAt: number, more: Partial<HostnameAge> = {}): HostnameAge {
  return { hostname: parseName(hostname), isPublished: false, createdAt, alias: "web/shop", ...more };
}

const CASES: readonly { readonly name: string; readonly ages: readonly HostnameAge[]; readonly want: string }[] = [
  { name: "up to the limit, none is refused", ages: [age("a.test", 1), age("b.test", 2)], want: "" },
  { name: "the youngest is refused", ages: [age("c.test", 9), age("a.test", 1), age("b.test", 2)], want: "c.test." },
  {
    name: "a published hostname counts as older than one that isn't",
    ages: [age("new.test", 1), age("a.test", 5, { isPublished: true }), age("b.test", 6, { isPublished: true })],
    want: "new.test.",
  },
  {
    name: "of published hostnames the youngest is refused",
    ages: [1, 2, 3].map((at) => age(`${at}x.test`, at, { isPublished: true })),
    want: "3x.test.",
  },
  {
    name: "at one time, namespace/name decides",
    ages: [
      age("a.test", 1, { alias: "web/c" }),
      age("b.test", 1, { alias: "web/a" }),
      age("c.test", 1, { alias: "web/b" }),
    ],
    want: "a.test.",
  },
  {
    name: "of one alias, the hostname decides",
    ages: [age("c.test", 1), age("b.test", 1), age("a.test", 1)],
    want: "c.test.",
  },
];

for (const { name, ages, want } of CASES) {
  test(`${name}, in any order`, () => {
    for (const order of [ages, ages.toReversed()]) {
      assert.equal([...hostnamesOverLimit(order, 2)].join(" "), want);
    }
  });
}
