import { locateComponent } from "../support/component.ts";
import { runOrThrow } from "../support/run.ts";

/** A network namespace for the client, joined to this one by a pair of interfaces: what comes from it doesn't come from loopback, so the rate limits apply. */
export interface ClientNetwork extends AsyncDisposable {
  /** This side's address, at which servers listen. */
  readonly serverHost: string;
  readonly clientHost: string;
  /** Runs a program in the namespace to its end; returns what it printed. */
  run(program: string, args: readonly string[], timeoutMs?: number): Promise<string>;
}

/** Needs root. */
export async function openClientNetwork(): Promise<ClientNetwork> {
  const namespace = `dnsalias-bench-${process.pid}`;
  const link = `dab${process.pid}`;
  await ip("netns", "add", namespace);
  const close = async (): Promise<void> => {
    await ip("netns", "delete", namespace); // with its interface, and so with the pair
  };
  try {
    await ip("link", "add", link, "type", "veth", "peer", "name", "client", "netns", namespace);
    await ip("address", "add", `${SERVER}/24`, "dev", link);
    await ip("link", "set", link, "up");
    await ip("-n", namespace, "address", "add", `${CLIENT}/24`, "dev", "client");
    await ip("-n", namespace, "link", "set", "client", "up");
  } catch (error) {
    await close();
    throw error;
  }
  return {
    serverHost: SERVER,
    clientHost: CLIENT,
    run: (program, args, timeoutMs = 120_000) =>
      runOrThrow(locateComponent("ip"), ["netns", "exec", namespace, program, ...args], { timeoutMs }),
    [Symbol.asyncDispose]: close,
  };
}

/** Of the network for benchmarks (RFC 2544). */
const SERVER = "198.18.53.1";
const CLIENT = "198.18.53.2";

async function ip(...args: readonly string[]): Promise<void> {
  await runOrThrow(locateComponent("ip"), args);
}
