import { addressSet } from "../../dns/address/address.ts";

/** Clients can't use more addresses. */
const MAX_ADDRESSES = 64;

interface Subset {
  /** Sorted; at most {@link MAX_ADDRESSES}. */
  readonly addresses: readonly string[];
  readonly isSubset: boolean;
}

/**
 * Returns a subset of at most 64 addresses. Each address has a rank that depends only on the address, and the addresses with the 64
 * lowest ranks are selected. The order of the input therefore has no effect. If one address is added or removed, at most one other
 * address of the subset changes. The ranks of addresses in one network differ widely, so that the subset has addresses of several
 * networks.
 */
export function steadySubset(addresses: readonly string[]): Subset {
  if (addresses.length <= MAX_ADDRESSES) {
    return { addresses, isSubset: false };
  }
  const ranked = addresses.map((address) => ({ address, rank: rankOf(address) }));
  ranked.sort((a, b) => a.rank - b.rank || (a.address < b.address ? -1 : 1));
  return { addresses: addressSet(ranked.slice(0, MAX_ADDRESSES).map(({ address }) => address)), isSubset: true };
}

/** FNV-1a, then the finalizer of MurmurHash3. Addresses that differ only in their last character have very different ranks. */
function rankOf(address: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < address.length; index += 1) {
    hash = Math.imul(hash ^ address.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
