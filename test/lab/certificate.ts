import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateComponent } from "../support/component.ts";
import { runOrThrow } from "../support/run.ts";

/** A server's certificate that signs itself, and so is also the CA to trust. */
export interface Certificate extends AsyncDisposable {
  readonly keyFile: string;
  readonly certFile: string;
  readonly key: string;
  readonly cert: string;
}

/** Made by openssl, good for a day. Names as in subjectAltName: `DNS:dns.lab.test`, `IP:127.0.0.1`. */
export async function makeCertificate(names: readonly string[]): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-certificate-"));
  const keyFile = join(directory, "key.pem");
  const certFile = join(directory, "cert.pem");
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const subject = ["-subj", "/CN=laboratory", "-addext", `subjectAltName=${names.join(",")}`];
  const files = ["-keyout", keyFile, "-out", certFile];
  await runOrThrow(locateComponent("openssl"), ["req", "-x509", ...kind, ...subject, ...files]);
  return {
    keyFile,
    certFile,
    key: await readFile(keyFile, "utf8"),
    cert: await readFile(certFile, "utf8"),
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
    },
  };
}
