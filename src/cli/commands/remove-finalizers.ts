import type { RemoveFinalizersConfig } from "../config/config.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Io } from "../terminal/streams.ts";
import { harmless } from "../terminal/text.ts";
import { connectCommand } from "./connect.ts";

/**
 * `dnsalias remove-finalizers`: removes the finalizers of DnsAliases and DnsZones whose controller no longer exists. Returns 1 if
 * an object could not be changed.
 */
export async function removeFinalizersCommand(
  config: RemoveFinalizersConfig,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  await using cluster = await connectCommand(config, io, config.platform.namespaces);
  const { removed, problems } = await cluster.removeFinalizers(signal);
  removed.forEach((object) => io.out.write(`${object}: the finalizer is removed, and the records remain\n`));
  problems.forEach((problem) => io.err.write(`${harmless(problem)}\n`));
  io.out.write(`${removed.length} finalizers removed\n`);
  return problems.length === 0 ? EXIT.ok : EXIT.failed;
}
