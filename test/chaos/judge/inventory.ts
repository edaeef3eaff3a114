import type { ChaosAlias } from "../aliases.ts";
import type { Place } from "../place/place.ts";

/** The records of each place, by its id. */
export type Inventory = ReadonlyMap<string, readonly string[]>;

export async function takeInventory(places: readonly Place[]): Promise<Inventory> {
  return new Map(await Promise.all(places.map(async (place) => [place.id, await place.records()] as const)));
}

export interface InventoryFaults {
  /** Records that were not there before any alias was, at names without an alias now. */
  readonly orphans: readonly string[];
  /** Records of another owner that are gone or that dnsalias changed. */
  readonly touched: readonly string[];
}

/** Compares all records at the end with those before the first alias. */
export function compareInventories(
  before: Inventory,
  after: Inventory,
  present: readonly ChaosAlias[],
): InventoryFaults {
  const names = new Set(present.flatMap(({ name }) => [name, `_dnsalias.${name}`]));
  const compared = [...after].map(([place, records]) => {
    const old = before.get(place) ?? [];
    return {
      orphans: records
        .filter((record) => !old.includes(record) && !names.has(ownerOf(record)))
        .map((record) => `${place}: ${record}`),
      touched: old.filter((record) => !records.includes(record)).map((record) => `${place}: no ${record}`),
    };
  });
  return {
    orphans: compared.flatMap(({ orphans }) => orphans),
    touched: compared.flatMap(({ touched }) => touched),
  };
}

function ownerOf(record: string): string {
  return record.split(" ")[0] ?? "";
}
