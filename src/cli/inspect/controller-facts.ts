import type { Millis } from "../../base/clock.ts";
import { type Fact, fact, good, invalid, unknown } from "../../plan/fact.ts";
import type { ControllerLease, ControllerRead } from "../../kube/lease/controller-lease.ts";
import { duration } from "../terminal/text.ts";

/** Facts about the controller of a cluster: its replica, its time, its owner id, and its resolvers. */
export function controllerFacts(read: ControllerRead, now: Millis): readonly Fact[] {
  if (read.kind === "failed") {
    // The right to read Leases is not needed to use a DnsAlias.
    return [unknown("controller", `unknown, because its Lease cannot be read: ${read.message}`)];
  }
  return read.leases.length === 0
    ? [unknown("controller", "unknown, because there is no Lease: check --lease-name and --lease-namespace")]
    : read.leases.flatMap((lease) => leaseFacts(lease, now));
}

function leaseFacts({ namespace, name, holder, renewTime, settings }: ControllerLease, now: Millis): readonly Fact[] {
  const renewedAt = Date.parse(renewTime);
  const place = `Lease ${namespace}/${name}`;
  if (holder === "" || Number.isNaN(renewedAt)) {
    return [invalid("controller", `${place} has no holder: no controller writes records`)];
  }
  const ago = now - renewedAt;
  const age = ago < 0 ? `${duration(-ago)} ahead of the clock of this machine` : `${duration(ago)} ago`;
  const held = `${holder} holds ${place}; last renewed at ${renewTime}, ${age}`;
  return [
    fact("controller", ago > LATE_MS ? `${held}: it no longer renews the Lease` : held, ago <= LATE_MS),
    ...(settings === undefined
      ? [
          good(
            "controller",
            `${place} has no owner id and no resolvers, because the controller is of an earlier version`,
          ),
        ]
      : [
          good("controller", `owner id ${settings.ownerId}`),
          good("controller", `resolvers ${settings.resolvers.join(", ")}`),
        ]),
  ];
}

/** A holder renews every few seconds. The Lease lasts 15 s, and clocks may differ. */
const LATE_MS: Millis = 60_000;
