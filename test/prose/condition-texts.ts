import type { Condition } from "../../src/api/condition/condition.ts";
import { summarize } from "../../src/api/condition/summarize.ts";
import { notPermittedText } from "../../src/api/zone-consent.ts";
import {
  acceptedCondition,
  invalidCondition,
  refusedAddresses,
  resolvedCondition,
  targetVerdicts,
} from "../../src/controller/status/alias-conditions.ts";
import type { AliasFacts } from "../../src/controller/status/alias-facts.ts";
import { programmedCondition } from "../../src/controller/status/programmed-condition.ts";
import { recordPublished } from "../../src/controller/zone/zone-events.ts";
import { parseName } from "../../src/dns/name/name.ts";
import { reservedMatch } from "../../src/plan/claims.ts";
import { undelegatedMessage } from "../../src/plan/domain/delegation.ts";
import type { Write } from "../../src/plan/change.ts";
import { alias, zone } from "../support/objects.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { silentObserver } from "../support/silent-observer.ts";
import {
  A,
  at,
  contribution,
  facts,
  inZone,
  NO_AAAA,
  NOW,
  rrset,
  verdict,
  withVerdicts,
} from "../unit/controller/status/facts.ts";

const WWW = parseName("www.example.com");
/** What src/resolver reports of such failures. */
const DETAILS = {
  loop: "192.0.2.53: the chain loops: cdn.test → lb.test → cdn.test",
  servfail: "192.0.2.53: answered SERVFAIL",
  "special-use": "192.0.2.53: cdn.test has the special-use address 10.0.0.1 (RFC 6890), which needs spec.allowPrivate",
  timeout: "192.0.2.53: sent no answer for 2 s",
} as const;
const failing = (reason: keyof typeof DETAILS) => ({
  ...A,
  outcome: { kind: "failure", reason, detail: DETAILS[reason] } as const,
  lastSuccessAt: at("10:00:00"),
  failingSince: at("11:00:00"),
});
const empty = { ...A, emptySince: at("11:00:00") };
const slow = { total: 2, current: 1, laggingSince: at("11:00:00"), slow: true };
const obstacle = { reason: "NoEndpoints", message: "Service dns/dns has no ready endpoint" } as const;

const notPermitted = (object: string) =>
  ({ reason: "RefNotPermitted", message: notPermittedText(object, "dns/com") }) as const;

const UNDELEGATED = { key: "web/com", domain: parseName("example.com") };
const MOVE = { phase: "waiting", name: WWW, to: ["dns/com"], since: NOW, stays: "unwritten" } as const;

/** What the controller knows of a DnsAlias, in one line each. */
const ALIASES: readonly AliasFacts[] = [
  facts(),
  facts({ alias: alias("web/shop", { hostnames: ["example.com", "www.example.com"] }) }),
  facts({ alias: alias("web/shop", { spec: { paused: true } }) }),
  facts({ inZones: [inZone({ lostTo: "shop/older" })] }),
  facts({
    alias: alias("web/shop", { targets: [["192.0.2.1"]] }),
    inZones: [inZone({ contribution: contribution([]) })],
  }),
  facts({ inZones: [inZone({ contribution: undefined })] }),
  facts({ inZones: [inZone({ loop: [WWW, parseName("cdn.test"), WWW] })] }),
  withVerdicts(verdict("resolving", [])),
  withVerdicts(verdict("good", [{ ...A, rotating: true }])),
  withVerdicts(verdict("good", [{ ...A, isSubset: true }])),
  withVerdicts(verdict("good", [A, { ...failing("special-use"), key: NO_AAAA.key }])),
  withVerdicts(verdict("failing", [failing("servfail")])),
  withVerdicts(verdict("failing", [failing("loop")])),
  withVerdicts(verdict("failing", [failing("special-use")])),
  withVerdicts(verdict("never-resolved", [failing("timeout")])),
  withVerdicts(verdict("never-resolved", [NO_AAAA])),
  withVerdicts(verdict("held-empty", [empty])),
  withVerdicts(verdict("withdrawn-empty", [empty])),
  withVerdicts(verdict("stale-kept", [failing("timeout")])),
  withVerdicts(verdict("stale-withdrawn", [failing("timeout")])),
  facts({ overdue: [{ key: A.key, dueAt: at("11:00:00"), lastSuccessAt: at("10:00:00") }] }),
  facts({ forbidden: "the API server answered 403", inZones: [inZone({ published: [], publishedAt: undefined })] }),
  facts({ inZones: [] }),
  ...[
    { hostname: WWW, ...reservedMatch(WWW, [{ key: "dns/old", why: "deleted" }]) },
    { hostname: WWW, ...reservedMatch(WWW, [{ key: "dns/bad", why: "unread" }]) },
  ].map((one) => facts({ withoutZone: [one] })),
  facts({
    inZones: [inZone({ hostname: WWW, published: [], publishedAt: undefined })],
    former: [{ hostname: WWW, zone: "dns/old", published: [rrset(["192.0.2.1"])], move: MOVE }],
  }),
  ...(["NotDelegated"] as const).map((reason) =>
    facts({
      inZones: [
        inZone({ outcome: { kind: "refused", reason, message: undelegatedMessage(UNDELEGATED, ["dns/older"]) } }),
      ],
    }),
  ),
  facts({ inZones: [inZone({ outcome: { kind: "pending" } })] }),
  facts({ inZones: [inZone({ outcome: { kind: "failed", message: "connection refused", since: at("11:00:00") } })] }),
  facts({ inZones: [inZone({ published: [], publishedAt: undefined })] }),
  facts({ inZones: [inZone({ published: [], publishedAt: undefined, contribution: contribution([], { sets: {} }) })] }),
  facts({ inZones: [inZone({ publishedAt: undefined })] }),
  facts({ inZones: [inZone({ propagation: slow })] }),
  facts({ inZones: [inZone({ propagation: { ...slow, obstacle } })] }),
  facts({ inZones: [inZone({ propagation: { ...slow, obstacle: notPermitted("Service kube-system/kube-dns") } })] }),
  facts({ inZones: [inZone({ outcome: { kind: "refused", ...notPermitted("ConfigMap kube-system/coredns") } })] }),
  facts({ inZones: [inZone({ propagation: { total: undefined, current: 0, laggingSince: undefined, slow: false } })] }),
  facts({
    letGoAt: at("12:10:00"),
    inZones: [inZone({ outcome: { kind: "held", message: "The plan deletes 30 of 90 RRsets", hash: "abc" } })],
  }),
];

/** "Accepted=False HostnameConflict | Hostname example.com belongs …" */
export function conditionTexts(): readonly string[] {
  const invalid = { kind: "DnsAlias", key: "web/shop", generation: 2, problems: ["spec.targets: is missing"] } as const;
  return [
    ...ALIASES.flatMap((known) =>
      texts({
        accepted: acceptedCondition(known),
        resolved: resolvedCondition(known),
        programmed: programmedCondition(known),
        paused: known.alias.spec.paused,
      }),
    ),
    ...texts({ accepted: invalidCondition(invalid), paused: false }),
    ...ALIASES.flatMap((known) => {
      const refused = refusedAddresses(targetVerdicts(known));
      return refused === undefined ? [] : [`Event SpecialUseRefused | ${refused}`];
    }),
    ...WRITES.flatMap(eventTexts),
  ];
}

function texts(found: Pick<Parameters<typeof summarize>[0], "accepted" | "resolved" | "programmed" | "paused">) {
  const conditions: readonly Condition[] = summarize({ ...found, generation: 1, previous: [], now: NOW });
  return conditions.map(({ type, status, reason, message }) => `${type}=${status} ${reason} | ${message}`);
}

const before = rrset(["192.0.2.1"]);
const after = { ...rrset(["192.0.2.2"], { ttl: 30 }), resources: ["web/shop"] };
const WRITES: readonly Write[] = [
  { kind: "create", after },
  { kind: "update", before, after },
  { kind: "update", before: { ...before, owner: undefined }, after },
  { kind: "delete", before },
];

function eventTexts(write: Write): readonly string[] {
  const lines: string[] = [];
  recordPublished(
    {
      log: silentLogger,
      observer: silentObserver(),
      aliasOf: () => alias("web/shop"),
      reporter: { event: (_object, { reason, message }) => void lines.push(`Event ${reason} | ${message}`) },
    },
    zone("dns/com", "example.com"),
    [write],
  );
  return lines;
}
