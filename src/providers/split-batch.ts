import type { RejectionCause } from "./rejection-memory.ts";

export interface SplitOptions<Item, Stop> {
  /** Sends the items as one batch. */
  readonly send: (items: readonly Item[]) => Promise<Sent<Item, Stop>>;
  /** Items of one group are adjacent, and are separated last. */
  readonly groupOf: (item: Item) => string;
  /** The record type. If a backend accepts no item of a type, the others are sent first. */
  readonly typeOf: (item: Item) => string;
  /** True while there is time for another request. */
  readonly mayContinue: () => boolean;
}

export type Sent<Item, Stop> =
  | { readonly kind: "done" }
  | BatchRejected<Item, Stop>
  /** Another result, after which no more items are sent. */
  | { readonly kind: "stopped"; readonly result: Stop };

interface BatchRejected<Item, Stop> {
  readonly kind: "rejected";
  /** The cause, if the batch has a single item. */
  readonly cause: RejectionCause;
  /** The items at fault, if the backend names them. Never empty. */
  readonly named?: readonly RejectedItem<Item>[];
  /** The result if the backend accepts no batch. */
  readonly outage?: Stop;
}

interface RejectedItem<Item> {
  readonly item: Item;
  readonly cause: RejectionCause;
}

export interface SplitResult<Item, Stop> {
  readonly accepted: readonly Item[];
  readonly rejected: readonly RejectedItem<Item>[];
  /** Items that are neither accepted nor rejected, because there was no time. */
  readonly left: readonly Item[];
  readonly stop?: Stop;
}

/** After this many rejected items and no accepted one, the backend counts as failed, if its answer can mean a failure. */
const OUTAGE_AFTER = 3;
/** After this many rejected items of a type and no accepted one, the type is tried last. */
const SUSPECT_AFTER = 2;

/**
 * Sends the items as one batch. If the backend rejects the batch, halves of it are sent until one item at fault is found. All other
 * items are then sent again as one batch. `k` items at fault among `n` need about k·(log₂ n + 2) + 1 requests. An item counts as
 * rejected only if it was sent as a batch of its own.
 */
export async function splitBatch<Item, Stop>(
  items: readonly Item[],
  options: SplitOptions<Item, Stop>,
): Promise<SplitResult<Item, Stop>> {
  const split: Split<Item, Stop> = { options, left: items, accepted: [], rejected: [], stop: undefined };
  while (split.left.length > 0 && mayContinue(split)) {
    const batch = withoutSuspectTypes(split);
    const sent = await send(split, batch);
    if (isUnexplained(sent) && batch.length > 1) {
      await isolate(split, batch);
    }
  }
  const { accepted, rejected, left, stop } = split;
  return { accepted, rejected, left, ...(stop !== undefined && { stop }) };
}

interface Split<Item, Stop> {
  readonly options: SplitOptions<Item, Stop>;
  left: readonly Item[];
  readonly accepted: Item[];
  readonly rejected: RejectedItem<Item>[];
  stop: Stop | undefined;
}

function mayContinue<Item, Stop>({ options, stop }: Split<Item, Stop>): boolean {
  return stop === undefined && options.mayContinue();
}

/** Finds and rejects one item of a rejected batch. Items that are accepted during the search are done. */
async function isolate<Item, Stop>(split: Split<Item, Stop>, batch: readonly Item[]): Promise<void> {
  let group = batch;
  while (group.length > 0 && mayContinue(split)) {
    const half = group.slice(0, cutOf(group, split.options.groupOf));
    const sent = await send(split, half);
    if (isUnexplained(sent) && half.length > 1) {
      group = half;
    } else if (sent.kind === "done") {
      group = group.slice(half.length);
    } else {
      return;
    }
  }
}

/** Sends the items, and records which are settled. */
async function send<Item, Stop>(split: Split<Item, Stop>, items: readonly Item[]): Promise<Sent<Item, Stop>> {
  const sent = await split.options.send(items);
  if (sent.kind === "stopped") {
    split.stop = sent.result;
  } else if (sent.kind === "done") {
    split.accepted.push(...items);
    settle(split, items);
  } else if (sent.named !== undefined) {
    reject(split, sent.named);
  } else if (items.length === 1) {
    reject(
      split,
      items.map((item) => ({ item, cause: sent.cause })),
    );
    const isOutage = split.accepted.length === 0 && split.rejected.length >= OUTAGE_AFTER && split.left.length > 0;
    split.stop = isOutage ? sent.outage : undefined;
  }
  return sent;
}

function reject<Item, Stop>(split: Split<Item, Stop>, rejected: readonly RejectedItem<Item>[]): void {
  split.rejected.push(...rejected);
  settle(
    split,
    rejected.map(({ item }) => item),
  );
}

function settle<Item, Stop>(split: Split<Item, Stop>, items: readonly Item[]): void {
  const settled = new Set(items);
  split.left = split.left.filter((item) => !settled.has(item));
}

function isUnexplained<Item, Stop>(sent: Sent<Item, Stop>): boolean {
  return sent.kind === "rejected" && sent.named === undefined;
}

/** The index in the middle, moved to the next border between two groups. */
function cutOf<Item>(items: readonly Item[], groupOf: (item: Item) => string): number {
  const middle = Math.max(1, Math.floor(items.length / 2));
  const isBorder = (at: number): boolean => {
    const [before, after] = [items[at - 1], items[at]];
    return before !== undefined && after !== undefined && groupOf(before) !== groupOf(after);
  };
  for (let distance = 0; distance < items.length; distance += 1) {
    const border = [middle + distance, middle - distance].find((at) => at > 0 && at < items.length && isBorder(at));
    if (border !== undefined) {
      return border;
    }
  }
  return middle;
}

function withoutSuspectTypes<Item, Stop>({ options, left, accepted, rejected }: Split<Item, Stop>): readonly Item[] {
  const counts = new Map<string, number>();
  for (const { item } of rejected) {
    counts.set(options.typeOf(item), (counts.get(options.typeOf(item)) ?? 0) + 1);
  }
  accepted.forEach((item) => counts.delete(options.typeOf(item)));
  const others = left.filter((item) => (counts.get(options.typeOf(item)) ?? 0) < SUSPECT_AFTER);
  return others.length === 0 ? left : others;
}
