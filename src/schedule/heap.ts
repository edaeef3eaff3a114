import type { Millis } from "../base/clock.ts";

/** An item with a time. The heap updates `position`, so that an item in the middle can be moved and removed. */
export interface HeapItem {
  at: Millis;
  /** Decides between equal times: the lower number comes first. */
  order: number;
  /** The index in the heap. -1: the item is not in the heap. */
  position: number;
}

/** A binary heap, the earliest first. Every change is O(log n). */
export interface Heap<T extends HeapItem> {
  first(): T | undefined;
  push(item: T): void;
  /** Restores the order after an item in the heap became earlier. */
  raise(item: T): void;
  remove(item: T): void;
}

export function createHeap<T extends HeapItem>(): Heap<T> {
  const items: T[] = [];
  return {
    first: () => items[0],
    push(item) {
      setItem(items, item, items.length);
      raise(items, item);
    },
    raise: (item) => raise(items, item),
    remove(item) {
      const last = items.pop();
      if (last !== undefined && last !== item) {
        setItem(items, last, item.position);
        raise(items, last);
        lower(items, last);
      }
      item.position = -1;
    },
  };
}

function raise<T extends HeapItem>(items: T[], item: T): void {
  let position = item.position;
  while (position > 0) {
    const parentPosition = (position - 1) >> 1;
    const parent = items[parentPosition];
    if (parent === undefined || isBefore(parent, item)) {
      break;
    }
    setItem(items, parent, position);
    position = parentPosition;
  }
  setItem(items, item, position);
}

function lower<T extends HeapItem>(items: T[], item: T): void {
  let position = item.position;
  for (;;) {
    const child = earlierChild(items, position);
    if (child === undefined || isBefore(item, child)) {
      break;
    }
    const childPosition = child.position;
    setItem(items, child, position);
    position = childPosition;
  }
  setItem(items, item, position);
}

function setItem<T extends HeapItem>(items: T[], item: T, position: number): void {
  items[position] = item;
  item.position = position;
}

function earlierChild<T extends HeapItem>(items: readonly T[], position: number): T | undefined {
  const left = items[2 * position + 1];
  const right = items[2 * position + 2];
  return left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
}

function isBefore(a: HeapItem, b: HeapItem): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
