import { bundleProblem } from "../../api/zone/convert/convert-authorities.ts";
import { randomBytes } from "node:crypto";
import type { DnsZone, ExternalProviderSpec, SecretKeyRef } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { systemClock } from "../../base/clock.ts";
import type { RecordBackend, SecretText, TlsSource } from "../../providers/backend.ts";
import { createBudgets, type BudgetEvent } from "../../providers/budget/budget.ts";
import { budgetPlaceOf } from "../../providers/budget/budget-target.ts";
import { createCoreDNSEtcdBackend } from "../../providers/coredns-etcd/coredns-etcd.ts";
import { createDnsEndpointProvider } from "../../providers/dns-endpoint/dns-endpoint.ts";
import type { EndpointStore } from "../../providers/dns-endpoint/endpoint-store.ts";
import { createWebhookBackend } from "../../providers/external-dns-webhook/webhook.ts";
import { unsavedOwnerId, withoutOwnerId } from "../../providers/owner-id.ts";
import { owned } from "../../providers/ownership/owned.ts";
import { createPowerDNSBackend } from "../../providers/powerdns/powerdns.ts";
import type { ZoneProvider } from "../../providers/provider.ts";
import type { TextStore } from "../../providers/text-store.ts";
import { createTlsSource, type TlsReferences } from "../../providers/tls/tls-source.ts";
import type { Owner } from "./platform.ts";
import { createRfc2136Backend } from "../../providers/rfc2136/rfc2136.ts";
import type { Exchange } from "../../transport/exchange.ts";
import { createHttpClient, type HttpClient } from "../../transport/http-client.ts";
import { createTransfer } from "../../transport/client/zone-transfer.ts";

/** The external providers, and their shared connections. */
export interface ExternalProviders extends AsyncDisposable {
  providerOf(zone: DnsZone, provider: ExternalSpec): ZoneProvider;
}

/** The transfer provider is in zone-transfers.ts, because dnsalias is the server there. */
type ExternalSpec = Exclude<ExternalProviderSpec, { readonly kind: "transfer" }>;

export interface ExternalProvidersDeps {
  readonly owner: Pick<Owner, "id" | "formerIds" | "formerIdsHere" | "unsaved">;
  readonly exchange: Exchange;
  readonly secretText: (namespace: string, ref: SecretKeyRef) => SecretText;
  /** Reads the keys of ConfigMaps with certificates, in the way in which base zones are read. */
  readonly stores: { base(namespace: string, name: string, key: string): Pick<TextStore, "location" | "read"> };
  /** Undefined: there is no cluster, and therefore no DNSEndpoint. */
  readonly endpointStore: ((namespace: string) => EndpointStore) | undefined;
  /** Receives deferred calls, and providers whose circuit is open. */
  readonly onBudget: (event: BudgetEvent) => void;
}

/** Opens no connection until a provider is used. Disposal closes the kept connections. */
export function createExternalProviders(deps: ExternalProvidersDeps): ExternalProviders {
  const http = createHttpClient({ clock: systemClock });
  const budgets = createBudgets({ clock: systemClock, random: Math.random, observe: deps.onBudget });
  return {
    providerOf(zone, provider) {
      if (provider.kind === "dnsEndpoint") {
        return dnsEndpointProvider(deps, zone);
      }
      const { owner } = deps;
      const ids = { ownerId: owner.id(), formerOwnerIds: owner.formerIds };
      const made = owned(backendOf({ ...deps, http }, zone, provider), { zone, ...ids, clock: systemClock });
      const target = budgetPlaceOf(zone);
      return ifSaved(owner, zone, target === undefined ? made : budgets.wrap(made, target));
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

/** Returns the provider. It refuses reads and writes while the owner id would change at a restart. */
function ifSaved({ unsaved }: Pick<Owner, "unsaved">, zone: DnsZone, made: ZoneProvider): ZoneProvider {
  const refusing = (): ZoneProvider | undefined => {
    const why = unsaved();
    return why === undefined ? undefined : withoutOwnerId(made.id, unsavedOwnerId(zone, why));
  };
  return {
    ...made,
    read: (ownerNames, signal) => (refusing() ?? made).read(ownerNames, signal),
    apply: (request, signal) => (refusing() ?? made).apply(request, signal),
  };
}

type RecordProviderSpec = Exclude<ExternalSpec, { readonly kind: "dnsEndpoint" }>;

/** Signatures contain wall time, which must follow changes of the machine's clock. */
const WALL_CLOCK = { now: () => Date.now() };

function backendOf(
  { exchange, secretText, stores, http }: ExternalProvidersDeps & { readonly http: HttpClient },
  { meta, spec: { domain } }: DnsZone,
  provider: RecordProviderSpec,
): RecordBackend {
  const tlsOf = (references: TlsReferences): TlsSource =>
    createTlsSource(
      {
        bundleProblem,
        secretText: (ref) => secretText(meta.namespace, ref),
        configMapText: ({ name, key }) => stores.base(meta.namespace, name, key),
      },
      references,
    );
  switch (provider.kind) {
    case "rfc2136": {
      const { rfc2136: spec } = provider;
      const secret = spec.tsig === undefined ? undefined : secretText(meta.namespace, spec.tsig.secretRef);
      const transfer = createTransfer();
      return createRfc2136Backend({ spec, domain, secret, exchange, transfer, clock: WALL_CLOCK, randomBytes });
    }
    case "powerDNS": {
      const { powerDNS: spec } = provider;
      const apiKey = secretText(meta.namespace, spec.apiKeyRef);
      return createPowerDNSBackend({ spec, domain, apiKey, http, tls: tlsOf(spec), clock: systemClock });
    }
    case "externalDNSWebhook":
      return createWebhookBackend({
        spec: provider.webhook,
        domain,
        http,
        tls: tlsOf(provider.webhook),
        clock: systemClock,
      });
    case "coreDNSEtcd": {
      const { etcd: spec } = provider;
      const password = spec.auth === undefined ? undefined : secretText(meta.namespace, spec.auth.passwordRef);
      return createCoreDNSEtcdBackend({ spec, domain, password, http, tls: tlsOf(spec) });
    }
  }
}

function dnsEndpointProvider({ endpointStore, owner }: ExternalProvidersDeps, zone: DnsZone): ZoneProvider {
  if (endpointStore !== undefined) {
    const ids = { ownerId: owner.id(), formerOwnerIds: owner.formerIdsHere };
    return createDnsEndpointProvider({ zone, ...ids, store: endpointStore(zone.meta.namespace), clock: systemClock });
  }
  const message = `DnsZone ${objectKey(zone.meta)}: dnsEndpoint requires a cluster. In folder mode use rfc2136, powerDNS, or externalDNSWebhook`;
  const refused = { kind: "refused", reason: "NotSupported", message } as const;
  return { id: "dnsEndpoint", read: async () => refused, apply: async () => refused };
}
