/** The items with commas between, cut to `maxLength` characters; a text that is cut ends with the number of items that are left out. */
export function columnText(items: readonly string[], maxLength: number): string {
  const whole = items.join(",");
  if (whole.length <= maxLength) {
    return whole;
  }
  const room = maxLength - ` and ${items.length} more`.length;
  let shown = 0;
  for (let length = -1; shown < items.length; shown += 1) {
    length += 1 + (items[shown] ?? "").length;
    if (length > room) {
      break;
    }
  }
  return `${items.slice(0, shown).join(",")} and ${items.length - shown} more`;
}
