import assert from "node:assert/strict";
import { test } from "node:test";
import { programmedCondition } from "../../../../src/controller/status/programmed-condition.ts";
import type { NameInZone } from "../../../../src/controller/status/alias-facts.ts";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { Propagation } from "../../../../src/controller/zone/state/confirmed.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias } from "../../../support/objects.ts";
import { A, at, contribution, facts, inZone, NAME, verdict } from "./facts.ts";

interface Case {
  readonly name: string;
  readonly inZones: readonly NameInZone[];
  readonly forbidden?: string;
  /** The condition so far: "True Programmed". */
  readonly before?: string;
  readonly paused?: boolean;
  /** "True Programmed" */
  readonly want: string;
  readonly says?: readonly RegExp[];
  readonly not?: RegExp;
}

const WWW = parseName("www.example.com");
const REFUSAL = {
  kind: "refuse",
  name: NAME,
  type: "A",
  reason: "ForeignRecord",
  message: "somebody wrote 192.0.2.9",
} as const;
const NO_HTTPS = { ...REFUSAL, type: "HTTPS", reason: "NotSupported", message: "no HTTPS records there" } as const;
const EMPTY = contribution([verdict("held-empty", [])], { sets: {} });
const GONE: Propagation = {
  total: undefined,
  current: 0,
  laggingSince: at("11:30:00"),
  slow: false,
  obstacle: { reason: "NoEndpoints", message: "no ready endpoint" },
};
const LAGGING = { total: 2, current: 1, laggingSince: at("11:30:00"), slow: false };
const SLOW = { ...LAGGING, slow: true };
const PENDING = inZone({ hostname: WWW, published: [], outcome: { kind: "pending" } });
const REFUSED = inZone({ hostname: WWW, outcome: { kind: "refused", reason: "BaseZoneInvalid", message: "line 3" } });
const FAILED = inZone({ outcome: { kind: "failed", message: "connection refused", since: at("11:40:00") } });

const CASES: readonly Case[] = [
  {
    name: "all servers serve it",
    inZones: [inZone()],
    want: "True Programmed",
    says: [/^Every server of DnsZone dns\/com serves the records\.$/],
    not: /but|\d of/,
  },
  {
    name: "the finalizer may not be set, without which the name isn't written",
    inZones: [inZone({ published: [], publishedAt: undefined })],
    forbidden: "the apiserver answered 403: not allowed",
    want: "False Forbidden",
    says: [/example\.com is not written.*finalizer.*answered 403.*docs\/rbac\.md/],
  },
  {
    name: "the finalizer may not be set, and the name is written already",
    inZones: [inZone()],
    forbidden: "the apiserver answered 403: not allowed",
    want: "True Programmed",
  },
  {
    name: "the servers may not be listed",
    inZones: [inZone({ propagation: { ...GONE, obstacle: { reason: "Forbidden", message: "not allowed" } } })],
    before: "True Programmed",
    want: "False Forbidden",
    says: [/^Hostname example\.com is written to DnsZone dns\/com\. Not allowed\.$/],
  },
  {
    name: "no server has been there since the first write",
    inZones: [inZone({ propagation: GONE, publishedAt: undefined })],
    before: "True Programmed",
    want: "Unknown Propagating",
    says: [/No ready endpoint/],
  },
  {
    name: "all servers are gone for a moment",
    inZones: [inZone({ propagation: GONE })],
    before: "True Programmed",
    want: "True Programmed",
    says: [/^Every server/],
  },
  {
    name: "all servers are gone, and nothing is known of before",
    inZones: [inZone({ propagation: GONE })],
    want: "Unknown Propagating",
  },
  {
    name: "all servers were gone before a restart",
    inZones: [inZone({ propagation: GONE })],
    before: "False NoEndpoints",
    want: "False NoEndpoints",
  },
  {
    name: "all servers are gone for longer than a delivery takes",
    inZones: [inZone({ propagation: { ...GONE, slow: true } })],
    before: "True Programmed",
    want: "False NoEndpoints",
    says: [/No ready endpoint/],
  },
  {
    name: "nobody says which servers serve the zone",
    inZones: [inZone({ propagation: { total: undefined, current: 0, laggingSince: undefined, slow: false } })],
    want: "True Programmed",
    says: [/dns\/com/, /servedBy/],
    not: /\d of/,
  },
  {
    name: "all servers serve it, but without the HTTPS record",
    inZones: [inZone({ withoutHttps: NO_HTTPS })],
    want: "True Programmed",
    says: [/^Every server .*\. No HTTPS records there\.$/],
  },
  {
    name: "no servers are known, and there is no HTTPS record",
    inZones: [
      inZone({
        withoutHttps: NO_HTTPS,
        propagation: { total: undefined, current: 0, laggingSince: undefined, slow: false },
      }),
    ],
    want: "True Programmed",
    says: [/servedBy.*\. No HTTPS records there\.$/],
  },
  {
    name: "a change that is on its way to servers that had the name before",
    inZones: [inZone({ propagation: LAGGING })],
    want: "True Programmed",
    says: [/^Every server/],
  },
  {
    name: "the first change is on its way",
    inZones: [inZone({ propagation: LAGGING, publishedAt: undefined })],
    want: "Unknown Propagating",
    says: [/^Hostname example\.com is written\. Not every server of DnsZone dns\/com/],
    not: /\d of/,
  },
  {
    name: "the first change is written, and how many servers there are is not known",
    inZones: [inZone({ propagation: { ...LAGGING, total: undefined, current: 0 }, publishedAt: undefined })],
    want: "Unknown Propagating",
    says: [/Not every server/],
  },
  {
    name: "some servers are slow",
    inZones: [inZone({ propagation: SLOW })],
    want: "False PropagationSlow",
    says: [/^Not every server of DnsZone dns\/com .*2026-11-24T11:30:00Z/],
    not: /\d of/,
  },
  {
    name: "the zone is refused",
    inZones: [REFUSED],
    want: "False BaseZoneInvalid",
    says: [/^DnsZone dns\/com: line 3\.$/],
  },
  {
    name: "the zone is refused, which goes before the name's own refusal",
    inZones: [{ ...REFUSED, refusal: REFUSAL }],
    want: "False BaseZoneInvalid",
  },
  {
    name: "the name's records are refused",
    inZones: [inZone({ refusal: REFUSAL })],
    want: "False ForeignRecord",
    says: [/^Somebody wrote 192\.0\.2\.9\.$/],
  },
  {
    name: "the name's records are refused, which goes before a failed write",
    inZones: [{ ...FAILED, refusal: REFUSAL }],
    want: "False ForeignRecord",
  },
  {
    name: "the zone cannot be written for now",
    inZones: [FAILED],
    want: "False WriteFailed",
    says: [/dns\/com/, /2026-11-24T11:40:00Z/, /connection refused\. The served records remain\.$/],
  },
  {
    name: "the zone has not been planned",
    inZones: [PENDING],
    want: "Unknown Pending",
    says: [/DnsZone dns\/com/],
  },
  {
    name: "a plan that is held goes on with what it may",
    inZones: [inZone({ outcome: { kind: "held", message: "too many deletes", hash: "abc" } })],
    want: "True Programmed",
  },
  {
    name: "addresses that are not written yet",
    inZones: [inZone({ published: [] })],
    want: "Unknown Pending",
    says: [/^Hostname example\.com/, /dns\/com/],
  },
  {
    name: "there are no addresses",
    inZones: [inZone({ published: [], contribution: EMPTY })],
    want: "False NothingToPublish",
    says: [/^Hostname example\.com /, /no addresses/],
    not: /paused/,
  },
  {
    name: "no plan knows the alias's addresses yet",
    inZones: [inZone({ published: [], contribution: undefined })],
    want: "Unknown Pending",
  },
  {
    name: "paused before anything was published",
    paused: true,
    inZones: [inZone({ published: [] })],
    want: "False NothingToPublish",
    says: [/^Hostname example\.com /, /paused/],
  },
  {
    name: "paused, and what is published goes on",
    paused: true,
    inZones: [inZone()],
    want: "True Programmed",
  },
  { name: "no name in a zone", inZones: [], want: "False NothingToPublish" },
  {
    name: "a name that another alias has is not the alias's to publish",
    inZones: [inZone({ lostTo: "other/first" })],
    want: "False NothingToPublish",
  },
  {
    name: "a name that another alias has does not count beside one that is served",
    inZones: [{ ...FAILED, lostTo: "other/first" }, inZone({ hostname: WWW })],
    want: "True Programmed",
    says: [/^Every server of DnsZone dns\/com serves the records\.$/],
  },
  {
    name: "False goes before Unknown, whatever comes first, and each that is not well is named",
    inZones: [PENDING, inZone(), FAILED],
    want: "False WriteFailed",
    says: [/dns\/com .*\. .*connection refused/],
    not: /every server/i,
  },
  {
    name: "a name that is not known to be served is worse than one that is",
    inZones: [inZone(), PENDING],
    want: "Unknown Pending",
    not: /every server/i,
  },
  {
    name: "of two that are not well the first gives the reason",
    inZones: [FAILED, REFUSED],
    want: "False WriteFailed",
    says: [/connection refused.*\. DnsZone dns\/com: line 3\.$/],
  },
  {
    name: "the same sentence of two names is written once",
    inZones: [PENDING, { ...PENDING, hostname: NAME }],
    want: "Unknown Pending",
    not: /\. ./,
  },
  {
    name: "two names in two zones, both served",
    inZones: [inZone(), inZone({ zone: "dns/inside" }), inZone({ hostname: WWW })],
    want: "True Programmed",
    says: [/dns\/com[^.]*\. .*dns\/inside[^.]*\.$/],
  },
];

function statusWith(before: string | undefined): Pick<DnsAlias, "status"> {
  const [status, reason = ""] = before?.split(" ") ?? [];
  return before === undefined
    ? {}
    : {
        status: {
          observedGeneration: 1,
          hostnames: [],
          targets: [],
          conditions: [
            {
              type: "Programmed",
              status: status === "True" ? "True" : "False",
              reason,
              message: "",
              observedGeneration: 1,
              lastTransitionTime: "2026-11-24T11:00:00Z",
            },
          ],
        },
      };
}

for (const { name, inZones, forbidden, before, paused = false, want, says = [], not } of CASES) {
  test(`Programmed: ${name}`, () => {
    const result = programmedCondition(
      facts({
        alias: { ...alias("web/shop", { spec: { paused } }), ...statusWith(before) },
        inZones,
        ...(forbidden !== undefined && { forbidden }),
      }),
    );
    assert.equal(`${result.status} ${result.reason}`, want);
    says.forEach((pattern) => assert.match(result.message, pattern));
    if (not !== undefined) {
      assert.doesNotMatch(result.message, not);
    }
  });
}

test("an alias with fallback addresses only still has something to publish", () => {
  const contributed = contribution([verdict("withdrawn-empty", [A])], {
    sets: { AAAA: { addresses: ["2001:db8::9"], ttl: 60 } },
    usesFallback: true,
  });
  const result = programmedCondition(facts({ inZones: [inZone({ published: [], contribution: contributed })] }));
  assert.equal(result.reason, "Pending");
});
