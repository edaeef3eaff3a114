import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { locateComponent } from "./component.ts";
import { runOrThrow } from "./run.ts";

/** The files that kube-apiserver is started with, and what its clients need to know. */
export interface KubeCredentials {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** PEM: the server's certificate is its own authority. */
  readonly certificate: string;
  readonly serviceAccountKeyFile: string;
  readonly tokenFile: string;
  /** Of the user `admin` in `system:masters`. */
  readonly adminToken: string;
}

/** Makes a certificate for a loopback address, the key that signs ServiceAccount tokens, and an admin's token. */
export async function makeKubeCredentials(directory: string, host: string): Promise<KubeCredentials> {
  const certificateFile = join(directory, "server.crt");
  const keyFile = join(directory, "server.key");
  const subject = ["-subj", "/CN=kube-apiserver", "-addext", `subjectAltName=DNS:localhost,IP:${host}`];
  const key = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", keyFile];
  const openssl = locateComponent("openssl");
  await runOrThrow(openssl, ["req", "-x509", "-days", "2", ...key, ...subject, "-out", certificateFile]);
  const serviceAccountKeyFile = join(directory, "service-account.key");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  await writeFile(serviceAccountKeyFile, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
  const adminToken = randomBytes(24).toString("hex");
  const tokenFile = join(directory, "tokens.csv");
  await writeFile(tokenFile, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 });
  return {
    certificateFile,
    keyFile,
    certificate: await readFile(certificateFile, "utf8"),
    serviceAccountKeyFile,
    tokenFile,
    adminToken,
  };
}

/** A kubeconfig with one cluster and one user, in JSON, which is YAML too. */
export function kubeconfigText(server: string, certificate: string, token: string): string {
  const authority = Buffer.from(certificate).toString("base64");
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster: { server, "certificate-authority-data": authority } }],
      users: [{ name: "test", user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      "current-context": "test",
    },
    undefined,
    2,
  );
}
