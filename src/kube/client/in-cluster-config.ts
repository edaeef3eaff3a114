import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { AppError, messageOf } from "../../base/error.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";

/** The environment variables of every pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
export interface PodApiserver {
  readonly host: string;
  readonly port: string;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The ServiceAccount of this Pod: three files that the kubelet keeps up to date. This code reads them itself, because
 * `@kubernetes/client-node` would take 82 MiB. Throws AppError CONFIG_INVALID if they are missing.
 */
export async function openPod({ host, port }: PodApiserver, folder = SERVICE_ACCOUNT): Promise<CredentialSource> {
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const read = async (): Promise<Credentials> => {
    const [token, ca] = await Promise.all([text(folder, "token"), text(folder, "ca.crt")]);
    return { server, headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
  };
  try {
    await read();
    const namespace = (await text(folder, "namespace")).trim();
    return { description: "the cluster of this pod", namespace, read: () => read().catch(unreadable) };
  } catch (error) {
    const message = `this pod has no ServiceAccount token (see automountServiceAccountToken): ${messageOf(error)}`;
    throw new AppError("CONFIG_INVALID", message, { retry: "never", cause: error });
  }
}

function text(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8");
}

function unreadable(error: unknown): never {
  throw new AppError("KUBE_REQUEST_FAILED", `no credentials for the cluster: ${messageOf(error)}`, {
    retry: "backoff",
    cause: error,
  });
}
