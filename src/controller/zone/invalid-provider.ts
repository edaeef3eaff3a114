import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { ZoneProvider } from "../../providers/provider.ts";

/**
 * The provider of a zone, or one that refuses to read and write with the reason why it can't be made, so that one DnsZone never keeps others from
 * being written. What the provider before it serves stays until another one is made.
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
    log?.error({ zone: objectKey(zone.meta), err: error }, "provider not made");
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
