/** What every contender serves. */
export const DOMAIN = "example.com";
export const ADDRESSES = ["192.0.2.1", "192.0.2.2"] as const;
/** Where the aliases of a server with ALIAS records lead. */
export const TARGET_DOMAIN = "target.test";

export function aliasName(index: number): string {
  return `a${index}.${DOMAIN}`;
}

export function targetName(index: number): string {
  return `a${index}.${TARGET_DOMAIN}`;
}

const HEAD = "$TTL 300\n@ SOA ns1 host 1 3600 600 86400 300\n@ NS ns1\nns1 A 192.0.2.53\n";

/** The zone with the addresses in it, for servers that have no aliases. */
export function addressZone(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => ADDRESSES.map((address) => `a${index} A ${address}\n`));
  return HEAD + lines.flat().join("");
}

export function aliasZone(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => `a${index} ALIAS ${targetName(index)}.\n`);
  return HEAD + lines.join("");
}

/** A line a question, for dnsperf. */
export function questions(count: number): string {
  return Array.from({ length: count }, (_, index) => `${aliasName(index)} A\n`).join("");
}
