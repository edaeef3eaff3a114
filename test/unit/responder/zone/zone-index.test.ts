import assert from "node:assert/strict";
import { test } from "node:test";
import { typeNumber } from "../../../../src/dns/registry.ts";
import { buildZoneView } from "../../../support/build-zone-view.ts";
import { zonesOf } from "../../../../src/responder/zone/zone-index.ts";
import { nameOf, served } from "../zone-play.ts";

/** `sub` and `com` are delegated wherever they are below a zone. */
const RECORDS = ["@ SOA . . 1 1 1 1 1", "sub NS .", "com NS ."];
const SERVED = ["example.com", "sub.example.com", "deep.er.example.com", "org"];

const cases: readonly {
  readonly domains?: readonly string[];
  readonly name: string;
  readonly type?: string;
  readonly want: string;
}[] = [
  { name: "example.com", want: "example.com." },
  { name: "www.example.com", want: "example.com." },
  { name: "sub.example.com", want: "sub.example.com." },
  { name: "a.b.sub.example.com", want: "sub.example.com." },
  { name: "er.example.com", want: "example.com." },
  { name: "evilexample.com", want: "none" },
  { name: "com", want: "none" },
  { name: ".", want: "none" },
  { name: "example.org", want: "org." },
  { name: "sub.example.com", type: "DS", want: "example.com." },
  { name: "deep.er.example.com", type: "DS", want: "deep.er.example.com." },
  { name: "www.sub.example.com", type: "DS", want: "sub.example.com." },
  { name: "example.com", type: "DS", want: "example.com." },
  { domains: ["."], name: "any.thing", want: "." },
  { domains: ["."], name: ".", type: "DS", want: "." },
  { domains: [".", "com"], name: "com", type: "DS", want: "." },
  { domains: [".", "org"], name: "org", type: "DS", want: "org." },
];

for (const { domains = SERVED, name, type = "A", want } of cases) {
  test(`the zone of ${name} ${type} among ${domains.join(" ")} is ${want}`, () => {
    const zones = zonesOf(domains.map((domain) => buildZoneView(served(domain, RECORDS))));
    assert.equal(zones.zoneOf(nameOf(name), typeNumber(type))?.domain ?? "none", want);
  });
}
