import { characterString } from "../field/character-string.ts";
import { substitution } from "../field/substitution.ts";
import { domainName } from "../field/domain-name.ts";
import { uint16 } from "../field/integer.ts";
import { sequence } from "../field/sequence.ts";

/** MX (RFC 1035 3.3.9), AFSDB, RT (RFC 1183 1, 3.3), KX (RFC 2230 3.1), LP (RFC 6742 2.4). */
export const preferenceAndName = sequence(uint16, domainName);
/** PX (RFC 2163 4). */
export const px = sequence(uint16, domainName, domainName);
/** SRV (RFC 2782). */
export const srv = sequence(uint16, uint16, uint16, domainName);
/** NAPTR (RFC 3403 4.1). */
export const naptr = sequence(uint16, uint16, characterString, characterString, substitution, domainName);
