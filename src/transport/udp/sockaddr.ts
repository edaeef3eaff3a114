import { type AddressWords, readAddress } from "../address-words.ts";
import type { SocketFamily } from "./packet-peer.ts";

/** AF_INET and AF_INET6 of Linux. */
export const FAMILY_NUMBER: Readonly<Record<SocketFamily, number>> = { 4: 2, 6: 10 };
/** The sizes of `struct sockaddr_in` and `struct sockaddr_in6`. */
export const SOCKADDR_BYTES: Readonly<Record<SocketFamily, number>> = { 4: 16, 6: 28 };

/** Where the fields of `struct sockaddr_in` and `struct sockaddr_in6` begin. The port and the address are in network byte order. */
const PORT = 2;
const ADDRESS: Readonly<Record<SocketFamily, number>> = { 4: 4, 6: 8 };
const SCOPE = 24;

/** The bytes of a socket address. Throws for a text that is no address. */
export function sockaddrOf(host: string, port: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(4);
  const family = readAddress(host, words);
  if (family === 0) {
    throw new TypeError(`not an address: ${host}`);
  }
  const [first = 0, second = 0, third = 0, fourth = 0] = words;
  const bytes = new Uint8Array(SOCKADDR_BYTES[family]);
  writeSockaddr(new DataView(bytes.buffer), 0, { family, first, second, third, fourth }, { port, scope: 0 });
  return bytes;
}

export function portOf(view: DataView, at: number): number {
  return view.getUint16(at + PORT);
}

export function scopeOf(view: DataView, at: number): number {
  return view.getUint32(at + SCOPE, true);
}

/** Undefined: the structure has another family. */
export function familyOf(view: DataView, at: number): SocketFamily | undefined {
  const number = view.getUint16(at, true);
  return number === FAMILY_NUMBER[4] ? 4 : number === FAMILY_NUMBER[6] ? 6 : undefined;
}

export function addressAt(view: DataView, at: number, family: SocketFamily): AddressWords {
  return readWords(view, at + ADDRESS[family], family);
}

export function readWords(view: DataView, at: number, family: SocketFamily): AddressWords {
  return {
    family,
    first: view.getUint32(at),
    second: family === 6 ? view.getUint32(at + 4) : 0,
    third: family === 6 ? view.getUint32(at + 8) : 0,
    fourth: family === 6 ? view.getUint32(at + 12) : 0,
  };
}

export function writeWords(view: DataView, at: number, { family, first, second, third, fourth }: AddressWords): void {
  view.setUint32(at, first);
  if (family === 6) {
    view.setUint32(at + 4, second);
    view.setUint32(at + 8, third);
    view.setUint32(at + 12, fourth);
  }
}

export function writeSockaddr(
  view: DataView,
  at: number,
  address: AddressWords,
  { port, scope }: { readonly port: number; readonly scope: number },
): void {
  const { family } = address;
  view.setUint16(at, FAMILY_NUMBER[family], true);
  view.setUint16(at + PORT, port);
  writeWords(view, at + ADDRESS[family], address);
  if (family === 6) {
    view.setUint32(at + 4, 0);
    view.setUint32(at + SCOPE, scope, true);
  }
}
