import { parseSubnet, type Subnet } from "../../dns/address/subnet.ts";
import type { PortRange } from "../../plan/health/permission.ts";
import { type Reader, whole, wrong } from "./settings.ts";

/** The ports and networks that the installation checks, and the rate of checks. */
export interface HealthCheckConfig {
  readonly ports: readonly PortRange[];
  /** Networks of special-use addresses that may be checked. */
  readonly allowed: readonly Subnet[];
  /** The maximum number of checks per second, for all addresses together. */
  readonly rate: number;
}

const DETAILS = ["health-check-ports", "health-check-allow", "health-check-rate"] as const;
const DEFAULT_PORTS = "80,443,1024-65535";

/**
 * In folder mode, checks run unless the operator disables them. In a cluster, they run only if the operator enables them.
 * Undefined: no checks run.
 */
export function healthCheckConfig(from: Reader, platform: "folder" | "cluster"): HealthCheckConfig | undefined {
  const detail = DETAILS.find((name) => from.has(name));
  const wanted = from.has("health-checks") ? "health-checks" : detail;
  if (wanted !== undefined && from.has("no-health-checks")) {
    throw wrong(
      `${from.origin("no-health-checks")} and ${from.origin(wanted)} contradict each other: set only one of them`,
    );
  }
  if (detail !== undefined && platform === "cluster" && !from.has("health-checks")) {
    throw wrong(`${from.origin(detail)} needs --health-checks too`);
  }
  if (from.has("no-health-checks") || (platform === "cluster" && !from.has("health-checks"))) {
    return undefined;
  }
  return {
    ports: portRanges(from),
    allowed: from.texts("health-check-allow").map((text) => network(from, text)),
    rate: whole(from, "health-check-rate", { least: 1, most: 400, usual: 100 }),
  };
}

function portRanges(from: Reader): readonly PortRange[] {
  const text = from.text("health-check-ports") ?? DEFAULT_PORTS;
  return text.split(",").map((part) => {
    const { first = "", last = first } = /^(?<first>\d{1,5})(?:-(?<last>\d{1,5}))?$/.exec(part)?.groups ?? {};
    const range = { first: Number(first), last: Number(last) };
    if (first === "" || range.first === 0 || range.last > 65_535 || range.first > range.last) {
      throw wrong(
        `${from.origin("health-check-ports")} must be ports and ranges from 1 to 65535, for example ${DEFAULT_PORTS}, not "${text}"`,
      );
    }
    return range;
  });
}

function network(from: Reader, text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) {
    throw wrong(
      `${from.origin("health-check-allow")} must be a network like 10.0.0.0/8, with no bits beyond its prefix, not "${text}"`,
    );
  }
  return subnet;
}
