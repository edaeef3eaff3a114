import assert from "node:assert/strict";
import { test } from "node:test";
import { namesAskedByInvalidAlias, namesOfInvalidAlias } from "../../../../src/api/parse/unread-names.ts";

const status = (...hostnames: readonly unknown[]): unknown => ({
  hostnames: hostnames.map((hostname) => ({ hostname })),
});

for (const { name, object, want } of [
  {
    name: "the names of spec and status, each once",
    object: {
      spec: { hostnames: ["Shop.example.com", "*.example.com"] },
      status: status("shop.example.com", "old.example.com"),
    },
    want: ["shop.example.com.", "*.example.com.", "old.example.com."],
  },
  {
    name: "a name that can't be written in A-labels was never published",
    object: { spec: { hostnames: ["\u0378.nowhere.test"] } },
    want: [],
  },
  {
    name: "a name in another script is read as a good manifest's",
    object: { spec: { hostnames: ["b\u00fccher.example.com"] } },
    want: ["xn--bcher-kva.example.com."],
  },
  { name: "what isn't text is passed over", object: { spec: { hostnames: [7, null] }, status: status(7) }, want: [] },
  { name: "a status without a spec", object: { status: status("old.example.com") }, want: ["old.example.com."] },
  { name: "neither list: any name", object: { spec: { hostnames: "shop.example.com" } }, want: undefined },
  { name: "no object", object: "text", want: undefined },
]) {
  test(name, () => {
    assert.deepEqual(namesOfInvalidAlias(object), want);
  });
}

test("an alias asks for the names of its spec only: a status can be written by whoever likes the names of others", () => {
  const object = { spec: { hostnames: ["shop.example.com", 7] }, status: status("old.example.com") };
  assert.deepEqual(namesAskedByInvalidAlias(object), ["shop.example.com."]);
});
