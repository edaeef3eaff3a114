import { familyOf } from "../../dns/address/address.ts";
import { FAMILIES } from "../../dns/record.ts";
import type { Health, Probe } from "./probe.ts";

/** One address of a target, with the state of its checks. */
export interface CheckedAddress {
  readonly address: string;
  /** Undefined: this installation doesn't check the address, so it counts as up. */
  readonly probe: Pick<Probe, "health"> | undefined;
}

/**
 * Health of a target: Unhealthy if fewer than `minHealthyPercent` of its addresses of one family are up. The addresses of both
 * families are then removed together. An address becomes Unhealthy only with a control, so a family without a control can't make a
 * target Unhealthy.
 */
export function targetHealth(addresses: readonly CheckedAddress[], minHealthyPercent: number): Health {
  for (const family of FAMILIES) {
    const own = addresses.filter(({ address }) => familyOf(address) === family);
    const up = own.filter(isUp).length;
    if (up * 100 < own.length * minHealthyPercent) {
      return "Unhealthy";
    }
  }
  return addresses.some(({ probe }) => probe?.health === "Healthy") ? "Healthy" : "Unknown";
}

function isUp({ probe }: CheckedAddress): boolean {
  return probe?.health !== "Unhealthy";
}

/** The addresses that are not down. A family whose addresses are all down keeps all of them. */
export function withoutDown(addresses: readonly string[], isDown: (address: string) => boolean): readonly string[] {
  const kept = FAMILIES.flatMap((family) => {
    const own = addresses.filter((address) => familyOf(address) === family);
    const up = own.filter((address) => !isDown(address));
    return up.length === 0 ? own : up;
  });
  return kept.length === addresses.length ? addresses : kept;
}
