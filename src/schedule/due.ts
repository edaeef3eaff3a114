import type { Millis } from "../base/clock.ts";
import { createHeap, type HeapItem } from "./heap.ts";

/**
 * A schedule with one entry for each key. An earlier time takes precedence over a later one. A key never runs twice at the same
 * time: requests during a run apply to its next run. Every operation is O(log n).
 */
export interface Due<K> {
  /** Requests a run at `at`. Replaces a later run, and keeps an earlier one. */
  add(key: K, at: Millis): void;
  /**
   * Removes and returns the key that has been due for the longest time, if one is due. The key counts as running until it is
   * released. Keys with equal times keep the order in which they were added.
   */
  removeDue(now: Millis): K | undefined;
  /** Starts a run of a due key that was removed from the schedule. This run satisfies all earlier requests. */
  begin(key: K): void;
  /**
   * Ends a run. The next run is at `at` or at the time that was requested during the run, whichever is earlier. Without both, the
   * key is removed.
   */
  release(key: K, at: Millis | undefined): void;
  /** Removes the key. If it runs, it counts as running until it is released. */
  remove(key: K): void;
  /** The time of the next run of a key that doesn't run now. */
  nextAt(): Millis | undefined;
  /** The time at which this key is due. For a running key, the time at which it was due. */
  at(key: K): Millis | undefined;
  /** Keys that wait or run. */
  size(): number;
}

/** The entry of a key. If it isn't in the heap, the key is running. */
interface Node<K> extends HeapItem {
  readonly key: K;
  /** The time that was requested while the key runs. */
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

/** Removes the time that was requested during the run. */
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
