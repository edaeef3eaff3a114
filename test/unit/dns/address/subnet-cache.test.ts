import assert from "node:assert/strict";
import { test } from "node:test";
import { createScopeCache, type ScopeCache } from "../../../../src/dns/address/subnet-cache.ts";
import { parseSubnet, type Subnet } from "../../../../src/dns/address/subnet.ts";

interface Case {
  readonly name: string;
  /** `key network scope value`, in order. */
  readonly puts: readonly string[];
  readonly find: readonly [key: string, network: string];
  /** `value/scope` */
  readonly want: string | undefined;
}

const cases: readonly Case[] = [
  { name: "nothing is known", puts: [], find: ["k", "8.8.8.0/24"], want: undefined },
  { name: "the same network", puts: ["k 8.8.8.0/24 24 a"], find: ["k", "8.8.8.0/24"], want: "a/24" },
  { name: "another network", puts: ["k 8.8.8.0/24 24 a"], find: ["k", "8.8.9.0/24"], want: undefined },
  { name: "another key", puts: ["k 8.8.8.0/24 24 a"], find: ["l", "8.8.8.0/24"], want: undefined },
  { name: "a network inside the scope", puts: ["k 8.8.8.0/24 16 a"], find: ["k", "8.8.9.0/24"], want: "a/16" },
  { name: "a scope of 0 holds for all", puts: ["k 8.8.8.0/24 0 a"], find: ["k", "9.9.9.0/24"], want: "a/0" },
  { name: "of one family", puts: ["k 8.8.8.0/24 0 a"], find: ["k", "2001:db8::/56"], want: undefined },
  {
    name: "the longest one",
    puts: ["k 8.8.8.0/24 16 a", "k 8.8.9.0/24 24 b", "k 9.9.9.0/24 8 c"],
    find: ["k", "8.8.9.0/24"],
    want: "b/24",
  },
  {
    name: "the longest one that the asker tells of",
    puts: ["k 8.8.8.0/24 24 a", "k 8.9.9.0/24 8 b"],
    find: ["k", "8.8.0.0/16"],
    want: "b/8",
  },
  {
    name: "a new answer with a shorter scope is not hidden by the old one",
    puts: ["k 8.8.8.0/24 24 a", "k 8.8.8.0/24 16 b"],
    find: ["k", "8.8.8.0/24"],
    want: "b/16",
  },
  {
    name: "nor does it touch what another subnet has",
    puts: ["k 8.8.8.0/24 24 a", "k 8.8.9.0/24 16 b"],
    find: ["k", "8.8.8.0/24"],
    want: "a/24",
  },
  {
    name: "a scope longer than the source holds for the source (RFC 7871 7.3.1)",
    puts: ["k 8.8.0.0/16 24 a"],
    find: ["k", "8.8.9.0/24"],
    want: "a/16",
  },
  {
    name: "scopes inside an octet",
    puts: ["k 8.8.8.0/24 21 a", "k 8.8.16.0/24 21 b"],
    find: ["k", "8.8.15.0/24"],
    want: "a/21",
  },
  { name: "IPv6", puts: ["k 2001:db8:0:100::/56 48 a"], find: ["k", "2001:db8:0:200::/56"], want: "a/48" },
  {
    name: "beyond the bound the one used longest ago is forgotten",
    puts: ["k 1.0.0.0/24 24 a", "k 2.0.0.0/24 24 b", "k 3.0.0.0/24 24 c", "k 4.0.0.0/24 24 d", "k 5.0.0.0/24 24 e"],
    find: ["k", "1.0.0.0/24"],
    want: undefined,
  },
];

for (const { name, puts, find, want } of cases) {
  test(name, () => {
    const cache = createScopeCache<string>(4);
    puts.forEach((line) => put(cache, line));
    const found = cache.find(find[0], network(find[1]));
    assert.equal(found && `${found.value}/${found.scope}`, want);
  });
}

test("what is used stays, and size never exceeds the bound", () => {
  const cache = createScopeCache<string>(4);
  put(cache, "k 1.0.0.0/24 24 a");
  for (let index = 2; index < 200; index += 1) {
    put(cache, `k${index % 7} ${index}.0.0.0/24 ${8 + (index % 17)} x`);
    assert.ok(cache.find("k", network("1.0.0.0/24")) !== undefined);
    assert.ok(cache.size <= 4);
  }
});

test("a key is forgotten with all its networks, and no other", () => {
  const cache = createScopeCache<string>(10);
  ["k 1.0.0.0/24 24 a", "k 2.0.0.0/24 16 b", "l 1.0.0.0/24 24 c"].forEach((line) => put(cache, line));
  cache.drop("k");
  cache.drop("k");
  assert.equal(cache.size, 1);
  assert.equal(cache.find("k", network("1.0.0.0/24")), undefined);
  assert.equal(cache.find("l", network("1.0.0.0/24"))?.value, "c");
});

function put(cache: ScopeCache<string>, line: string): void {
  const [key = "", subnet = "", scope = "", value = ""] = line.split(" ");
  cache.put(key, network(subnet), { scope: Number(scope), value });
}

function network(text: string): Subnet {
  const subnet = parseSubnet(text);
  assert.ok(subnet !== undefined, text);
  return subnet;
}
