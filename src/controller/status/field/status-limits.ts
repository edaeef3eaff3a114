/** The maximum number of characters in a text of `status.summary`. */
const MAX_SUMMARY_TEXT = 4096;
/** The maximum number of entries in `status.hostnames`. */
export const MAX_HOSTNAMES = 512;
/** The maximum number of entries in `status.targets`. */
export const MAX_TARGETS = 64;
/** The maximum number of items in a list of addresses. */
export const MAX_ADDRESSES = 1024;

/**
 * The maximum size of the addresses in all entries of `status.hostnames`. With all other fields at their maximum, the object
 * stays below etcd's limit of 1.5 MiB. 64 names in one zone can then have 200 addresses each.
 */
const ADDRESS_BYTES = 640 * 1024;
/** The longest address (45 characters) with quotes and comma. */
const BYTES_PER_ADDRESS = 48;

/** The maximum number of addresses in each entry, for this number of entries in `status.hostnames`. */
export function addressesPerEntry(entries: number): number {
  return Math.min(MAX_ADDRESSES, Math.floor(ADDRESS_BYTES / BYTES_PER_ADDRESS / Math.max(1, entries)));
}

/** At most `maxItems` items: all of them, or the first ones and the number of the others. */
export function cutList(items: readonly string[], maxItems: number): readonly string[] {
  return items.length <= maxItems ? items : [...items.slice(0, maxItems - 1), moreText(items.length - maxItems + 1)];
}

/** True if `shown` is the result of {@link cutList} for `items`, for any limit. */
export function showsList(shown: readonly string[], items: readonly string[]): boolean {
  const isCut = shown.length < items.length && shown.at(-1)?.startsWith(MORE) === true;
  return shown.join() === (isCut ? cutList(items, shown.length) : items).join();
}

/**
 * The items with commas between them. If the text exceeds {@link MAX_SUMMARY_TEXT}, it has the first items and the number of the
 * others.
 */
export function summaryText(items: readonly string[]): string {
  const whole = items.join(",");
  if (whole.length <= MAX_SUMMARY_TEXT) {
    return whole;
  }
  let text = "";
  let count = 0;
  for (const item of items) {
    const next = text === "" ? item : `${text},${item}`;
    if (next.length + moreText(items.length).length + 1 > MAX_SUMMARY_TEXT) {
      break;
    }
    text = next;
    count += 1;
  }
  return `${text},${moreText(items.length - count)}`;
}

const MORE = "and ";

function moreText(count: number): string {
  return `${MORE}${count} more`;
}
