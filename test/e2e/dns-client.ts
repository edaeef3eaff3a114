import { promises as dns } from "node:dns";
import type { DnsEndpoint } from "../support/dns-probe.ts";

export const FAMILIES = ["A", "AAAA"] as const;
export type Family = (typeof FAMILIES)[number];

/** A client that many questions cost little: c-ares, which is neither our code nor dig. It keeps no cache. */
export interface DnsClient {
  /** Sorted; empty for NODATA. Throws with the code (ENOTFOUND, ESERVFAIL, ETIMEOUT …) for all else. */
  addresses(name: string, family: Family): Promise<readonly string[]>;
}

export function dnsClient({ host, port }: DnsEndpoint): DnsClient {
  const resolver = new dns.Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`]);
  return {
    addresses: async (name, family) => {
      try {
        const found = await (family === "A" ? resolver.resolve4(name) : resolver.resolve6(name));
        return found.sort();
      } catch (error) {
        if (codeOf(error) === "ENODATA") {
          return [];
        }
        throw error;
      }
    },
  };
}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
