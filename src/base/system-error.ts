/** The code of a failed system call ("ENOENT"). Undefined for any other thrown value. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}

/**
 * True if dnsalias could not listen on an address because the machine doesn't support its family. A kernel without IPv6
 * (`ipv6.disable=1`) has no IPv6 sockets. A kernel with `disable_ipv6` has no IPv6 addresses.
 */
export function isFamilyMissing(thrown: unknown): boolean {
  return FAMILY_MISSING.has(systemCode(thrown) ?? "");
}

const FAMILY_MISSING: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL"]);
