import type { LocalAddress, SocketFamily } from "./packet-peer.ts";
import { readWords, writeWords } from "./sockaddr.ts";

/** Where the fields of `struct cmsghdr` begin, on 64-bit Linux with glibc and musl. The length is the first one. */
const CMSG_LEVEL = 8;
const CMSG_TYPE = 12;
const CMSG_DATA = 16;
/** IPPROTO_IP with IP_PKTINFO, and IPPROTO_IPV6 with IPV6_PKTINFO. */
const LEVEL: Readonly<Record<SocketFamily, number>> = { 4: 0, 6: 41 };
const TYPE: Readonly<Record<SocketFamily, number>> = { 4: 8, 6: 50 };
/** The sizes of `struct in_pktinfo` and `struct in6_pktinfo`, and where their local address and interface begin. */
const INFO_BYTES: Readonly<Record<SocketFamily, number>> = { 4: 12, 6: 20 };
const INFO_LOCAL: Readonly<Record<SocketFamily, number>> = { 4: 4, 6: 0 };
const INFO_INTERFACE: Readonly<Record<SocketFamily, number>> = { 4: 0, 6: 16 };
/** The destination in `struct in_pktinfo`, which an answer leaves empty. */
const INFO_V4_DESTINATION = 8;

/** Reads the local address of a packet from its control messages. Undefined: an answer cannot leave from it, for example after a multicast. */
export function readControl(view: DataView, start: number, length: number): LocalAddress | undefined {
  const end = start + length;
  for (let at = start; at + CMSG_DATA <= end;) {
    const size = view.getUint32(at, true);
    if (size < CMSG_DATA || at + size > end) {
      return undefined;
    }
    for (const family of FAMILIES) {
      const isInfo = view.getInt32(at + CMSG_LEVEL, true) === LEVEL[family];
      if (isInfo && view.getInt32(at + CMSG_TYPE, true) === TYPE[family] && size === CMSG_DATA + INFO_BYTES[family]) {
        return localAddress(view, at + CMSG_DATA, family);
      }
    }
    at += aligned(size);
  }
  return undefined;
}

const FAMILIES: readonly SocketFamily[] = [4, 6];

function localAddress(view: DataView, at: number, family: SocketFamily): LocalAddress | undefined {
  const address = readWords(view, at + INFO_LOCAL[family], family);
  const isMulticast = family === 6 && address.first >>> 24 === 0xff;
  const isLinkLocal = family === 6 && (address.first & 0xffc0_0000) >>> 0 === 0xfe80_0000;
  // Other addresses leave by the interface of their route.
  const interfaceIndex = isLinkLocal ? view.getUint32(at + INFO_INTERFACE[family], true) : 0;
  return isMulticast ? undefined : { ...address, interfaceIndex };
}

/** Writes the control message that makes a packet leave from a local address. Returns the number of bytes. */
export function writeControl(view: DataView, at: number, local: LocalAddress): number {
  const { family, interfaceIndex } = local;
  const size = CMSG_DATA + INFO_BYTES[family];
  const info = at + CMSG_DATA;
  view.setUint32(at, size, true);
  view.setUint32(at + 4, 0);
  view.setInt32(at + CMSG_LEVEL, LEVEL[family], true);
  view.setInt32(at + CMSG_TYPE, TYPE[family], true);
  view.setUint32(info + INFO_INTERFACE[family], interfaceIndex, true);
  writeWords(view, info + INFO_LOCAL[family], local);
  if (family === 4) {
    view.setUint32(info + INFO_V4_DESTINATION, 0);
  }
  return aligned(size);
}

/** Control messages begin at multiples of 8 bytes. */
function aligned(size: number): number {
  return (size + 7) & ~7;
}
