import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias, HostnameStatus } from "../../../../src/api/dns-alias.ts";
import { rememberedSets } from "../../../../src/controller/zone/published-from-status.ts";
import { alias, zone } from "../../../support/objects.ts";

const ZONE = zone("dns/example", "example.com");

function withStatus(name: string, hostnames: readonly HostnameStatus[]): DnsAlias {
  return { ...alias(`web/${name}`), status: { observedGeneration: 1, conditions: [], hostnames, targets: [] } };
}

test("what the statuses of a zone's aliases say is sets again: by family, merged, with the least TTL; the rest is passed over", () => {
  const aliases = [
    withStatus("a", [
      { hostname: "example.com", zone: "dns/example", addresses: ["192.0.2.2", "2001:db8::1"], ttl: 60 },
      { hostname: "*.wild.example.com", zone: "dns/example", addresses: ["192.0.2.9"], ttl: 30 },
      { hostname: "blank.example.com", zone: "dns/example", addresses: [] },
      { hostname: "example.com", zone: "dns/other", addresses: ["192.0.2.66"], ttl: 60 },
    ]),
    withStatus("b", [
      { hostname: "example.com", zone: "dns/example", addresses: ["192.0.2.1", "192.0.2.2"], ttl: 40 },
      { hostname: "elsewhere.net", zone: "dns/example", addresses: ["192.0.2.66"], ttl: 40 },
      { hostname: "bad name.example.com", zone: "dns/example", addresses: ["192.0.2.66"], ttl: 40 },
    ]),
    alias("web/none"),
  ];
  const sets = rememberedSets({ aliases: () => aliases }, ZONE);
  assert.deepEqual(
    sets.map(({ name, type, ttl, data }) => `${name} ${ttl} ${type} ${data.join()}`),
    ["*.wild.example.com. 30 A 192.0.2.9", "example.com. 40 A 192.0.2.1,192.0.2.2", "example.com. 40 AAAA 2001:db8::1"],
  );
});
