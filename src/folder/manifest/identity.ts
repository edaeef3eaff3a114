import { createHash } from "node:crypto";
import type { Millis } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";

/** Metadata that an API server would set. Folder mode counts and stores it itself. */
export interface Identity {
  readonly specHash: string;
  /** Counts changes of all content except metadata and status, from 1. */
  readonly generation: number;
  readonly createdAt: Millis;
}

/** The identity of an object whose spec has this hash now. `previous` is undefined for a new object. */
export function identify(previous: Identity | undefined, specHash: string, now: Millis): Identity {
  if (previous === undefined) {
    return { specHash, generation: 1, createdAt: now };
  }
  return previous.specHash === specHash ? previous : { ...previous, specHash, generation: previous.generation + 1 };
}

/** The hash of an object without its metadata and status. */
export function specHashOf(object: unknown): string {
  return hashOf(specOf(object));
}

/** Equal for equal data, regardless of the order of keys. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(canonicalText(value)).digest("hex").slice(0, HASH_LENGTH);
}

const HASH_LENGTH = 32;

function specOf(object: unknown): unknown {
  return isRecord(object)
    ? Object.fromEntries(Object.entries(object).filter(([key]) => key !== "metadata" && key !== "status"))
    : object;
}

function canonicalText(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => byCodeUnit(a, b))) : part,
    ) ?? ""
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
