import { uint16, uint32 } from "../field/integer.ts";
import { sequence } from "../field/sequence.ts";
import { typeBitmap } from "../field/type-bitmap.ts";

/** CSYNC (RFC 7477 2.1). */
export const csync = sequence(uint32, uint16, typeBitmap);
