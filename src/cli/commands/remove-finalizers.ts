import { connectCluster } from "../../kube/cluster.ts";
import { createPinoLog } from "../../ops/pino-log.ts";
import type { RemoveFinalizersConfig } from "../config/config.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Io } from "../terminal/streams.ts";
import { harmless } from "../terminal/text.ts";

/**
 * `dnsalias remove-finalizers`: removes the finalizers of DnsAliases and DnsZones whose controller no longer exists. Returns 1 if
 * an object could not be changed.
 */
export async function removeFinalizersCommand(
  { platform, log }: RemoveFinalizersConfig,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  await using cluster = await connectCluster({
    log: await createPinoLog({ ...log, colours: io.err.colours, destination: io.err }),
    owner: "",
    instance: platform.host,
    ...(platform.pod === undefined ? {} : { pod: platform.pod }),
    ...(platform.kubeconfig === undefined ? {} : { kubeconfig: platform.kubeconfig }),
    ...(platform.context === undefined ? {} : { context: platform.context }),
    ...(platform.namespaces.length === 0 ? {} : { namespaces: platform.namespaces }),
  });
  const { removed, problems } = await cluster.removeFinalizers(signal);
  removed.forEach((object) => io.out.write(`${object}: the finalizer is removed, and the records remain\n`));
  problems.forEach((problem) => io.err.write(`${harmless(problem)}\n`));
  io.out.write(`${removed.length} finalizers removed\n`);
  return problems.length === 0 ? EXIT.ok : EXIT.failed;
}
