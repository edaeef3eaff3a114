import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec } from "../../../../src/api/dns-alias.ts";
import {
  allowsPrivate,
  asAllowed,
  followsPrivate,
  ignoredMessage,
  ignoresPrivate,
  leftOutMessage,
} from "../../../../src/plan/domain/private-addresses.ts";
import { alias, zone } from "../../../support/objects.ts";

const CLOSED = zone("dns/com", "example.com");
const OPEN = zone("dns/com", "example.com", { tenants: { wildcards: "Allow", privateAddresses: "Allow" } });
const OWN = zone("web/com", "example.com");

function shop(addresses: readonly string[], spec: Partial<AliasSpec> = {}) {
  return alias("web/shop", { targets: ["cdn.test", addresses], spec });
}

const PRIVATE = shop(["10.0.0.1", "11.0.0.1"]);
const PUBLIC = shop(["11.0.0.1"]);
const FALLBACK = shop(["11.0.0.1"], { fallbackAddresses: ["10.0.0.9", "11.0.0.9"] });
const ASKING = shop(["11.0.0.1"], { allowPrivate: true });

describe("private addresses of an alias", () => {
  test("are published in a DnsZone of its namespace, and in one that allows them", () => {
    assert.deepEqual(
      [CLOSED, OPEN, OWN].map((one) => allowsPrivate(one, "web")),
      [false, true, true],
    );
    for (const one of [OPEN, OWN]) {
      assert.equal(asAllowed(one, PRIVATE), PRIVATE);
      assert.equal(ignoresPrivate(one, PRIVATE), false);
      assert.equal(followsPrivate(one, ASKING), true);
    }
  });

  test("are left out elsewhere, and the others aren't", () => {
    assert.deepEqual(asAllowed(CLOSED, PRIVATE), PUBLIC);
    assert.deepEqual(asAllowed(CLOSED, FALLBACK).spec.fallbackAddresses, ["11.0.0.9"]);
    assert.equal(asAllowed(CLOSED, ASKING).spec.allowPrivate, false);
    assert.equal(followsPrivate(CLOSED, ASKING), false);
    assert.equal(followsPrivate(OPEN, PUBLIC), false, "it doesn't ask for them");
  });

  test("are no subject of an alias that neither lists them nor asks for them", () => {
    assert.equal(asAllowed(CLOSED, PUBLIC), PUBLIC);
    assert.deepEqual(
      [PUBLIC, PRIVATE, FALLBACK, ASKING].map((one) => ignoresPrivate(CLOSED, one)),
      [false, true, true, true],
    );
  });
});

describe("the message about addresses that are left out", () => {
  const text = (count: number): string | undefined =>
    leftOutMessage(["dns/com"], shop(Array.from({ length: count }, (_, index) => `10.0.0.${index + 1}`)));
  const REST =
    "left out. Remove private addresses from the spec, or ask the owner of the DnsZone to set spec.tenants.privateAddresses: Allow";

  test("names at most five of them", () => {
    const head = "DnsZone dns/com does not publish private addresses of other namespaces, so";
    assert.equal(text(0), undefined);
    assert.equal(text(1), `${head} 10.0.0.1 is ${REST}`);
    assert.equal(text(2), `${head} 10.0.0.1, 10.0.0.2 are ${REST}`);
    assert.equal(text(5), `${head} 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5 are ${REST}`);
    assert.equal(text(7), `${head} 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5 and 2 more are ${REST}`);
  });

  test("names each DnsZone, and there is none without one", () => {
    assert.match(
      leftOutMessage(["dns/a", "dns/b"], FALLBACK) ?? "",
      /^DnsZone dns\/a, dns\/b does not .* 10\.0\.0\.9 is /,
    );
    assert.equal(leftOutMessage([], PRIVATE), undefined);
  });
});

test("a DnsZone that ignores allowPrivate is named if the alias sets it", () => {
  assert.equal(
    ignoredMessage(["dns/a", "dns/b"], ASKING),
    "DnsZone dns/a, dns/b ignores spec.allowPrivate of other namespaces. Ask the owner of the DnsZone to set spec.tenants.privateAddresses: Allow",
  );
  assert.equal(ignoredMessage([], ASKING), undefined);
  assert.equal(ignoredMessage(["dns/a"], PRIVATE), undefined);
});
