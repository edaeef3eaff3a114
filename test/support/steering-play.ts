import type { AliasSpec, DnsAlias } from "../../src/api/dns-alias.ts";
import type { CheckFinding, HealthCheckPort } from "../../src/controller/ports/checks.ts";
import { parseName } from "../../src/dns/name/name.ts";
import { alias } from "./objects.ts";

export const MAIN = "11.0.0.1";
export const SECOND = "11.0.0.2";

/** Every 10 s, 3 failures, 2 successes. */
export const CHECK = {
  kind: "tcpSocket",
  port: 443,
  periodMs: 10_000,
  timeoutMs: 2_000,
  failureThreshold: 3,
  successThreshold: 2,
  minHealthyPercent: 50,
} as const;

/** Health checks of addresses that a test kills. */
export interface PlayedChecks extends HealthCheckPort {
  /** These refuse; all others answer. */
  readonly dead: Set<string>;
  /** The address of each check, in order. */
  readonly checked: string[];
}

export function playedChecks(): PlayedChecks {
  const dead = new Set<string>();
  const checked: string[] = [];
  return {
    dead,
    checked,
    budget: { rate: 100, addressRate: 2 },
    concurrency: 64,
    async run(address): Promise<CheckFinding> {
      checked.push(address);
      return dead.has(address) ? { kind: "failure", message: "connection refused" } : { kind: "success" };
    },
    rules: () => ({ ports: [{ first: 443, last: 443 }], allowed: [], forbidden: new Set() }),
  };
}

/** DnsAlias web/shop of example.com, which fails over from main.test (`main`) to an address (`second`). */
export function steeredAlias(spec: Partial<AliasSpec> = {}): DnsAlias {
  return alias("web/shop", {
    spec: {
      selection: "Failover",
      targets: [
        { kind: "hostname", name: "main", priority: 0, hostname: parseName("main.test"), healthCheck: CHECK },
        { kind: "addresses", name: "second", priority: 1, addresses: [SECOND], healthCheck: CHECK },
      ],
      ...spec,
    },
  });
}
