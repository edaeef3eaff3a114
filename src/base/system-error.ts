/** The code of a failed system call ("ENOENT"); undefined for everything else that can be thrown. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}

/**
 * True if an address could not be listened on because the machine lacks its family: a kernel without IPv6 (`ipv6.disable=1`) has no sockets of it, and one with
 * IPv6 switched off (`disable_ipv6`) has no addresses.
 */
export function isFamilyMissing(thrown: unknown): boolean {
  return FAMILY_MISSING.has(systemCode(thrown) ?? "");
}

const FAMILY_MISSING: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL"]);
