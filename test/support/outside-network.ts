import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { findComponent, locateComponent } from "./component.ts";
import { run, runOrThrow } from "./run.ts";

/** A network of its own for clients: their queries reach this machine from addresses that are not loopback. */
export interface OutsideNetwork extends AsyncDisposable {
  /** This machine's address in that network. */
  readonly host: string;
  /** Addresses of clients, each in another /24. */
  readonly clients: readonly [string, string];
  /** Runs a TypeScript file with one argument in the network, and returns its standard output; throws if it fails. */
  runThere(script: string, argument: string): Promise<string>;
  /** What stands before a command that is to run in the network. */
  readonly prefix: readonly string[];
  /** Packets from the network to this machine are dropped from now on, and no sender notices. */
  cut(): Promise<void>;
}

/** The `skip` option of a test that needs such a network. With CI=true only the lack of rights is a reason. */
export function skipWithoutOutside(): string | false {
  if (process.getuid?.() !== 0) {
    return "only root may make a network namespace";
  }
  if (findComponent("ip") === undefined && process.env["CI"] !== "true") {
    return "not installed: ip; test/env/install brings it";
  }
  return mayMakeNamespaces() ? false : "network namespaces are not allowed here";
}

function mayMakeNamespaces(): boolean {
  const name = `dnsalias-try-${process.pid}`;
  const ip = findComponent("ip") ?? "ip";
  const made = spawnSync(ip, ["netns", "add", name]).status === 0;
  return made && spawnSync(ip, ["netns", "del", name]).status === 0;
}

/** A network namespace that a veth pair joins to this one, in 198.18.0.0/15 (RFC 2544: for measurements). Gone with all in it at the end. */
export async function startOutsideNetwork(): Promise<OutsideNetwork> {
  const ip = locateComponent("ip");
  const name = `dnsalias-${process.pid}`;
  const [here, there] = [`dah${process.pid}`, `dac${process.pid}`];
  const half = process.pid % 256;
  const [second, third] = [18 + Math.floor(half / 128), 2 * (half % 128)];
  const host = `198.${second}.${third}.1`;
  const clients = [`198.${second}.${third}.2`, `198.${second}.${third + 1}.2`] as const;
  const inside = ["-n", name];
  await runOrThrow(ip, ["netns", "add", name]);
  const end = async (): Promise<void> => {
    // The pair goes with either end; its own end is gone a moment after the namespace.
    await run(ip, ["link", "del", here]);
    await runOrThrow(ip, ["netns", "del", name]);
  };
  try {
    await runOrThrow(ip, ["link", "add", here, "type", "veth", "peer", "name", there, "netns", name]);
    await runOrThrow(ip, ["addr", "add", `${host}/23`, "dev", here]);
    await runOrThrow(ip, ["link", "set", here, "up"]);
    for (const client of clients) {
      await runOrThrow(ip, [...inside, "addr", "add", `${client}/23`, "dev", there]);
    }
    await runOrThrow(ip, [...inside, "link", "set", there, "up"]);
    await untilUp(ip, here);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    host,
    clients: [clients[0], clients[1]],
    runThere: (script, argument) => runOrThrow(ip, ["netns", "exec", name, process.execPath, script, argument]),
    prefix: [ip, "netns", "exec", name],
    // The sender would be told of a blackhole route. Here the kernel of the other end drops its own answers.
    cut: async () => void (await runOrThrow(ip, [...inside, "route", "add", "blackhole", `${host}/32`])),
    [Symbol.asyncDispose]: end,
  };
}

async function untilUp(ip: string, link: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { stdout } = await run(ip, ["link", "show", link]);
    if (/state UP/.test(stdout)) {
      return;
    }
    await delay(25);
  }
  throw new Error(`${link} is not up`);
}
