import { readFile } from "node:fs/promises";
import { AppError, messageOf } from "../../base/error.ts";
import { createExchange, type ExchangeClient } from "../../transport/client/exchange-by-protocol.ts";
import type { ResolverServer } from "../../transport/exchange.ts";
import type { LookupConfig } from "../config/config.ts";
import { systemResolvers } from "./system-resolvers.ts";

/** The network to recursive resolvers, and the resolvers for zones without resolvers of their own. */
export interface Network extends ExchangeClient {
  readonly resolvers: readonly ResolverServer[];
}

/** Reads the files in the settings without opening connections. Throws CONFIG_INVALID if the file of certificates cannot be read. */
export async function openNetwork({
  resolvers,
  resolverCa,
}: Pick<LookupConfig, "resolvers" | "resolverCa">): Promise<Network> {
  const servers = resolvers ?? (await systemResolvers());
  const client = createExchange(resolverCa === undefined ? {} : { ca: await readCertificates(resolverCa) });
  return { ...client, resolvers: servers };
}

async function readCertificates(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new AppError("CONFIG_INVALID", `--resolver-ca ${path}: ${messageOf(error)}`, {
      cause: error,
      retry: "on-change",
    });
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    const message = `--resolver-ca ${path}: the file has no certificate: set a file in PEM format`;
    throw new AppError("CONFIG_INVALID", message, { retry: "on-change" });
  }
  return text;
}
