import assert from "node:assert/strict";
import { test } from "node:test";
import { rememberedSets } from "../../../src/controller/remembered.ts";
import { alias, zone } from "../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");

function published(key: string, addresses: readonly string[], httpsAlias = false) {
  const hostnames = [{ hostname: "example.com", zone: "dns/com", addresses, ttl: 60 }];
  const status = { observedGeneration: 1, conditions: [], hostnames, targets: [] };
  return { ...alias(key, { spec: { httpsAlias } }), status };
}

test("what statuses say was published comes back, with the HTTPS records of the aliases that want them", () => {
  const cases = [
    { aliases: [published("web/shop", ["192.0.2.1"])], want: ["example.com. A 60 192.0.2.1"] },
    {
      aliases: [published("web/shop", ["192.0.2.1", "2001:db8::1"], true)],
      want: ["example.com. A 60 192.0.2.1", "example.com. AAAA 60 2001:db8::1", "example.com. HTTPS 60 0 cdn.test."],
    },
    { aliases: [published("web/shop", [], true)], want: [] },
    { aliases: [alias("web/new", { spec: { httpsAlias: true } })], want: [] },
  ];
  for (const { aliases, want } of cases) {
    const sets = rememberedSets({ aliases: () => aliases }, ZONE);
    assert.deepEqual(
      sets.map(({ name, type, ttl, data }) => `${name} ${type} ${ttl} ${data.join(" ")}`),
      want,
    );
  }
});
