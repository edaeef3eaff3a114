import { BlockList, isIPv6 } from "node:net";
import type { TsigKey } from "../../../dns/tsig/tsig-key.ts";

/**
 * The clients that may transfer a zone. Their address must be allowed, and they must have the key if there is one. A catalog zone
 * has several such entries.
 */
export interface AclEntry {
  readonly allows: (address: string) => boolean;
  /** `none`: only the addresses count. `unread`: the key has not been read yet, so no client may transfer the zone. */
  readonly key: TsigKey | "none" | "unread";
}

/** Whether an address is in one of the prefixes. */
export function allowList(
  prefixes: readonly { readonly address: string; readonly prefix: number }[],
): AclEntry["allows"] {
  const list = new BlockList();
  for (const { address, prefix } of prefixes) {
    list.addSubnet(address, prefix, familyOf(address));
  }
  return (address) => {
    const plain = address.replace(ZONE_INDEX, "");
    return list.check(plain, familyOf(plain));
  };
}

/** "fe80::1%eth0" in the form of the kernel. */
const ZONE_INDEX = /%.*$/;

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
