import { MAX_NAME_BYTES, type Name, nameOfCanonical, ROOT } from "./name.ts";
import { wireLength } from "./name-wire.ts";

/**
 * Returns the target of the CNAME that a DNAME creates for a name below its owner (RFC 6672 2.2). It consists of the labels below
 * the owner and the DNAME's target. Undefined if it is longer than 255 bytes; a name server then answers YXDOMAIN.
 */
export function synthesizeCname(name: Name, dname: { readonly owner: Name; readonly target: Name }): Name | undefined {
  const below = dname.owner === ROOT ? name : name.slice(0, name.length - dname.owner.length);
  const text = dname.target === ROOT ? below : `${below}${dname.target}`;
  return wireLength(text) > MAX_NAME_BYTES ? undefined : nameOfCanonical(text);
}
