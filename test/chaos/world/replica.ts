import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { startProcess, type ManagedProcess } from "../../support/process.ts";
import type { NetworkNamespace } from "./network.ts";

export interface ReplicaOptions {
  readonly namespace: NetworkNamespace;
  /** Its name server in the report. */
  readonly responder: string;
  /** The program. Defaults to the sources. */
  readonly main?: string | undefined;
  readonly kubeconfig: string;
  readonly resolver: DnsEndpoint;
  readonly opsPort: number;
  readonly transferPort: number;
  /** The port of its responder. */
  readonly dnsPort: number;
  /** Called with false at the start and when a ready process has ended, and with true as soon as a process says that it is ready, as a Service learns it. */
  readonly onReadiness: (isReady: boolean) => void;
  /** Called when a process ends that nobody told to end. */
  readonly onCrash: (text: string) => void;
}

/** `dnsalias run` in a network namespace. A process that ends is started again at once, as a kubelet does. */
export interface Replica extends AsyncDisposable {
  readonly network: NetworkNamespace;
  /** Its name server in the report. */
  readonly responder: string;
  /** As the log of the running process shows. */
  leads(): boolean;
  /** SIGKILL; false if there is no process at this moment. */
  kill(): boolean;
  /** SIGTERM. */
  stop(): void;
  freeze(): void;
  thaw(): void;
  /** The last part of the log of the running process. */
  output(): string;
}

export function startReplica(options: ReplicaOptions): Replica {
  const ending = new AbortController();
  let child = launch(options);
  let told = false;
  let lead = LEAD_START;
  let isReady = false;
  const signal = (name: NodeJS.Signals, ends: boolean): boolean => {
    if (child.ended() !== undefined) {
      return false;
    }
    try {
      process.kill(child.pid, name);
    } catch {
      // It has ended, and its pipes aren't closed yet.
      return false;
    }
    told ||= ends;
    return true;
  };
  const leads = (): boolean => {
    lead = readLead(child, lead);
    return lead.leads && child.ended() === undefined;
  };
  const supervise = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      leads();
      const ended = child.ended();
      if (ended !== undefined) {
        if (!told) {
          options.onCrash(`dnsalias ${ended} by itself:\n${child.output().slice(-4_000)}`);
        }
        told = false;
        lead = LEAD_START;
        if (isReady) {
          isReady = false;
          options.onReadiness(isReady);
        }
        child = launch(options);
      } else if (!isReady && (await saysReady(options, ending.signal))) {
        isReady = true;
        options.onReadiness(isReady);
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  options.onReadiness(isReady);
  const running = supervise();
  return {
    network: options.namespace,
    responder: options.responder,
    leads,
    kill: () => signal("SIGKILL", true),
    stop: () => void signal("SIGTERM", true),
    freeze: () => void signal("SIGSTOP", false),
    thaw: () => void signal("SIGCONT", false),
    output: () => child.output(),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await running;
      signal("SIGCONT", true);
      await child.stop();
    },
  };
}

const MAIN = join(import.meta.dirname, "..", "..", "..", "src", "main.ts");
const LOOK_EVERY_MS = 100;
/** A frozen process accepts connections and says nothing. */
const READY_WITHIN_MS = 1_000;

async function saysReady({ namespace, opsPort }: ReplicaOptions, ending: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([ending, AbortSignal.timeout(READY_WITHIN_MS)]);
  try {
    const reply = await fetch(`http://${namespace.address}:${opsPort}/readyz`, { signal });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    // It doesn't listen yet.
    return false;
  }
}

function launch(options: ReplicaOptions): ManagedProcess {
  const { namespace, main = MAIN, kubeconfig, resolver, opsPort, transferPort, dnsPort } = options;
  const [command = "", ...prefix] = namespace.prefix;
  return startProcess({
    component: "dnsalias run",
    command,
    args: [
      ...prefix,
      process.execPath,
      main,
      "run",
      `--kubeconfig=${kubeconfig}`,
      `--resolver=${resolver.host}:${resolver.port}`,
      "--lease-namespace=dns-system",
      `--listen-ops=${namespace.address}:${opsPort}`,
      `--transfer-listen=${namespace.address}:${transferPort}`,
      "--responder",
      `--responder-listen=${namespace.address}:${dnsPort}`,
      // All clients of the run have one address.
      `--responder-exempt=${namespace.clients}`,
      "--log-format=json",
    ],
    stopAfterMs: 20_000,
  });
}

interface Lead {
  readonly leads: boolean;
  /** How much of the log was read. */
  readonly position: number;
}

const LEAD_START: Lead = { leads: false, position: 0 };

/** Reads whole lines only. */
function readLead(child: ManagedProcess, before: Lead): Lead {
  const text = child.output(before.position);
  const lines = text.slice(0, text.lastIndexOf("\n") + 1);
  const last = [...lines.matchAll(/"msg":"(leading|lease lost|no longer leading)"/g)].at(-1)?.[1];
  return { leads: last === undefined ? before.leads : last === "leading", position: before.position + lines.length };
}
