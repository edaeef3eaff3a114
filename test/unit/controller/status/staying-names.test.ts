import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HostnameStatus } from "../../../../src/api/dns-alias.ts";
import {
  type LeavingName,
  movingTexts,
  type NameRefused,
  type NameWithoutZone,
  placementCondition,
  refusedEntries,
  stayingEntries,
} from "../../../../src/controller/status/staying-names.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";
import { at, NAME } from "./facts.ts";

const OTHER = parseName("other.example.com");
const ZONES = { kind: "zones", zones: [zone("dns/new", "example.com"), zone("dns/next", "example.com")] } as const;
const NOT_ALLOWED = {
  kind: "none",
  reason: "NamespaceNotAllowed",
  message: "No DnsZone admits namespace web.",
} as const;

const WITHOUT: NameWithoutZone = { hostname: OTHER, reason: "NoZone", message: "No DnsZone has other.example.com" };
const REFUSED: NameRefused = {
  hostname: NAME,
  zone: "dns/strict",
  reason: "HostnameNotAllowed",
  message: "DnsZone dns/strict refuses example.com",
};

function leaving(next: LeavingName["leaving"]["next"]): LeavingName {
  return { hostname: NAME, leaving: { until: at("12:10:00"), next } };
}

describe("the Accepted condition", () => {
  test("has nothing to say of names that are taken, nor of those that only move", () => {
    assert.equal(placementCondition([], [], []), undefined);
    assert.equal(placementCondition([], [leaving(ZONES)], []), undefined);
  });

  test("says why a name has no zone, and until when its records remain", () => {
    assert.deepEqual(placementCondition([WITHOUT], [], []), {
      status: "False",
      reason: "NoZone",
      message: "No DnsZone has other.example.com.",
    });
    const { message } = placementCondition([{ ...WITHOUT, until: at("13:00:00") }], [], []) ?? {};
    assert.equal(message, "No DnsZone has other.example.com. The records remain until 2026-11-24T13:00:00Z.");
  });

  test("says why a zone no longer admits a name, and until when its records remain", () => {
    assert.deepEqual(placementCondition([], [leaving(NOT_ALLOWED)], []), {
      status: "False",
      reason: "NamespaceNotAllowed",
      message: "No DnsZone admits namespace web. The records remain until 2026-11-24T12:10:00Z.",
    });
  });

  test("has the reason of the first name, and the messages of all", () => {
    const other = { ...REFUSED, message: "DnsZone dns/other refuses example.com" };
    assert.deepEqual(placementCondition([WITHOUT], [leaving({ ...ZONES, refused: [REFUSED] })], [other]), {
      status: "False",
      reason: "NoZone",
      message:
        "No DnsZone has other.example.com. DnsZone dns/strict refuses example.com. The records remain until 2026-11-24T12:10:00Z. DnsZone dns/other refuses example.com.",
    });
  });
});

test("a name that its zone no longer admits moves to the zones that do", () => {
  assert.deepEqual(movingTexts([leaving(ZONES)]), [
    "Hostname example.com moves to DnsZone dns/new, dns/next at 2026-11-24T12:10:00Z, because its DnsZone no longer admits the namespace",
  ]);
  assert.deepEqual(movingTexts([leaving(NOT_ALLOWED)]), []);
});

test("a refused name has an entry with the reason, unless it stays in that zone for a while", () => {
  assert.deepEqual(
    refusedEntries([REFUSED], () => false),
    [{ hostname: "example.com", zone: "dns/strict", addresses: [], reason: "HostnameNotAllowed" }],
  );
  assert.deepEqual(
    refusedEntries([REFUSED], (hostname, where) => hostname === NAME && where === "dns/strict"),
    [],
  );
});

test("a name without a zone keeps the entries of the zones where its records stay", () => {
  const name = { ...WITHOUT, reason: "ZoneReserved", stays: ["dns/a", "dns/b"] } as const;
  const entry: HostnameStatus = { hostname: "other.example.com", zone: "dns/a", addresses: ["192.0.2.1"], ttl: 60 };
  const hostnames = [{ ...entry, hostname: "example.com" }, { ...entry, zone: "dns/c" }, entry];
  const shop = { ...alias("web/shop"), status: { observedGeneration: 1, conditions: [], hostnames, targets: [] } };
  const reason = "ZoneReserved";
  assert.deepEqual(stayingEntries(shop, name), [
    { ...entry, reason },
    { hostname: "other.example.com", zone: "dns/b", addresses: [], reason },
  ]);
  assert.deepEqual(stayingEntries(alias("web/shop"), WITHOUT), [
    { hostname: "other.example.com", addresses: [], reason: "NoZone" },
  ]);
});
