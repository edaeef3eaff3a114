import { promises as dns } from "node:dns";
import { setTimeout as delay } from "node:timers/promises";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { codeOf } from "./dns-client.ts";

export interface Answer {
  /** performance.now() when the answer was there. */
  readonly at: number;
  /** The only address, all of them with commas, or the code of a failure. */
  readonly text: string;
  /** When a cache drops it. */
  readonly endsAt: number;
}

/** A client of one server that asks for A records of a name all the time, and keeps the TTLs. */
export interface SwitchWatch extends AsyncDisposable {
  readonly answers: readonly Answer[];
  /** Whether this was the last answer. */
  gives(text: string): boolean;
  /** The answers since a moment, each once per row: main, second. */
  rows(since: number): readonly string[];
  /** When the last cache drops an answer with this address. */
  lastEnd(address: string): number;
}

const EVERY_MS = 200;

export function watchSwitch({ host, port }: DnsEndpoint, name: string): SwitchWatch {
  const resolver = new dns.Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`${host}:${port}`]);
  const answers: Answer[] = [];
  const ending = new AbortController();
  const ask = async (): Promise<void> => {
    const found = await resolver.resolve4(name, { ttl: true }).catch(codeOf);
    const at = performance.now();
    const [text, ttl] =
      typeof found === "string"
        ? [found, 0]
        : [found.map(({ address }) => address).join(), Math.max(...found.map((one) => one.ttl))];
    answers.push({ at, text, endsAt: at + ttl * 1_000 });
  };
  const running = (async () => {
    while (!ending.signal.aborted) {
      await ask();
      await delay(EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    answers,
    gives: (text) => answers.at(-1)?.text === text,
    rows: (since) =>
      answers
        .filter(({ at }) => at >= since)
        .map(({ text }) => text)
        .filter((text, index, all) => text !== all[index - 1]),
    lastEnd: (address) =>
      Math.max(-Infinity, ...answers.filter(({ text }) => text.split(",").includes(address)).map((one) => one.endsAt)),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await running;
    },
  };
}

/** Clients of both planes, with the same name. */
export interface PlanesWatch extends AsyncDisposable {
  readonly published: SwitchWatch;
  readonly responders: readonly SwitchWatch[];
  readonly all: readonly SwitchWatch[];
}

export function watchPlanes(
  servers: { readonly published: DnsEndpoint; readonly responders: readonly DnsEndpoint[] },
  name: string,
): PlanesWatch {
  const published = watchSwitch(servers.published, name);
  const responders = servers.responders.map((server) => watchSwitch(server, name));
  const all = [published, ...responders];
  return {
    published,
    responders,
    all,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((one) => one[Symbol.asyncDispose]()));
    },
  };
}
