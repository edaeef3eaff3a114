import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasStatus, AliasTarget, DnsAlias, TargetStatus } from "../../../src/api/dns-alias.ts";
import type { ResourceFinding } from "../../../src/api/resource-ref.ts";
import { contributionOf } from "../../../src/plan/contribution.ts";
import { nextResource } from "../../../src/plan/reference/held-resource.ts";
import { alias } from "../../support/objects.ts";
import { parseAlias } from "../../../src/api/parse/parse-object.ts";
import {
  healthFacts,
  manualFacts,
  pinFacts,
  referenceFacts,
  selectionFacts,
} from "../../../src/plan/explain-selection.ts";

const SINCE = "2026-12-01T14:02:11Z";
const main = { name: "main", hostname: "d111.cloudfront.test", priority: 0 };
const second = { name: "second", hostname: "shop.cdn.test", priority: 1 };
const sorry = { name: "sorry", addresses: ["203.0.113.7"], priority: 2, healthCheck: { none: {} } };
const failover = { selection: "Failover", targets: [main, second, sorry], healthCheck: { httpGet: {} } };

const weighted = {
  selection: "Weighted",
  targets: [{ hostname: "a.test", weight: 3 }, { hostname: "b.test" }, { hostname: "c.test", weight: 0 }],
};

const unhealthy = { health: "Unhealthy", message: "no address answers: HTTP 503" } as const;
const healthy = { health: "Healthy" } as const;
const onStandby = { targets: ["second"], lastTransitionTime: SINCE, reason: "FailedOver" };

describe("the objects that targets refer to", () => {
  const found = (addresses: readonly string[]): ResourceFinding => ({
    kind: "found",
    addresses,
    hostnames: [],
    isAnsweredInside: false,
  });
  const rows: readonly (readonly [ResourceFinding | undefined, string])[] = [
    [undefined, "✗ Service web: not read yet"],
    [found(["8.8.8.8", "8.8.4.4"]), "✓ Service web: 8.8.8.8, 8.8.4.4"],
    [found([]), "✗ Service web: the load balancer has no address"],
    [found(["10.0.0.1"]), "✗ Service web: the special-use address 10.0.0.1 (RFC 6890), which needs spec.allowPrivate"],
    [{ kind: "missing" }, "✗ Service web does not exist"],
    [{ kind: "notPermitted" }, "✗ Service web: no ReferenceGrant of its namespace allows the reference"],
    [{ kind: "unsupported", message: "Service web has type NodePort." }, "✗ Service web has type NodePort."],
    [{ kind: "forbidden", message: "dnsalias cannot watch it." }, "✗ dnsalias cannot watch it."],
  ];
  for (const [finding, text] of rows) {
    test(text, () => {
      const held = finding && nextResource(undefined, finding, 0);
      const target: AliasTarget = {
        kind: "resourceRef",
        priority: 0,
        ref: { kind: "Service", name: "web" },
        ...(held && { held }),
      };
      const facts = referenceFacts(alias("web/shop", { spec: { targets: [target] } }));
      assert.deepEqual(
        facts.map(({ good, text: shown }) => `${good ? "✓" : "✗"} ${shown}`),
        [text],
      );
    });
  }
});

describe("the health of the targets", () => {
  const rows: readonly (readonly [
    name: string,
    spec: object,
    status: AliasStatus | undefined,
    facts: readonly string[],
  ])[] = [
    ["is no subject without a selection", { targets: [{ hostname: "a.test" }] }, undefined, []],
    [
      "is that of the status",
      failover,
      statusOf({ targets: [targetOf("main", unhealthy), targetOf("second", healthy)] }),
      [
        `✗ main (priority 0) d111.cloudfront.test: unhealthy since ${SINCE}: no address answers: HTTP 503`,
        `✓ second (priority 1) shop.cdn.test: healthy since ${SINCE}`,
        "✓ sorry (priority 2) 203.0.113.7: no health check, so it always counts as healthy",
      ],
    ],
    [
      "is unknown before a controller has seen it",
      failover,
      undefined,
      [
        "✗ main (priority 0) d111.cloudfront.test: not checked yet",
        "✗ second (priority 1) shop.cdn.test: not checked yet",
        "✓ sorry (priority 2) 203.0.113.7: no health check, so it always counts as healthy",
      ],
    ],
    [
      "counts as healthy while it is unknown",
      { targets: [{ hostname: "a.test" }], healthCheck: { tcpSocket: { port: 443 } } },
      statusOf({ targets: [targetOf("a.test", { health: "Unknown" })] }),
      [`✗ a.test: health unknown since ${SINCE}, which counts as healthy`],
    ],
    [
      "comes with the weight",
      { selection: "Weighted", targets: [{ hostname: "a.test", weight: 90 }, { hostname: "b.test" }] },
      undefined,
      [
        "✓ a.test (weight 90): no health check, so only lookups decide",
        "✓ b.test (weight 1): no health check, so only lookups decide",
      ],
    ],
    [
      "comes with priority and weight",
      {
        selection: "Failover",
        targets: [
          { hostname: "a.test", priority: 0, weight: 2 },
          { hostname: "b.test", priority: 1 },
        ],
      },
      undefined,
      [
        "✓ a.test (priority 0, weight 2): no health check, so only lookups decide",
        "✓ b.test (priority 1): no health check, so only lookups decide",
      ],
    ],
    [
      "depends on lookups without a check",
      { selection: "Failover", targets: [{ hostname: "a.test" }, { hostname: "b.test" }] },
      undefined,
      [
        "✓ a.test (priority 0): no health check, so only lookups decide",
        "✓ b.test (priority 1): no health check, so only lookups decide",
      ],
    ],
  ];
  for (const [name, spec, status, facts] of rows) {
    test(name, () => assert.deepEqual(textsOf(healthFacts(aliasOf(spec, status))), facts));
  }
});

describe("the selection", () => {
  const served = { hostname: "example.com", addresses: [], ttl: 60 };
  const rows: readonly (readonly [
    name: string,
    spec: object,
    status: AliasStatus | undefined,
    facts: readonly string[],
  ])[] = [
    ["is no subject without a selection", { targets: [{ hostname: "a.test" }] }, undefined, []],
    [
      "is missing before the first checks",
      failover,
      undefined,
      ["✗ no target is selected: lookups or first health checks are running, or no controller works"],
    ],
    [
      "has the return and the bound while a standby is selected",
      failover,
      statusOf({ selected: onStandby, switchBound: "1m35s", hostnames: [served] }),
      [
        `✗ second is selected since ${SINCE} (FailedOver); main returns after it has been healthy for 5m, or longer after several switches`,
        "✓ switch bound 1m35s: 32s for checks, 1m for the TTL, the rest for plan and delivery",
      ],
    ],
    [
      "stays on the standby with failback by hand",
      { ...failover, failback: { mode: "Manual" } },
      statusOf({ selected: onStandby }),
      [
        `✗ second is selected since ${SINCE} (FailedOver); main returns only if the selected targets become unhealthy, because spec.failback.mode is Manual`,
        "✗ no switch bound: no checked target has a healthy standby",
      ],
    ],
    [
      "is the first choice",
      failover,
      statusOf({ selected: { ...onStandby, targets: ["main"], reason: "Initial" }, switchBound: "1m35s" }),
      [
        `✓ main is selected since ${SINCE} (Initial)`,
        "✓ switch bound 1m35s: 32s for checks, the rest for plan and delivery",
      ],
    ],
    [
      "has no bound without a check",
      { selection: "Failover", targets: [{ hostname: "a.test" }, { hostname: "b.test" }] },
      statusOf({ selected: { ...onStandby, targets: ["a.test"], reason: "Initial" } }),
      [`✓ a.test is selected since ${SINCE} (Initial)`, "✓ no switch bound: no checked target has a healthy standby"],
    ],
    [
      "has the shares of the published addresses",
      weighted,
      statusOf({
        selected: { ...onStandby, targets: ["a.test", "b.test"], reason: "Initial" },
        targets: [shared("a.test", 75, 67), shared("b.test", 25, 33), shared("c.test", 0, 0)],
      }),
      [
        `✓ a.test, b.test are selected since ${SINCE} (Initial)`,
        "✓ shares of the published addresses: a.test 67% instead of 75%, b.test 33% instead of 25%, c.test 0%",
        "✓ no switch bound: no checked target has a healthy standby",
      ],
    ],
    [
      "shows shares that are far from the weights",
      weighted,
      statusOf({
        selected: { ...onStandby, targets: ["b.test"] },
        targets: [shared("a.test", 60, 50), shared("b.test", 40, 50)],
      }),
      [
        `✗ b.test is selected since ${SINCE} (FailedOver); a.test returns as soon as it is healthy`,
        "✗ shares of the published addresses: a.test 50% instead of 60%, b.test 50% instead of 40%",
        "✓ no switch bound: no checked target has a healthy standby",
      ],
    ],
    [
      "names the unhealthy targets of a merge",
      { targets: [{ hostname: "a.test" }, { hostname: "b.test" }], healthCheck: { tcpSocket: { port: 443 } } },
      statusOf({ selected: { ...onStandby, targets: ["b.test"] }, switchBound: "1m35s" }),
      [
        `✗ b.test is selected since ${SINCE} (FailedOver); a.test returns as soon as it is healthy`,
        "✓ switch bound 1m35s: 32s for checks, the rest for plan and delivery",
      ],
    ],
  ];
  for (const [name, spec, status, facts] of rows) {
    test(name, () => assert.deepEqual(textsOf(selectionFacts(aliasOf(spec, status), Date.parse(SINCE))), facts));
  }

  test("says which targets can't return before the end of a drain", () => {
    const shop = aliasOf(
      { ...failover, failback: { mode: "Manual" } },
      statusOf({ selected: { ...onStandby, targets: ["sorry"] } }),
    );
    const annotations = { "dnsalias.io/drain": "main until 2026-12-01T06:00:00Z" };
    const first = (now: string) =>
      textsOf(selectionFacts({ ...shop, meta: { ...shop.meta, annotations } }, Date.parse(now)))[0];
    const whenUnwell = "only if the selected targets become unhealthy, because spec.failback.mode is Manual";
    assert.equal(
      first("2026-12-01T04:00:00Z"),
      `✗ sorry is selected since ${SINCE} (FailedOver); second returns ${whenUnwell}; main can't return before the end of its drain`,
    );
    assert.equal(
      first("2026-12-01T06:00:01Z"),
      `✗ sorry is selected since ${SINCE} (FailedOver); main, second return ${whenUnwell}`,
    );
  });
});

describe("what annotations ask for", () => {
  const now = Date.parse("2026-12-01T04:00:00Z");
  const rows: readonly (readonly [
    name: string,
    annotations: Readonly<Record<string, string>>,
    facts: readonly string[],
  ])[] = [
    ["is no subject without them", {}, []],
    [
      "is a drain with its end",
      { "dnsalias.io/drain": "main until 2026-12-01T06:00:00Z" },
      ["✗ main is drained until 2026-12-01T06:00:00Z, by annotation: it counts as unhealthy"],
    ],
    [
      "is a force with its end",
      { "dnsalias.io/force": "main until 2026-12-01T06:00:00Z" },
      ["✗ main is forced until 2026-12-01T06:00:00Z, by annotation: it counts as healthy"],
    ],
    [
      "is a time of return",
      { "dnsalias.io/failback-at": "2026-12-01T06:00:00Z" },
      ["✓ a better target is selected again at 2026-12-01T06:00:00Z, by annotation"],
    ],
    [
      "is a mistake with its cure",
      { "dnsalias.io/drain": "mian until 2026-12-01T06:00:00Z" },
      ["✗ dnsalias.io/drain names mian, which is not a target. Use main, second, or sorry."],
    ],
  ];
  for (const [name, annotations, facts] of rows) {
    test(name, () => {
      const shop = aliasOf({ ...failover, failback: { mode: "Manual" } }, undefined);
      const annotated = { ...shop, meta: { ...shop.meta, annotations } };
      assert.deepEqual(textsOf(manualFacts(annotated, now)), facts);
    });
  }
});

test("a pin has its addresses and those without it, and a mistake has its cure", () => {
  const now = Date.parse("2026-12-01T04:00:00Z");
  const shop = aliasOf({ targets: [{ hostname: "a.test" }, { addresses: ["203.0.113.7"] }] }, undefined);
  const factsOf = (value: string) => {
    const pinned = { ...shop, meta: { ...shop.meta, annotations: { "dnsalias.io/pin": value } } };
    const answerOf = () => undefined;
    return textsOf(pinFacts(pinned, contributionOf(pinned, answerOf, now), now));
  };
  assert.deepEqual(factsOf("11.0.0.7, 2600::7 until 2026-12-01T06:00:00Z"), [
    "✗ pinned to 11.0.0.7, 2600::7 until 2026-12-01T06:00:00Z, by annotation: 11.0.0.7, 2600::7",
    "✓ without the pin: 203.0.113.7",
  ]);
  assert.deepEqual(factsOf("r7 until 2026-12-01T06:00:00Z"), [
    "✗ dnsalias.io/pin names r7, which is not in status.history. Use addresses.",
  ]);
});

function aliasOf(spec: object, status: AliasStatus | undefined): DnsAlias {
  const parsed = parseAlias({ metadata: { name: "x" }, spec: { hostnames: ["example.com"], ...spec } });
  assert.ok(parsed.kind === "ok");
  return { ...parsed.value, ...(status !== undefined && { status }) };
}

function statusOf(fields: Partial<AliasStatus>): AliasStatus {
  return { observedGeneration: 1, conditions: [], hostnames: [], targets: [], ...fields };
}

function targetOf(name: string, health: Pick<TargetStatus, "health" | "message">): TargetStatus {
  const lookup = { chain: [], addresses: [], outcome: "Positive", lastTransitionTime: SINCE };
  return { name, ...lookup, healthTransitionTime: SINCE, ...health };
}

function shared(name: string, wanted: number, published: number): TargetStatus {
  return { ...targetOf(name, {}), share: { wanted, published } };
}

function textsOf(facts: ReturnType<typeof healthFacts>): readonly string[] {
  return facts.map(({ text, good }) => `${good ? "✓" : "✗"} ${text}`);
}
