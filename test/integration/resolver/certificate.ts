import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateComponent } from "../../support/component.ts";
import { runOrThrow } from "../../support/run.ts";

export interface Certificate extends AsyncDisposable {
  readonly keyFile: string;
  readonly certificateFile: string;
  /** The certificate itself, which signs itself. */
  readonly pem: string;
}

/** A self-signed certificate for some names, each as `DNS:name` or `IP:address`. */
export async function makeCertificate(...names: readonly string[]): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-certificate-"));
  const keyFile = join(directory, "key.pem");
  const certificateFile = join(directory, "certificate.pem");
  const what = ["-subj", "/CN=dnsalias test", "-addext", `subjectAltName=${names.join(",")}`, "-days", "2"];
  const how = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await runOrThrow(locateComponent("openssl"), ["req", ...how, ...what, "-keyout", keyFile, "-out", certificateFile]);
  return {
    keyFile,
    certificateFile,
    pem: await readFile(certificateFile, "utf8"),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
