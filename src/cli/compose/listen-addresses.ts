import { isIPv6 } from "node:net";
import { AppError, messageOf } from "../../base/error.ts";
import { isFamilyMissing, systemCode } from "../../base/system-error.ts";
import { listen } from "../../transport/server/listen.ts";
import type { HostPort } from "../config/settings.ts";

/**
 * Tests each address, and returns the addresses to listen on. An empty host means all addresses of both families, or only IPv4 if
 * the machine doesn't support IPv6. Throws CONFIG_INVALID, which names the address, if an address is not available.
 */
export async function freeAddresses(
  wanted: readonly HostPort[],
  tryToListen: (address: HostPort) => Promise<unknown> = problemOf,
): Promise<readonly HostPort[]> {
  const free: HostPort[] = [];
  for (const { host, port } of wanted) {
    const hosts = host === "" ? ANY : [host];
    for (const each of hosts) {
      const address = { host: each, port };
      const problem = await tryToListen(address);
      if (problem === undefined) {
        free.push(address);
      } else if (host !== "" || !isFamilyMissing(problem)) {
        throw new AppError("CONFIG_INVALID", `${addressText(address)} ${sentenceOf(problem)}`, { retry: "on-change" });
      }
    }
  }
  return free;
}

export function addressText({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

const ANY = ["0.0.0.0", "::"] as const;

async function problemOf(address: HostPort): Promise<unknown> {
  try {
    await using taken = await listen({ ...address, onQuery: () => undefined });
    void taken;
    return undefined;
  } catch (error) {
    return error;
  }
}

function sentenceOf(problem: unknown): string {
  const code = systemCode(problem);
  return code === "EADDRINUSE"
    ? "is in use by another process"
    : code === "EACCES"
      ? "is not permitted for this user: use a port from 1024 up, or add the capability NET_BIND_SERVICE"
      : `cannot be opened: ${messageOf(problem)}`;
}
