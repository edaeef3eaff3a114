import type { Millis } from "../base/clock.ts";
import { createHeap, type HeapItem } from "./heap.ts";

/**
 * A schedule with one entry for each key. An earlier time takes precedence over a later one. A running key is held, so it never runs twice at the same time, and requests
 * in the meantime apply to its next run. Every operation is O(log n).
 */
export interface Due<K> {
  /** Requests a run at `at`. Replaces a later run, and keeps an earlier one. */
  add(key: K, at: Millis): void;
  /** The key that has waited longest, if one is due; it counts as running until released. Equal times: first come, first served. */
  removeDue(now: Millis): K | undefined;
  /** A due key that was removed from the schedule starts to run now. Requests in the meantime are satisfied by this run. */
  begin(key: K): void;
  /** Ends a run. The next run is at the earlier of `at` and the time that was requested meanwhile. Without both, the key is removed. */
  release(key: K, at: Millis | undefined): void;
  /** Forgets the key; a run that is going on is still held until released. */
  remove(key: K): void;
  /** When the first key that does not run is due. */
  nextAt(): Millis | undefined;
  /** When this key is due; while it runs, when it was. */
  at(key: K): Millis | undefined;
  /** Keys that wait or run. */
  size(): number;
}

/** A node outside the heap is running. */
interface Node<K> extends HeapItem {
  readonly key: K;
  /** Requested while it runs. */
  againAt: Millis | undefined;
}

export function createDue<K>(): Due<K> {
  const nodes = new Map<K, Node<K>>();
  const heap = createHeap<Node<K>>();
  let orders = 0;

  function queue(node: Node<K>, at: Millis): void {
    orders += 1;
    heap.push(Object.assign(node, { at, order: orders, againAt: undefined }));
  }

  return {
    add(key, at) {
      const node = nodes.get(key);
      if (node === undefined) {
        const added: Node<K> = { key, at, order: 0, position: -1, againAt: undefined };
        nodes.set(key, added);
        queue(added, at);
      } else if (isRunning(node)) {
        node.againAt = earlier(node.againAt, at);
      } else if (at < node.at) {
        node.at = at;
        heap.raise(node);
      }
    },
    removeDue(now) {
      const first = heap.first();
      if (first === undefined || first.at > now) {
        return undefined;
      }
      heap.remove(first);
      return first.key;
    },
    begin: (key) => forgetAgain(nodes.get(key)),
    release(key, at) {
      const node = nodes.get(key);
      if (node === undefined || !isRunning(node)) {
        return;
      }
      const next = earlier(node.againAt, at);
      if (next === undefined) {
        nodes.delete(key);
      } else {
        queue(node, next);
      }
    },
    remove(key) {
      const node = nodes.get(key);
      if (node !== undefined && isRunning(node)) {
        node.againAt = undefined;
      } else if (node !== undefined) {
        heap.remove(node);
        nodes.delete(key);
      }
    },
    nextAt: () => heap.first()?.at,
    at: (key) => nodes.get(key)?.at,
    size: () => nodes.size,
  };
}

/** The time that was requested during the run. */
function forgetAgain<K>(node: Node<K> | undefined): void {
  if (node !== undefined && isRunning(node)) {
    node.againAt = undefined;
  }
}

function isRunning(item: HeapItem): boolean {
  return item.position < 0;
}

function earlier(a: Millis | undefined, b: Millis | undefined): Millis | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
