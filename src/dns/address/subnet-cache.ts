import { addressBytes } from "./address-wire.ts";
import { maskedBytes, type Subnet } from "./subnet.ts";

/** A value that is valid for the first `scope` bits of a subnet (RFC 7871 7.3.1). */
interface Scoped<Value> {
  readonly scope: number;
  readonly value: Value;
}

/** A cache of values by key and network. It has no clock: the caller decides whether a value is still fresh. */
export interface ScopeCache<Value> {
  /** The value of the longest network that contains the subnet. */
  find(key: string, subnet: Subnet): Scoped<Value> | undefined;
  /**
   * Stores a value for the first `scope` bits of the subnet, but at most for the bits of the subnet's prefix. Scope 0 means the
   * whole family. It removes a value with another scope for this subnet, so that an old longer network never hides a new answer.
   */
  put(key: string, subnet: Subnet, scoped: Scoped<Value>): void;
  /** Removes every network of a key. */
  drop(key: string): void;
  readonly size: number;
}

/**
 * Creates a cache of at most `maxEntries` values, from which the least recently used one is removed first. A lookup takes one
 * step for each prefix length of the key.
 */
export function createScopeCache<Value>(maxEntries: number): ScopeCache<Value> {
  const store: Store<Value> = { entries: new Map(), keys: new Map() };
  return {
    find: (key, subnet) => find(store, key, subnet),
    put: (key, subnet, scoped) => {
      put(store, key, subnet, scoped);
      const oldest = store.entries.size > maxEntries ? firstOf(store.entries.values()) : undefined;
      if (oldest !== undefined) {
        remove(store, oldest);
      }
    },
    drop: (key) => {
      for (const id of store.keys.get(key)?.ids ?? []) {
        store.entries.delete(id);
      }
      store.keys.delete(key);
    },
    get size() {
      return store.entries.size;
    },
  };
}

interface Entry<Value> extends Scoped<Value> {
  readonly id: string;
  readonly key: string;
}

interface Key {
  readonly ids: Set<string>;
  /** How many entries each scope has, in both families. */
  readonly scopes: Map<number, number>;
}

interface Store<Value> {
  /** By id, in the order of use. */
  readonly entries: Map<string, Entry<Value>>;
  readonly keys: Map<string, Key>;
}

function find<Value>({ entries, keys }: Store<Value>, key: string, subnet: Subnet): Scoped<Value> | undefined {
  const known = keys.get(key);
  const bytes = known === undefined ? undefined : addressBytes(subnet.address);
  if (known === undefined || bytes === undefined) {
    return undefined;
  }
  let best: Entry<Value> | undefined;
  for (const scope of known.scopes.keys()) {
    if (scope <= subnet.prefix && scope >= (best?.scope ?? 0)) {
      best = entries.get(idOf(key, bytes, scope)) ?? best;
    }
  }
  if (best !== undefined) {
    entries.delete(best.id);
    entries.set(best.id, best);
  }
  return best;
}

function put<Value>(store: Store<Value>, key: string, subnet: Subnet, { scope, value }: Scoped<Value>): void {
  const bytes = addressBytes(subnet.address);
  if (bytes === undefined) {
    return;
  }
  for (const other of store.keys.get(key)?.scopes.keys() ?? []) {
    const entry = other <= subnet.prefix ? store.entries.get(idOf(key, bytes, other)) : undefined;
    if (entry !== undefined) {
      remove(store, entry);
    }
  }
  const own = Math.min(scope, subnet.prefix);
  const entry = { id: idOf(key, bytes, own), key, scope: own, value };
  store.entries.set(entry.id, entry);
  const known = store.keys.get(key) ?? { ids: new Set(), scopes: new Map() };
  known.ids.add(entry.id);
  known.scopes.set(own, (known.scopes.get(own) ?? 0) + 1);
  store.keys.set(key, known);
}

function remove<Value>({ entries, keys }: Store<Value>, { id, key, scope }: Entry<Value>): void {
  entries.delete(id);
  const known = keys.get(key);
  if (known === undefined) {
    return;
  }
  known.ids.delete(id);
  const left = (known.scopes.get(scope) ?? 0) - 1;
  if (left > 0) {
    known.scopes.set(scope, left);
  } else {
    known.scopes.delete(scope);
  }
  if (known.ids.size === 0) {
    keys.delete(key);
  }
}

/** A key can contain any character. The network comes first, and contains no blanks. */
function idOf(key: string, bytes: Uint8Array, scope: number): string {
  const family = bytes.length === 4 ? "4" : "6";
  return `${family}/${scope}/${maskedBytes(bytes.subarray(0, Math.ceil(scope / 8)), scope).join(".")} ${key}`;
}

function firstOf<Item>(items: Iterable<Item>): Item | undefined {
  const [first] = items;
  return first;
}
