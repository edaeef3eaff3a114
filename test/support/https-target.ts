import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createSecureContext, type SecureContext } from "node:tls";
import { fileURLToPath } from "node:url";
import { locateComponent } from "./component.ts";
import { startProcess, untilReady, type ManagedProcess } from "./process.ts";
import { runOrThrow } from "./run.ts";

/** A certificate that is its own authority, and its key: files in PEM. */
export interface TestCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A certificate for `name`, valid for two days from now, or in 2020 only if `isExpired`. Its files are `file`.crt and `file`.key. */
export async function makeCertificate(
  directory: string,
  name: string,
  { isExpired = false, file = name }: { readonly isExpired?: boolean; readonly file?: string } = {},
): Promise<TestCertificate> {
  const certificateFile = join(directory, `${file}.crt`);
  const keyFile = join(directory, `${file}.key`);
  const key = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", keyFile];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const openssl = locateComponent("openssl");
  if (isExpired) {
    await signExpired(directory, { file, request: ["req", ...key, ...subject], keyFile, certificateFile });
  } else {
    await runOrThrow(openssl, ["req", "-x509", "-days", "2", ...key, ...subject, "-out", certificateFile]);
  }
  return { certificateFile, keyFile };
}

interface ExpiredRequest extends TestCertificate {
  readonly file: string;
  readonly request: readonly string[];
}

/** `openssl req` has no end in the past, and `openssl ca` has. */
async function signExpired(directory: string, { file, request, keyFile, certificateFile }: ExpiredRequest) {
  const openssl = locateComponent("openssl");
  const place = (suffix: string): string => join(directory, `${file}.${suffix}`);
  await runOrThrow(openssl, [...request, "-out", place("csr")]);
  writeFileSync(place("index"), "");
  const settings = [
    "[ca]\ndefault_ca=self\n[self]",
    `database=${place("index")}\nnew_certs_dir=${directory}\nrand_serial=yes`,
    "default_md=sha256\npolicy=any\ncopy_extensions=copy\n[any]\ncommonName=supplied\n",
  ];
  writeFileSync(place("cnf"), settings.join("\n"));
  const dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
  const files = ["-config", place("cnf"), "-keyfile", keyFile, "-in", place("csr"), "-out", certificateFile];
  await runOrThrow(openssl, ["ca", "-batch", "-notext", "-selfsign", ...dates, ...files]);
}

/** How a target answers. Each value holds for all requests and connections that come after it was set. */
export interface TargetBehavior {
  /** Of each response; a status of 300 to 399 has a Location. Default 200. */
  readonly status?: number;
  /** Header fields of each response. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long each response waits, in milliseconds. Default 0. */
  readonly delayMs?: number;
  /** The certificate of new connections. Default: that of the start. */
  readonly certificate?: TestCertificate;
}

/** An HTTPS server at one address, in a process of its own, so that it can be killed and stopped. */
export interface HttpsTarget extends AsyncDisposable {
  readonly process: ManagedProcess;
  behave(behavior: TargetBehavior): void;
  /** SIGKILL, as a crash does. */
  kill(): Promise<void>;
  /** SIGSTOP: the system still accepts connections, and no request gets a response. */
  pause(): void;
  resume(): void;
  /** Starts again after {@link HttpsTarget.kill}. */
  revive(): Promise<void>;
  /** When the last response with a status below 300 left, as `performance.now()` of this process. */
  lastSuccess(): number | undefined;
}

export interface HttpsTargetOptions extends TestCertificate {
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  /** Starts the process elsewhere: `ip netns exec NAME`, for example. */
  readonly prefix?: readonly string[];
}

export async function startHttpsTarget(options: HttpsTargetOptions): Promise<HttpsTarget> {
  const { directory, address, port, certificateFile, keyFile, prefix = [] } = options;
  const behaviorFile = join(directory, `behavior-${address.replaceAll(":", "-")}`);
  const behave = (behavior: TargetBehavior): void =>
    writeFileSync(behaviorFile, JSON.stringify({ certificate: { certificateFile, keyFile }, ...behavior }));
  behave({});
  const start = async (): Promise<ManagedProcess> => {
    const program = [process.execPath, fileURLToPath(import.meta.url), address, String(port), behaviorFile];
    const [command = process.execPath, ...args] = [...prefix, ...program];
    const started = startProcess({ component: "https target", command, args });
    const probe = async () => (started.output().includes("listening") ? undefined : "not listening yet");
    await untilReady(started, { component: "https target", deadlineMs: 20_000, probe });
    return started;
  };
  let running = await start();
  return {
    get process() {
      return running;
    },
    behave,
    kill: () => running.kill(),
    pause: () => void process.kill(running.pid, "SIGSTOP"),
    resume: () => void process.kill(running.pid, "SIGCONT"),
    async revive() {
      running = await start();
    },
    lastSuccess() {
      const at = [...running.output().matchAll(/^success ([\d.]+)$/gm)].at(-1)?.[1];
      return at === undefined ? undefined : Number(at) - performance.timeOrigin;
    },
    async [Symbol.asyncDispose]() {
      await running.kill();
    },
  };
}

/** The server's own process. */
function serve(address: string, port: number, behaviorFile: string): void {
  const behavior = (): TargetBehavior & { readonly certificate: TestCertificate } =>
    JSON.parse(readFileSync(behaviorFile, "utf8"));
  const contextOf = ({ certificateFile, keyFile }: TestCertificate): SecureContext =>
    createSecureContext({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) });
  const { certificateFile, keyFile } = behavior().certificate;
  const options = {
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
    SNICallback: (_: string, done: (error: Error | null, context: SecureContext) => void) =>
      done(null, contextOf(behavior().certificate)),
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status = 200, headers = {}, delayMs = 0 } = behavior();
    await delay(delayMs);
    response.writeHead(status, status >= 300 && status < 400 ? { location: "/elsewhere", ...headers } : headers);
    response.end(`${request.headers.host} ${request.headers["user-agent"]}\n`);
    if (status < 300 && delayMs === 0) {
      process.stdout.write(`success ${performance.timeOrigin + performance.now()}\n`);
    }
  };
  createServer(options, (request, response) => void answer(request, response)).listen(port, address, () =>
    process.stdout.write("listening\n"),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [address = "", port, behaviorFile = ""] = process.argv.slice(2);
  serve(address, Number(port), behaviorFile);
}
