/** The characters that a text of `status.summary` has at most. */
const MAX_SUMMARY_TEXT = 4096;
/** The entries of `status.hostnames` at most. */
export const MAX_HOSTNAMES = 512;
/** The entries of `status.targets` at most. */
export const MAX_TARGETS = 64;
/** The items of a list of addresses at most. */
export const MAX_ADDRESSES = 1024;

/**
 * What the addresses of all entries of `status.hostnames` take at most: with all else at its maximum the object stays below the 1.5 MiB that etcd takes, and 64 names in
 * one zone can have 200 addresses each.
 */
const ADDRESS_BYTES = 640 * 1024;
/** The longest address (45 characters) with quotes and comma. */
const BYTES_PER_ADDRESS = 48;

/** How many addresses each of so many entries of `status.hostnames` can show. */
export function addressesPerEntry(entries: number): number {
  return Math.min(MAX_ADDRESSES, Math.floor(ADDRESS_BYTES / BYTES_PER_ADDRESS / Math.max(1, entries)));
}

/** The items, or the first of them and how many more there are: `maxItems` at most. */
export function cutList(items: readonly string[], maxItems: number): readonly string[] {
  return items.length <= maxItems ? items : [...items.slice(0, maxItems - 1), moreText(items.length - maxItems + 1)];
}

/** True if `shown` is what {@link cutList} shows of `items`, whatever the limit was. */
export function showsList(shown: readonly string[], items: readonly string[]): boolean {
  const isCut = shown.length < items.length && shown.at(-1)?.startsWith(MORE) === true;
  return shown.join() === (isCut ? cutList(items, shown.length) : items).join();
}

/** The items with commas between them, as many as the columns of kubectl have room for, and how many more there are. */
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
