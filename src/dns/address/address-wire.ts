import { isIPv4, isIPv6, SocketAddress } from "node:net";

/** Returns the 4 or 16 bytes of an address; undefined if the text is not an address. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) {
    return Uint8Array.from(text.split("."), Number);
  }
  if (!isIPv6(text) || text.includes("%")) {
    return undefined;
  }
  const bytes = new Uint8Array(16);
  addressGroups(text).forEach((group, index) => bytes.set([group >> 8, group & 0xff], 2 * index));
  return bytes;
}

/** Returns the canonical text (RFC 5952) of 4 or 16 bytes. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) {
    return bytes.join(".");
  }
  const groups = Array.from({ length: 8 }, (_, index) => {
    return (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16);
  });
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}

/** The eight 16-bit groups of an IPv6 address. A dotted IPv4 part at the end counts as two groups. */
export function addressGroups(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    dotted === null ? address : `${dotted[1]}${hexGroup(dotted[2], dotted[3])}:${hexGroup(dotted[4], dotted[5])}`;
  const [left = "", right] = text.split("::");
  const head = groupsOf(left);
  const tail = groupsOf(right ?? "");
  return [...head, ...Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
}

function groupsOf(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

function hexGroup(high: string | undefined, low: string | undefined): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}
