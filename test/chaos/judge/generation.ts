import type { Family } from "../../e2e/dns-client.ts";

/** A state of a target. Each change of a target has the next generation, and each address carries its own. */
export interface Generation {
  readonly target: number;
  readonly generation: number;
}

/** The only address of a target in one generation. Generations are from 1 to 65,535. */
export function addressOf({ target, generation }: Generation, family: Family): string {
  return family === "A"
    ? `11.${FIRST_OCTET + target}.${generation >> 8}.${generation & 255}`
    : `2a01:db8:${target.toString(16)}::${generation.toString(16)}`;
}

/** Undefined for an address that no target ever has. */
export function generationOf(address: string): Generation | undefined {
  const [, second, third, fourth] = /^11\.(\d+)\.(\d+)\.(\d+)$/.exec(address) ?? [];
  if (second !== undefined) {
    return { target: Number(second) - FIRST_OCTET, generation: Number(third) * 256 + Number(fourth) };
  }
  const [, target, generation] = /^2a01:db8:([0-9a-f]+)::([0-9a-f]+)$/.exec(address) ?? [];
  return target === undefined || generation === undefined
    ? undefined
    : { target: Number.parseInt(target, 16), generation: Number.parseInt(generation, 16) };
}

const FIRST_OCTET = 100;
