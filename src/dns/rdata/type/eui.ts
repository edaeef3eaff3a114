import { hexGroups } from "../field/binary.ts";

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
