import assert from "node:assert/strict";
import { test } from "node:test";
import type { InvalidObject } from "../../../../src/controller/ports/inventory.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { hostnameFacts, type HostnameInput } from "../../../../src/cli/inspect/explain-facts.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias } from "../../../support/objects.ts";

const NAME = parseName("shop.example.com");

/** The facts about the hostname: "claim ✗ …". */
function facts(
  { aliases = [], invalid = [] }: { readonly aliases?: readonly string[]; readonly invalid?: readonly InvalidObject[] },
  more: Partial<HostnameInput> = {},
): readonly string[] {
  const store = createStore(({ meta }) => meta.uid);
  aliases.forEach((key) => store.note({ kind: "alias", alias: alias(key, { hostnames: ["shop.example.com"] }) }));
  while (store.settle(100).more);
  return hostnameFacts({
    hostname: NAME,
    snapshot: { store, invalid, problems: [], answers: new Map() },
    previews: [],
    ownerId: "me",
    namespaces: [],
    here: [],
    now: 0,
    ...more,
  }).map(({ topic, text, good }) => `${topic} ${good ? "✓" : "✗"} ${text}`);
}

function broken(key: string, more: Partial<InvalidObject> = {}): InvalidObject {
  return { kind: "DnsAlias", key, generation: 1, problems: ["spec.targets is empty", "x"], hostnames: [NAME], ...more };
}

const CLAIM = "is invalid: spec.targets is empty; x";

test("an invalid DnsAlias with the hostname can be the reason why the name doesn't change", () => {
  const [first] = facts({ invalid: [broken("web/bad")] });
  assert.equal(first, `claim ✗ DnsAlias web/bad has the hostname shop.example.com too, but ${CLAIM}`);
});

test("invalid objects of another kind, and those without the hostname, have nothing to do with it", () => {
  const { hostnames: _, ...unnamed } = broken("web/unnamed");
  const others = [
    broken("web/zone", { kind: "DnsZone" }),
    broken("web/other", { hostnames: [parseName("other.example.com")] }),
    unnamed,
  ];
  assert.deepEqual(
    facts({ invalid: others }).filter((line) => line.includes(CLAIM)),
    [],
  );
});

test("a user who names namespaces sees the DnsAliases of these namespaces only", () => {
  const invalid = [broken("web/bad"), broken("shop/bad")];
  const shown = (namespaces: readonly string[]): readonly string[] =>
    facts({ invalid, aliases: ["web/a", "shop/b"] }, { namespaces }).flatMap((line) =>
      [...line.matchAll(/DnsAlias (\w+\/\w+)/g)].map(([, key = ""]) => key),
    );
  assert.deepEqual(new Set(shown([])), new Set(["web/bad", "shop/bad", "web/a", "shop/b"]));
  assert.deepEqual(new Set(shown(["web"])), new Set(["web/bad", "web/a"]));
  assert.deepEqual(new Set(shown(["web", "shop"])), new Set(["web/bad", "shop/bad", "web/a", "shop/b"]));
  assert.deepEqual(new Set(shown(["none"])), new Set());
});
