import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec } from "../../../src/api/dns-alias.ts";
import { parseAlias } from "../../../src/api/parse/parse-object.ts";
import { problemText } from "../../../src/api/schema/problem.ts";

const hosts = [{ hostname: "a.example" }, { hostname: "b.example" }];
const pace = { periodMs: 10_000, timeoutMs: 2000, failureThreshold: 3, successThreshold: 2, minHealthyPercent: 50 };
const http = {
  kind: "httpGet",
  scheme: "HTTPS",
  port: 443,
  path: "/",
  host: "example.com.",
  headers: [],
  expectedStatuses: [{ first: 200, last: 399 }],
  insecureSkipTLSVerify: false,
  ...pace,
};

describe("a target's priority", () => {
  for (const [name, fields, priorities] of [
    ["is its position in the list", { selection: "Failover", targets: hosts }, [0, 1]],
    [
      "is the given one",
      { selection: "Failover", targets: hosts.map((host, n) => ({ ...host, priority: 7 - n })) },
      [7, 6],
    ],
    ["is 0 for all targets that are merged", { targets: hosts }, [0, 0]],
  ] as const) {
    test(name, () => {
      assert.deepEqual(
        specOf(fields).targets.map(({ priority }) => priority),
        priorities,
      );
    });
  }
});

describe("a target's weight", () => {
  const [a, b] = hosts;
  for (const [name, fields, weights] of [
    ["is absent for targets that are merged", { targets: hosts }, [undefined, undefined]],
    ["is absent with Failover", { selection: "Failover", targets: hosts }, [undefined, undefined]],
    ["is 1 if it is not given", { selection: "Weighted", targets: [{ ...a, weight: 9 }, b] }, [9, 1]],
    [
      "is the given one",
      {
        selection: "Weighted",
        targets: [
          { ...a, weight: 0 },
          { ...b, weight: 255 },
        ],
      },
      [0, 255],
    ],
    [
      "is there for all targets of a priority that has one",
      {
        selection: "Failover",
        targets: [
          { ...a, priority: 0, weight: 3 },
          { ...b, priority: 0 },
          { hostname: "c.example", priority: 1 },
        ],
      },
      [3, 1, undefined],
    ],
  ] as const) {
    test(name, () => {
      assert.deepEqual(
        specOf(fields).targets.map(({ weight }) => weight),
        weights,
      );
    });
  }
});

describe("a target's health check", () => {
  for (const [name, fields, checks] of [
    ["is absent without one", { targets: hosts }, [undefined, undefined]],
    ["is that of the spec", { targets: hosts, healthCheck: { httpGet: {} } }, [http, http]],
    [
      "is its own as a whole",
      {
        targets: [hosts[0], { ...hosts[1], healthCheck: { tcpSocket: { port: 25 } } }],
        healthCheck: { httpGet: {}, period: "1m" },
      },
      [
        { ...http, periodMs: 60_000 },
        { kind: "tcpSocket", port: 25, ...pace },
      ],
    ],
    [
      "is none",
      { targets: [hosts[0], { addresses: ["192.0.2.1"], healthCheck: { none: {} } }], healthCheck: { httpGet: {} } },
      [http, { kind: "none" }],
    ],
    [
      "has every default where the schema has none",
      { targets: [{ ...hosts[0], healthCheck: { httpGet: {} } }] },
      [http],
    ],
    [
      "has port 80 for HTTP",
      { targets: [hosts[0]], healthCheck: { httpGet: { scheme: "HTTP" } } },
      [{ ...http, scheme: "HTTP", port: 80 }],
    ],
    [
      "requests the first hostname that is not a wildcard",
      { hostnames: ["*.example.com", "Shop.Example.com"], targets: [hosts[0]], healthCheck: { httpGet: {} } },
      [{ ...http, host: "shop.example.com." }],
    ],
    [
      "has what is given",
      {
        targets: [hosts[0]],
        healthCheck: {
          httpGet: {
            port: 8443,
            path: "/healthz",
            host: "WWW.example.org",
            httpHeaders: [{ name: "X-Probe", value: "1" }],
            expectedStatuses: ["204", "200-299"],
            bodyContains: "ok",
            insecureSkipTLSVerify: true,
          },
          period: "5m",
          timeout: "1s500ms",
          failureThreshold: 1,
          successThreshold: 10,
          minHealthyPercent: 100,
        },
      },
      [
        {
          kind: "httpGet",
          scheme: "HTTPS",
          port: 8443,
          path: "/healthz",
          host: "www.example.org.",
          headers: [{ name: "X-Probe", value: "1" }],
          expectedStatuses: [
            { first: 204, last: 204 },
            { first: 200, last: 299 },
          ],
          bodyContains: "ok",
          insecureSkipTLSVerify: true,
          periodMs: 300_000,
          timeoutMs: 1500,
          failureThreshold: 1,
          successThreshold: 10,
          minHealthyPercent: 100,
        },
      ],
    ],
  ] as const) {
    test(name, () => {
      assert.deepEqual(
        specOf(fields).targets.map(({ healthCheck }) => healthCheck),
        checks,
      );
    });
  }
});

describe("ttl.max", () => {
  const healthCheck = { tcpSocket: { port: 443 } };
  const NONE = 2_147_483_647;
  for (const [name, fields, ttl] of [
    ["is that of the zone without a health check", { targets: hosts }, undefined],
    [
      "is that of the zone if no target is checked",
      { targets: [{ ...hosts[0], healthCheck: { none: {} } }] },
      undefined,
    ],
    ["is 60 with a health check", { targets: hosts, healthCheck }, { min: 0, max: 60 }],
    ["is 60 if one target is checked", { targets: [hosts[0], { ...hosts[1], healthCheck }] }, { min: 0, max: 60 }],
    ["is the given one", { targets: hosts, healthCheck, ttl: { max: 300 } }, { min: 0, max: 300 }],
    ["is never less than ttl.min", { targets: hosts, healthCheck, ttl: { min: 120 } }, { min: 120, max: 120 }],
    ["is open with ttl.min alone and no check", { targets: hosts, ttl: { min: 120 } }, { min: 120, max: NONE }],
  ] as const) {
    test(name, () => {
      assert.deepEqual(specOf(fields).ttl, ttl);
    });
  }
});

test("failback has its defaults, or what is given", () => {
  const failover = { targets: hosts, selection: "Failover" };
  assert.deepEqual(specOf(failover).failback, { mode: "Automatic", afterMs: 300_000 });
  assert.deepEqual(specOf({ ...failover, failback: { after: "0s" } }).failback, { mode: "Automatic", afterMs: 0 });
  assert.deepEqual(specOf({ ...failover, failback: { mode: "Manual" } }).failback, {
    mode: "Manual",
    afterMs: 300_000,
  });
});

function specOf(fields: object): AliasSpec {
  const parsed = parseAlias({ metadata: { name: "x" }, spec: { hostnames: ["example.com"], ...fields } });
  assert.ok(parsed.kind === "ok", parsed.kind === "invalid" ? parsed.problems.map(problemText).join("\n") : "");
  return parsed.value.spec;
}
