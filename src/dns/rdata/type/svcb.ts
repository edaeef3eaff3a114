import { domainName } from "../field/domain-name.ts";
import { uint16 } from "../field/integer.ts";
import { checked, sequence } from "../field/sequence.ts";
import { svcParams } from "../field/svc-params.ts";
import { endOfWireName } from "../../name/name-wire.ts";

/** SVCB and HTTPS (RFC 9460 2). Priority 0 is an alias without parameters (2.4.2). */
export const svcb = checked(sequence(uint16, domainName, svcParams), (bytes) =>
  bytes[0] === 0 && bytes[1] === 0 && endOfWireName(bytes, 2, bytes.length) !== bytes.length
    ? "priority 0 is an alias and has no parameters (RFC 9460 2.4.2): remove them, or write another priority"
    : undefined,
);

/**
 * True for text that CoreDNS, BIND, Knot and NSD read alike. These servers support different key names in addition to those of RFC
 * 9460. CoreDNS also refuses `key7` for a key whose name it supports. Not all of them decode both levels of escapes in a list.
 */
export function isPortableSvcb(text: string): boolean {
  return !/ (?:alpn="|(?:mandatory=\S*)?(?:dohpath|ohttp|tls-supported-groups|docpath)(?![\w-]))/.test(text);
}
