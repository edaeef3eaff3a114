import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { ALLOW_ZONE_ANNOTATION } from "../../../../src/api/meta.ts";
import { undelegatedZones } from "../../../../src/plan/domain/delegation.ts";
import { domainOf } from "../../../../src/plan/domain/zone-domain.ts";
import { zone } from "../../../support/objects.ts";

/** A DnsZone of an age, with its consents. */
function made(key: string, domain: string, createdAt: number, consents?: string): DnsZone {
  const annotations = consents === undefined ? {} : { [ALLOW_ZONE_ANNOTATION]: consents };
  return zone(key, domain, {}, { createdAt, annotations });
}

interface Case {
  readonly name: string;
  readonly zones: readonly DnsZone[];
  readonly want: Readonly<Record<string, readonly string[]>>;
}

const CASES: readonly Case[] = [
  { name: "a zone alone", zones: [made("a/net", "example.net", 1)], want: {} },
  {
    name: "a younger zone of the same domain in another namespace",
    zones: [made("a/net", "example.net", 1), made("b/net", "example.net", 2)],
    want: { "b/net": ["a/net"] },
  },
  {
    name: "of equally old zones the key decides",
    zones: [made("b/net", "example.net", 1), made("a/net", "example.net", 1)],
    want: { "b/net": ["a/net"] },
  },
  {
    name: "an older zone below a younger one",
    zones: [made("a/net", "example.net", 2), made("b/app", "app.example.net", 1)],
    want: {},
  },
  {
    name: "a domain that only ends alike",
    zones: [made("a/net", "example.net", 1), made("b/net", "badexample.net", 2)],
    want: {},
  },
  {
    name: "a zone of the same namespace",
    zones: [made("a/net", "example.net", 1), made("a/app", "app.example.net", 2)],
    want: {},
  },
  {
    name: "consent",
    zones: [made("a/net", "example.net", 1, "x/y,b/app"), made("b/app", "app.example.net", 2)],
    want: {},
  },
  {
    name: "consent of a younger zone is none",
    zones: [made("a/net", "example.net", 1), made("b/app", "app.example.net", 2, "b/app")],
    want: { "b/app": ["a/net"] },
  },
  {
    name: "three levels, no consent",
    zones: [made("a/net", "example.net", 1), made("b/app", "app.example.net", 2), made("c/x", "x.app.example.net", 3)],
    want: { "b/app": ["a/net"], "c/x": ["a/net"] },
  },
  {
    name: "three levels: a zone that isn't delegated delegates nothing",
    zones: [
      made("a/net", "example.net", 1),
      made("b/app", "app.example.net", 2, "c/x"),
      made("c/x", "x.app.example.net", 3),
    ],
    want: { "b/app": ["a/net"], "c/x": ["a/net"] },
  },
  {
    name: "three levels: the nearest zone decides",
    zones: [
      made("a/net", "example.net", 1, "b/app, c/x"),
      made("b/app", "app.example.net", 2),
      made("c/x", "x.app.example.net", 3),
    ],
    want: { "c/x": ["b/app"] },
  },
  {
    name: "three levels: a delegated zone delegates further",
    zones: [
      made("a/net", "example.net", 1, "b/app"),
      made("b/app", "app.example.net", 2, "c/x"),
      made("c/x", "x.app.example.net", 3),
    ],
    want: {},
  },
  {
    name: "three levels: a delegated namespace has what is below",
    zones: [
      made("a/net", "example.net", 1, "b/app"),
      made("b/app", "app.example.net", 2),
      made("b/x", "x.app.example.net", 3),
    ],
    want: {},
  },
  {
    name: "a middle zone that is younger takes nothing from the one below it",
    zones: [
      made("a/net", "example.net", 1, "b/app, c/x"),
      made("c/x", "x.app.example.net", 2),
      made("b/app", "app.example.net", 3),
    ],
    want: {},
  },
  {
    name: "of two older zones of one domain both have to consent",
    zones: [
      made("a/inside", "example.net", 1, "b/outside, c/app"),
      made("b/outside", "example.net", 2),
      made("c/app", "app.example.net", 3),
    ],
    want: { "c/app": ["b/outside"] },
  },
];

for (const { name, zones, want } of CASES) {
  test(`delegation: ${name}`, () => {
    for (const order of [zones, zones.toReversed()]) {
      assert.deepEqual(Object.fromEntries(undelegatedZones(order.map(domainOf))), want);
    }
  });
}
