import { silentLogger } from "../../support/silent-logger.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { createLease, type Lease } from "../../../src/kube/lease/leader-election.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { openTransport } from "./fixture.ts";

/** A fifth of what the program uses. */
export const TIMES = { durationMs: 3_000, renewDeadlineMs: 2_000, retryMs: 400 };

/** This file, which as a program of its own contends for the Lease argv[3] with the kubeconfig argv[2]. */
export const CONTENDER = import.meta.filename;

export function leaseOf(transport: Transport, name: string, identity: string): Lease {
  return createLease(
    { transport, clock: systemClock, wallNow: () => Date.now(), random: Math.random, log: silentLogger },
    { namespace: "dns-system", name, identity, times: TIMES },
  );
}

export interface Contender extends AsyncDisposable {
  readonly lease: Lease;
  stop(): Promise<void>;
}

export function contend(transport: Transport, name: string, identity: string, log: string[]): Contender {
  const controller = new AbortController();
  const lease = leaseOf(transport, name, identity);
  const running = lease.run(async (signal) => {
    log.push(`${identity} leads`);
    await systemClock.sleep(1e9, signal).catch(() => undefined);
    log.push(`${identity} ends`);
  }, controller.signal);
  const stop = async (): Promise<void> => {
    controller.abort();
    await running;
  };
  return { lease, stop, [Symbol.asyncDispose]: stop };
}

/** As a child process, to be killed: says when it leads. */
if (process.argv[1] === CONTENDER) {
  const lease = leaseOf(await openTransport(process.argv[2] ?? ""), process.argv[3] ?? "", "child");
  await lease.run(async (signal) => {
    process.send?.("leads");
    await systemClock.sleep(1e9, signal);
  }, new AbortController().signal);
}
