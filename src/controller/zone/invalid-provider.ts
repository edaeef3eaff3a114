import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { ZoneProvider } from "../../providers/provider.ts";

/**
 * Creates the provider of a zone. If that fails, returns a provider that refuses reads and writes with the reason, so that one
 * DnsZone never affects others. The records of the previous provider remain until the creation succeeds.
 */
export function makeProvider<Provider extends object>(
  { providerOf, log }: { readonly providerOf: (zone: DnsZone) => Provider; readonly log?: Logger },
  zone: DnsZone,
  before: ZoneProvider | undefined,
): Provider | ZoneProvider {
  try {
    const made = providerOf(zone);
    before?.close?.();
    return made;
  } catch (error) {
    log?.error({ zone: objectKey(zone.meta), err: error }, "provider not created");
    return invalidProvider(zone, messageOf(error), before);
  }
}

function invalidProvider(zone: DnsZone, why: string, before: ZoneProvider | undefined): ZoneProvider {
  const message = `The provider in spec.provider can't be used: ${why}. The served records remain`;
  const refused = { kind: "refused", reason: "ProviderInvalid", message } as const;
  return {
    id: zone.spec.provider.kind,
    read: async () => refused,
    apply: async () => refused,
    close: () => before?.close?.(),
  };
}
