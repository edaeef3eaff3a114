import { INVALID_LOCATIONS, LOCATIONS } from "./location.ts";
import { GENERIC, INVALID_GENERIC } from "./rfc3597.ts";
import { INVALID_SVCB, SVCB } from "./rfc9460.ts";
import { INVALID_TYPES, TYPES } from "./types.ts";
import type { InvalidVector, Vector } from "./vector.ts";

export const VECTORS: readonly Vector[] = [...TYPES, ...LOCATIONS, ...SVCB, ...GENERIC];
export const INVALID: readonly InvalidVector[] = [
  ...INVALID_TYPES,
  ...INVALID_LOCATIONS,
  ...INVALID_SVCB,
  ...INVALID_GENERIC,
];
