import { hexGroups } from "../field/binary.ts";
import { uint16 } from "../field/integer.ts";
import { ipv4 } from "../field/ip-address.ts";
import { sequence } from "../field/sequence.ts";

/** EUI48 (RFC 7043 3). */
export const eui48 = hexGroups("an address of 6 hexadecimal pairs with hyphens between", {
  count: 6,
  digits: 2,
  separator: "-",
});
/** EUI64 (RFC 7043 4). */
export const eui64 = hexGroups("an address of 8 hexadecimal pairs with hyphens between", {
  count: 8,
  digits: 2,
  separator: "-",
});

const locator = hexGroups("4 groups of 4 hexadecimal digits with colons between", {
  count: 4,
  digits: 4,
  separator: ":",
});

/** NID and L64 (RFC 6742 2.1, 2.3). */
export const locator64 = sequence(uint16, locator);
/** L32 (RFC 6742 2.2). */
export const locator32 = sequence(uint16, ipv4);
