import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { locateComponent } from "./component.ts";
import { startProcess, untilReady, type ManagedProcess } from "./process.ts";
import { runOrThrow } from "./run.ts";

/** A certificate that is its own authority, and its key: files in PEM. */
export interface TestCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export async function makeCertificate(
  directory: string,
  name: string,
  { days = 2, file = name }: { readonly days?: number; readonly file?: string } = {},
): Promise<TestCertificate> {
  const certificateFile = join(directory, `${file}.crt`);
  const keyFile = join(directory, `${file}.key`);
  const key = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", keyFile];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const args = ["req", "-x509", "-days", String(days), ...key, ...subject, "-out", certificateFile];
  await runOrThrow(locateComponent("openssl"), args);
  return { certificateFile, keyFile };
}

/** An HTTPS server at one address, in a process of its own, so that it can be killed and stopped. */
export interface HttpsTarget extends AsyncDisposable {
  readonly process: ManagedProcess;
  /** The HTTP status that it answers from now on. */
  setStatus(status: number): void;
  /** SIGKILL, as a crash does. */
  kill(): Promise<void>;
  /** SIGSTOP: the system still accepts connections, and no request gets a response. */
  pause(): void;
  resume(): void;
  /** Starts again after {@link HttpsTarget.kill}. */
  revive(): Promise<void>;
}

export interface HttpsTargetOptions extends TestCertificate {
  readonly directory: string;
  readonly address: string;
  readonly port: number;
}

export async function startHttpsTarget(options: HttpsTargetOptions): Promise<HttpsTarget> {
  const { directory, address, port, certificateFile, keyFile } = options;
  const statusFile = join(directory, `status-${address.replaceAll(":", "-")}`);
  const setStatus = (status: number): void => writeFileSync(statusFile, String(status));
  setStatus(200);
  const start = async (): Promise<ManagedProcess> => {
    const args = [fileURLToPath(import.meta.url), address, String(port), certificateFile, keyFile, statusFile];
    const started = startProcess({ component: "https target", command: process.execPath, args });
    const probe = async () => (started.output().includes("listening") ? undefined : "not listening yet");
    await untilReady(started, { component: "https target", deadlineMs: 20_000, probe });
    return started;
  };
  let running = await start();
  return {
    get process() {
      return running;
    },
    setStatus,
    kill: () => running.kill(),
    pause: () => void process.kill(running.pid, "SIGSTOP"),
    resume: () => void process.kill(running.pid, "SIGCONT"),
    async revive() {
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await running.kill();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [address, port, certificateFile = "", keyFile = "", statusFile = ""] = process.argv.slice(2);
  createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, (request, response) => {
    const status = Number(readFileSync(statusFile, "utf8"));
    response.writeHead(status, status >= 300 && status < 400 ? { location: "/elsewhere" } : {});
    response.end(`${request.headers.host} ${request.headers["user-agent"]}\n`);
  }).listen(Number(port), address, () => process.stdout.write("listening\n"));
}
