import { hexGroups } from "../field/binary.ts";
import { uint16 } from "../field/integer.ts";
import { ipv4 } from "../field/ip-address.ts";
import { sequence } from "../field/sequence.ts";

const locator = hexGroups("4 groups of 4 hexadecimal digits with colons between", {
  count: 4,
  digits: 4,
  separator: ":",
});

/** NID and L64 (RFC 6742 2.1, 2.3). */
export const locator64 = sequence(uint16, locator);
/** L32 (RFC 6742 2.2). */
export const locator32 = sequence(uint16, ipv4);
