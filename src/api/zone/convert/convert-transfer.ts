import { parseSubnet } from "../../../dns/address/subnet.ts";
import { baseZoneOf } from "./convert-base-zone.ts";
import type { ProviderSpec, TransferSpec } from "../../dns-zone.ts";
import type { NameReader } from "../../schema/name-reader.ts";
import { serverOf } from "./convert-server.ts";
import { tsigOf } from "./convert-tsig.ts";
import type { ZoneSpecText } from "../schema.ts";

type TransferText = NonNullable<ZoneSpecText["provider"]["transfer"]>;

const AT = "spec.provider.transfer";

/** Returns the provider `transfer`. Undefined if a name in it is invalid. */
export function transferOf(text: TransferText, names: NameReader): ProviderSpec | undefined {
  const signed = tsigOf(text.tsig, `${AT}.tsig`, names);
  const catalog = text.catalog === undefined ? undefined : names.read(text.catalog, `${AT}.catalog`);
  if (signed === undefined || (catalog === undefined && text.catalog !== undefined)) {
    return undefined;
  }
  const notify = (text.notify ?? []).map(serverOf);
  const transfer: TransferSpec = {
    base: baseZoneOf(text.baseZone),
    allow: text.allow.flatMap((network) => parseSubnet(network) ?? []),
    ...signed,
    notify,
    ...(catalog === undefined ? {} : { catalog }),
  };
  return { kind: "transfer", transfer };
}
