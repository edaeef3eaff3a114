import { systemClock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsZone, ProviderSpec, SecretKeyRef } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { Controller } from "../../controller/controller.ts";
import { rememberedSets } from "../../controller/zone/published-from-status.ts";
import type { Store } from "../../controller/inventory/store.ts";
import type { Metrics } from "../../ops/metrics.ts";
import type { SecretText } from "../../providers/backend.ts";
import type { ZoneProvider } from "../../providers/provider.ts";
import type { TextStore } from "../../providers/text-store.ts";
import { createPrimary } from "../../providers/transfer/server/primary.ts";
import { createTransferProvider } from "../../providers/transfer/transfer.ts";
import type { HostPort } from "../config/settings.ts";

/** Zones that secondaries transfer from this process. One hidden primary serves all of them. */
export interface Transfers extends AsyncDisposable {
  providerOf(
    zone: DnsZone,
    provider: Extract<ProviderSpec, { readonly kind: "transfer" }>,
    base: Pick<TextStore, "location" | "read">,
  ): ZoneProvider;
  /** Serves zone transfers until the signal aborts. */
  lead(term: AbortSignal): void;
}

export interface TransfersDeps {
  /** Empty for read-only commands. */
  readonly listen: readonly HostPort[];
  readonly ownerId: () => string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly secretText: (namespace: string, ref: SecretKeyRef) => SecretText;
  /** The inventory, with the information in the statuses. */
  readonly store: () => Pick<Store, "aliases" | "claimsIn" | "matchOf" | "zone" | "zones">;
  readonly zonesKnown: Controller["zonesKnown"];
}

/** Listens from the first zone on. Disposal closes the listeners. */
export function createTransfers(deps: TransfersDeps): Transfers {
  const { listen, log, metrics, store, ownerId, secretText } = deps;
  const primary = createPrimary({
    listen,
    clock: systemClock,
    // Signatures contain wall time, which must follow changes of the machine's clock.
    wallNow: () => Math.floor(Date.now() / 1_000),
    random: Math.random,
    log,
    catalogued: () => (deps.zonesKnown() ? cataloguedIn(store()) : undefined),
    observe: {
      transfer: (kind) => metrics.transfer(kind),
      notify: (end) => metrics.notify(end),
    },
  });
  return {
    providerOf(zone, { transfer: spec }, base) {
      const { tsig } = spec;
      return createTransferProvider({
        zone,
        spec,
        base,
        secret: tsig === undefined ? undefined : secretText(zone.meta.namespace, tsig.secretRef),
        primary,
        ownerId: ownerId(),
        remembered: {
          sets: () => rememberedSets(store(), zone),
          serial: () => store().zone(objectKey(zone.meta))?.status?.serial,
        },
        now: () => systemClock.now(),
      });
    },
    lead: (term) => primary.lead(term),
    [Symbol.asyncDispose]: () => primary[Symbol.asyncDispose](),
  };
}

function cataloguedIn({ zones }: Pick<Store, "zones">): readonly string[] {
  return [...zones()].flatMap(({ meta, spec: { provider } }) =>
    provider.kind === "transfer" && provider.transfer.catalog !== undefined ? [objectKey(meta)] : [],
  );
}
