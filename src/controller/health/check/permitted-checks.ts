import type { DnsAlias } from "../../../api/dns-alias.ts";
import { allowsPort } from "../../../plan/health/permission.ts";
import type { HealthCheckPort } from "../../ports/checks.ts";

/** An alias with only the health checks that the installation makes. */
export interface Permitted {
  readonly alias: DnsAlias;
  /** Why the alias has fewer checks than its spec, in a sentence with the cure. Undefined: it has all of them. */
  readonly refusal: string | undefined;
}

/** The alias without the health checks that the installation doesn't make. For those targets, only lookups decide. */
export function permittedChecks(alias: DnsAlias, port: Pick<HealthCheckPort, "rules"> | undefined): Permitted {
  const ports = alias.spec.targets.flatMap(({ healthCheck }) =>
    healthCheck === undefined || healthCheck.kind === "none" ? [] : [healthCheck.port],
  );
  if (ports.length === 0) {
    return { alias, refusal: undefined };
  }
  if (port === undefined) {
    return { alias: withoutChecks(alias, () => true), refusal: OFF };
  }
  const rules = port.rules();
  const refused = ports.find((one) => !allowsPort(rules, one));
  if (refused === undefined) {
    return { alias, refusal: undefined };
  }
  const shown = rules.ports.map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  return {
    alias: withoutChecks(alias, (one) => !allowsPort(rules, one)),
    refusal: `Port ${refused} is not checked in this installation. Use ${orList(shown)}.`,
  };
}

const OFF =
  "Health checks are off in this installation. Remove healthCheck, or ask the operator to set --health-checks.";

function withoutChecks(alias: DnsAlias, isRefused: (port: number) => boolean): DnsAlias {
  const targets = alias.spec.targets.map((target) => {
    const { healthCheck, ...rest } = target;
    return healthCheck === undefined || healthCheck.kind === "none" || !isRefused(healthCheck.port) ? target : rest;
  });
  return { ...alias, spec: { ...alias.spec, targets } };
}

function orList(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")}, or ${texts.at(-1)}`;
}
