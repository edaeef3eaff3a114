import { durationRule } from "../schema/duration-rules.ts";
import { DURATION_PATTERN, parseDuration } from "../schema/duration.ts";
import type { TextsAt } from "../schema/name-rules.ts";
import { exactlyOne, rule, spot, spots, type Rule, type Spot } from "../schema/rule.ts";
import { HEALTH_CHECK_DEFAULTS, type HealthCheckText } from "./health-check-schema.ts";
import { httpGetRules } from "./http-get-rules.ts";
import type { AliasSpecText } from "./schema.ts";

type Spec = AliasSpecText;

/** The path of a health check in the schema, and the health checks of a spec at that path. */
interface ChecksAt {
  readonly at: string;
  readonly values: (spec: Spec) => readonly Spot<HealthCheckText>[];
}

const SHARED: ChecksAt = {
  at: "spec.healthCheck",
  values: (spec) => spot("spec.healthCheck", spec.healthCheck),
};

const OWN: ChecksAt = {
  at: "spec.targets[].healthCheck",
  values: (spec) =>
    spots("spec.targets", spec.targets).flatMap(({ path, value }) => spot(`${path}.healthCheck`, value.healthCheck)),
};

/** The rules of `spec.healthCheck` and of each `spec.targets[].healthCheck`. */
export const HEALTH_CHECK_RULES: readonly Rule<Spec>[] = [
  rule<Spec, HealthCheckText>({
    ...SHARED,
    cel: "!has(self.none)",
    message: "none applies only to a single target: leave healthCheck out",
    holds: ({ none }) => none === undefined,
  }),
  rule<Spec, HealthCheckText>({
    ...SHARED,
    cel: "has(self.none) || has(self.httpGet) != has(self.tcpSocket)",
    message: "healthCheck has exactly one of httpGet, tcpSocket: keep one",
    holds: ({ none, httpGet, tcpSocket }) =>
      none !== undefined || (httpGet === undefined) !== (tcpSocket === undefined),
  }),
  exactlyOne<Spec>({
    ...OWN,
    members: ["httpGet", "tcpSocket", "none"],
    message: "a target's healthCheck has exactly one of httpGet, tcpSocket, none: keep one",
  }),
  rule<Spec, Spec>({
    at: "spec",
    cel: `self.hostnames.exists(hostname, !hostname.startsWith('*')) || !((has(self.healthCheck) && ${lacksHostCel("self")}) || self.targets.exists(target, has(target.healthCheck) && ${lacksHostCel("target")}))`,
    message: "no hostname to request, because all hostnames are wildcards: set httpGet.host",
    values: (spec) => spot("spec", spec),
    holds: (spec) =>
      spec.hostnames.some((hostname) => !hostname.startsWith("*")) ||
      ![...SHARED.values(spec), ...OWN.values(spec)].some(({ value }) => lacksHost(value)),
  }),
  ...[SHARED, OWN].flatMap((checks) => [...paceRules(checks), ...httpGetRules(requestsOf(checks))]),
];

function requestsOf({ at, values }: ChecksAt) {
  return {
    at: `${at}.httpGet`,
    values: (spec: Spec) => values(spec).flatMap(({ path, value }) => spot(`${path}.httpGet`, value.httpGet)),
  };
}

function lacksHostCel(owner: string): string {
  return `has(${owner}.healthCheck.httpGet) && !has(${owner}.healthCheck.httpGet.host)`;
}

function lacksHost({ httpGet }: HealthCheckText): boolean {
  return httpGet !== undefined && httpGet.host === undefined;
}

function paceRules(checks: ChecksAt): readonly Rule<Spec>[] {
  return [
    durationRule<Spec>({ least: "5s", most: "5m", example: "10s" }, textsOf(checks, "period")),
    durationRule<Spec>({ least: "1s", most: "10s", example: "2s" }, textsOf(checks, "timeout")),
    rule<Spec, HealthCheckText>({
      ...checks,
      cel: `[[${givenCel("timeout")}, ${givenCel("period")}]].all(pair, pair.exists(one, !one.matches(r'${DURATION_PATTERN}')) || duration(pair[0]) < duration(pair[1]))`,
      message: "timeout is not less than period: lower timeout, or raise period",
      holds: (check) => {
        const { timeout, period } = { ...HEALTH_CHECK_DEFAULTS, ...check };
        const [timeoutMs, periodMs] = [parseDuration(timeout), parseDuration(period)];
        return timeoutMs === undefined || periodMs === undefined || timeoutMs < periodMs;
      },
    }),
  ];
}

function givenCel(name: "timeout" | "period"): string {
  return `has(self.${name}) ? self.${name} : '${HEALTH_CHECK_DEFAULTS[name]}'`;
}

function textsOf({ at, values }: ChecksAt, name: "timeout" | "period"): TextsAt<Spec> {
  return {
    at: `${at}.${name}`,
    values: (spec) => values(spec).flatMap(({ path, value }) => spot(`${path}.${name}`, value[name])),
  };
}
