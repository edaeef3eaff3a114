import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { systemClock, type Millis } from "../../src/base/clock.ts";
import { SHOP, type FailoverScene } from "./failover-scene.ts";
import { ask } from "./question.ts";

/** An answer for {@link SHOP}, type A. */
export interface Look {
  /** When the query was sent. */
  readonly at: Millis;
  /** Empty: the answer has no address, or there is no answer. */
  readonly addresses: readonly string[];
}

/** A request of a browser, to the address that the visitor's recursive server has. */
export interface Visit {
  /** When the request began. */
  readonly at: Millis;
  readonly ok: boolean;
}

/** All that was seen so far. */
export interface FailoverSeen {
  /** At the server of the zone. */
  readonly server: readonly Look[];
  /** At the visitor's recursive server, which caches. */
  readonly visitor: readonly Look[];
  readonly visits: readonly Visit[];
  /** By type: how often it was queried, and what was in the answer in place of the record, each once. */
  readonly beside: { readonly queries: number; readonly wrong: readonly string[] };
}

export interface FailoverWatch extends AsyncDisposable {
  readonly seen: FailoverSeen;
  /** The last address at the visitor's recursive server. */
  published(): string | undefined;
}

/** As examples/demo-failover has it. */
const BESIDE: Readonly<Record<string, string>> = { MX: "10 mail.example.com.", TXT: '"v=spf1 mx -all"' };

const EVERY_MS: Millis = 100;
const VISIT_TIMEOUT_MS: Millis = 2_000;

/** Queries both servers every 100 ms, and visits the shop as often. */
export async function startFailoverWatch(scene: FailoverScene): Promise<FailoverWatch> {
  const ca = await readFile(scene.certificateFile);
  const ending = new AbortController();
  const seen = {
    server: [] as Look[],
    visitor: [] as Look[],
    visits: [] as Visit[],
    beside: { queries: 0, wrong: [] as string[] },
  };
  const again = async (step: () => Promise<void>): Promise<void> => {
    while (!ending.signal.aborted) {
      await step();
      await systemClock.sleep(EVERY_MS, ending.signal).catch(() => undefined);
    }
  };
  const look = async (place: "server" | "visitor"): Promise<void> => {
    const at = systemClock.now();
    const reply = await ask(scene[place], SHOP, "A");
    const answers = reply.kind === "reply" ? reply.answers : [];
    seen[place].push({ at, addresses: answers.map((line) => line.split(" ").at(-1) ?? "") });
  };
  const lookBeside = async (): Promise<void> => {
    for (const [type, wanted] of Object.entries(BESIDE)) {
      const reply = await ask(scene.server, SHOP, type);
      seen.beside.queries += 1;
      const text = reply.kind === "reply" ? reply.answers.join(", ") : reply.kind;
      if (!text.endsWith(wanted) && !seen.beside.wrong.includes(text)) {
        seen.beside.wrong.push(text);
      }
    }
  };
  const published = (): string | undefined => seen.visitor.at(-1)?.addresses[0];
  const visit = async (): Promise<void> => {
    const address = published();
    const at = systemClock.now();
    const ok = address !== undefined && (await visitShop({ address, port: scene.port, ca }));
    seen.visits.push({ at, ok });
  };
  await Promise.all([look("server"), look("visitor"), lookBeside()]);
  const running = Promise.all([
    again(() => look("server")),
    again(() => look("visitor")),
    again(lookBeside),
    again(visit),
  ]);
  return {
    seen,
    published,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await running;
    },
  };
}

interface Door {
  readonly address: string;
  readonly port: number;
  readonly ca: Buffer;
}

/** As a browser does: TLS with the name of the shop, and its certificate has to be valid. */
function visitShop({ address, port, ca }: Door): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host: address, port, ca, servername: SHOP, headers: { host: SHOP }, agent: false };
    const call = request({ ...options, timeout: VISIT_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(false));
    call.end();
  });
}
