import { type Daemon, inNewDirectory, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import type { KubeApiserver } from "./kube-apiserver.ts";

/** A real kube-controller-manager with some of its controllers. */
export async function startControllerManager(server: KubeApiserver, controllers: readonly string[]): Promise<Daemon> {
  const port = await freePort("127.0.0.1");
  return inNewDirectory("kube-controller-manager", (directory) =>
    startDaemon({
      component: "kube-controller-manager",
      directory,
      args: [
        `--kubeconfig=${server.kubeconfig}`,
        `--controllers=${controllers.join(",")}`,
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        `--secure-port=${port}`,
        `--cert-dir=${directory}`,
      ],
      probe: async () => undefined,
    }),
  );
}
