import { connectCluster, type Cluster } from "../../kube/cluster.ts";
import { createPinoLog } from "../../ops/pino-log.ts";
import type { RemoveFinalizersConfig } from "../config/config.ts";
import type { Io } from "../terminal/streams.ts";

/**
 * Connects to the cluster with the rights of the caller, for a command that reads or changes objects and writes no DNS records. Its
 * log goes to stderr.
 */
export async function connectCommand(
  { platform, log }: Pick<RemoveFinalizersConfig, "platform" | "log">,
  io: Io,
  namespaces: readonly string[] = [],
): Promise<Cluster> {
  return connectCluster({
    log: await createPinoLog({ ...log, colours: io.err.colours, destination: io.err }),
    owner: "",
    instance: platform.host,
    ...(platform.pod === undefined ? {} : { pod: platform.pod }),
    ...(platform.kubeconfig === undefined ? {} : { kubeconfig: platform.kubeconfig }),
    ...(platform.context === undefined ? {} : { context: platform.context }),
    ...(namespaces.length === 0 ? {} : { namespaces }),
  });
}
