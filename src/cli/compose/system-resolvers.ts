import { readFile } from "node:fs/promises";
import type { ResolverServer } from "../../transport/exchange.ts";
import { parseResolvConf } from "../config/resolver-address.ts";

/** The recursive resolvers of this machine or pod. Never rejects: a missing file counts as empty (resolv.conf(5)). */
export async function systemResolvers(): Promise<readonly ResolverServer[]> {
  try {
    return parseResolvConf(await readFile("/etc/resolv.conf", "utf8"));
  } catch {
    return parseResolvConf("");
  }
}
