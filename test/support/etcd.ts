import { join } from "node:path";
import { inNewDirectory, startDaemon, type Daemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";

export interface Etcd extends Daemon {
  /** gRPC and its JSON gateway, `http://127.0.0.1:PORT`. */
  readonly clientUrl: string;
}

export interface EtcdOptions {
  readonly host?: string;
  /** The member speaks TLS, and wants a client certificate that one of `trusted` signed. Each is a file in PEM. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly trustedFile: string };
  /** More arguments, such as `--max-request-bytes=65536`. */
  readonly args?: readonly string[];
}

/** One etcd member with an empty store. It does not sync to disk: a kill loses nothing, a power cut would. */
export async function startEtcd(options: EtcdOptions = {}): Promise<Etcd> {
  return inNewDirectory("etcd", (directory) => startIn(directory, options));
}

async function startIn(directory: string, options: EtcdOptions): Promise<Etcd> {
  const host = options.host ?? "127.0.0.1";
  const { tls } = options;
  const clientUrl = `${tls === undefined ? "http" : "https"}://${host}:${await freePort(host)}`;
  const healthUrl = tls === undefined ? clientUrl : `http://${host}:${await freePort(host)}`;
  const peerUrl = `http://${host}:${await freePort(host)}`;
  const daemon = await startDaemon({
    component: "etcd",
    directory,
    args: [
      "--name=test",
      `--data-dir=${join(directory, "data")}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=test=${peerUrl}`,
      ...(tls === undefined
        ? []
        : [
            `--cert-file=${tls.certFile}`,
            `--key-file=${tls.keyFile}`,
            `--trusted-ca-file=${tls.trustedFile}`,
            "--client-cert-auth",
            `--listen-metrics-urls=${healthUrl}`,
          ]),
      "--unsafe-no-fsync",
      "--log-level=warn",
      ...(options.args ?? []),
    ],
    probe: async () => {
      const response = await fetch(`${healthUrl}/health`, { signal: AbortSignal.timeout(1000) });
      const health = await response.text();
      return health.includes('"health":"true"') ? undefined : `health says ${health}`;
    },
  });
  return { ...daemon, clientUrl };
}
