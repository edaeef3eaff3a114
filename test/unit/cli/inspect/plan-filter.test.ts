import assert from "node:assert/strict";
import { test } from "node:test";
import { planSelection } from "../../../../src/cli/inspect/plan-filter.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";

const COM = zone("dns/com", "example.com");
const ORG = zone("dns/org", "example.org");
const WWW = alias("web/www", { hostnames: ["www.example.com", "example.org"] });

function store() {
  const filled = createStore(() => "");
  filled.note({ kind: "zone", zone: COM });
  filled.note({ kind: "zone", zone: ORG });
  filled.note({ kind: "alias", alias: WWW });
  filled.settle(Infinity);
  return filled;
}

const CASES: readonly {
  readonly name: string;
  readonly zones?: readonly string[];
  readonly hostnames?: readonly string[];
  readonly want: { readonly zones: readonly string[]; readonly alias: boolean };
}[] = [
  { name: "no filter selects everything", want: { zones: ["com", "org"], alias: true } },
  { name: "the name of a zone", zones: ["com"], want: { zones: ["com"], alias: true } },
  { name: "namespace and name of a zone", zones: ["dns/org"], want: { zones: ["org"], alias: true } },
  { name: "the domain of a zone", zones: ["example.com"], want: { zones: ["com"], alias: true } },
  { name: "two zones", zones: ["com", "org"], want: { zones: ["com", "org"], alias: true } },
  { name: "another zone", zones: ["net"], want: { zones: [], alias: false } },
  { name: "a hostname", hostnames: ["example.org"], want: { zones: ["com", "org"], alias: true } },
  {
    name: "a hostname in another zone",
    zones: ["com"],
    hostnames: ["example.org"],
    want: { zones: ["com"], alias: false },
  },
  { name: "a hostname of nobody", hostnames: ["x.example.com"], want: { zones: ["com", "org"], alias: false } },
];

for (const { name, zones = [], hostnames = [], want } of CASES) {
  test(`a plan is filtered: ${name}`, () => {
    const selection = planSelection({ zones, hostnames: hostnames.map((text) => parseOwnerName(text)) });
    assert.deepEqual(
      [COM, ORG].filter(selection.zone).map(({ meta }) => meta.name),
      want.zones,
    );
    assert.equal(selection.alias(WWW, store()), want.alias);
  });
}

test("a zone of the filter that does not exist is named", () => {
  const { missing } = planSelection({ zones: ["com", "dns/none"], hostnames: [] });
  assert.deepEqual(missing([COM, ORG]), [
    "no DnsZone matches dns/none: check --zone, which is NAME, NAMESPACE/NAME, or a domain",
  ]);
});
