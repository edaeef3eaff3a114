import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResolverSpec } from "../../../../src/api/dns-zone.ts";
import { createViews } from "../../../../src/cli/compose/resolver-views.ts";
import { alias, zone } from "../../../support/objects.ts";

const USUAL = { protocol: "udp", address: "192.0.2.53", port: 53 } as const;
const TLS: ResolverSpec = { address: "192.0.2.1", port: 853, protocol: "TLS", serverName: "dns.test" };

function viewOf(resolvers?: readonly ResolverSpec[], allowPrivate = false) {
  const views = createViews([USUAL]);
  return views.viewOf(
    views.idOf(
      zone("dns/com", "example.com", resolvers && { resolvers }),
      alias("dns/shop", { spec: { allowPrivate } }),
    ),
  );
}

test("a zone without resolvers has the usual ones", () => {
  assert.deepEqual(viewOf()?.servers, [USUAL]);
});

const SPECS: readonly (readonly [spec: ResolverSpec, want: object])[] = [
  [
    { address: "192.0.2.1", port: 53, protocol: "UDP" },
    { protocol: "udp", address: "192.0.2.1", port: 53 },
  ],
  [
    { address: "2001:db8::1", port: 54, protocol: "TCP" },
    { protocol: "tcp", address: "2001:db8::1", port: 54 },
  ],
  [TLS, { protocol: "tls", address: "192.0.2.1", port: 853, serverName: "dns.test" }],
  [
    { address: "192.0.2.1", port: 443, protocol: "HTTPS" },
    { protocol: "https", address: "192.0.2.1", port: 443 },
  ],
];

for (const [spec, want] of SPECS) {
  test(`spec.resolvers with ${spec.protocol}`, () => assert.deepEqual(viewOf([spec])?.servers, [want]));
}

test("zones share a view when servers and allowPrivate are the same, and only then", () => {
  const views = createViews([USUAL]);
  const idOf = (resolvers: readonly ResolverSpec[] | undefined, allowPrivate = false) =>
    views.idOf(
      zone("dns/com", "example.com", resolvers && { resolvers }),
      alias("dns/shop", { spec: { allowPrivate } }),
    );
  assert.equal(idOf([TLS]), idOf([{ ...TLS }]));
  const ids = [
    idOf(undefined),
    idOf(undefined, true),
    idOf([TLS]),
    idOf([{ ...TLS, port: 854 }]),
    idOf([{ ...TLS, protocol: "HTTPS" }]),
    idOf([{ ...TLS, address: "192.0.2.2" }]),
    idOf([{ ...TLS, serverName: "other.test" }]),
    idOf([TLS, { ...TLS, port: 854 }]),
  ];
  assert.equal(new Set(ids).size, ids.length, ids.join(" | "));
  assert.deepEqual(
    ids.slice(0, 2).map((id) => views.viewOf(id)?.allowPrivate),
    [false, true],
  );
  assert.equal(views.viewOf("none"), undefined);
});
