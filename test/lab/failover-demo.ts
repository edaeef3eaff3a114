import { parseArgs } from "node:util";
import { systemClock } from "../../src/base/clock.ts";
import { stopOnSignals } from "../../src/cli/terminal/signals.ts";
import { createSink, type Sink } from "../../src/cli/terminal/streams.ts";
import { styled } from "../../src/cli/terminal/text.ts";
import { until } from "./demo-play.ts";
import { reportText } from "./demo-report.ts";
import { createScreen, type Screen } from "./demo-screen.ts";
import { readCounters } from "./demo-status.ts";
import { playFailover } from "./failover-play.ts";
import { judgeFailover } from "./failover-report.ts";
import { SHOP, startFailoverScene, type FailoverScene } from "./failover-scene.ts";
import { startFailoverWatch } from "./failover-watch.ts";
import { ask } from "./question.ts";

const HELP = `Usage: npm run demo:failover

Runs dnsalias on examples/demo-failover, only on loopback: two HTTPS targets, of which the first one is killed and started again. It
takes about a minute, and exits with 0 only if all promises were kept. It needs Linux and openssl.
`;

/** `npm run demo:failover`. Gives the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: "boolean" } } });
  const sink = createSink(process.stdout, process.env);
  if (values.help === true) {
    sink.write(HELP);
    return 0;
  }
  using stop = stopOnSignals(process, { drainMs: 15_000, tell: (message) => sink.write(`${message}\n`) });
  process.stdout.on("error", () => process.kill(process.pid, "SIGTERM")); // its reader is gone
  using screen = createScreen(sink);
  let scene: FailoverScene | undefined;
  try {
    await using running = await startFailoverScene((text) => screen.say(text));
    scene = running;
    return await show(sink, screen, running, stop.signal);
  } catch (error) {
    const cause = stop.cause();
    if (cause !== undefined) {
      screen.print(`stopped by ${cause}\n`);
      return cause === "SIGINT" ? 130 : 143;
    }
    const what = error instanceof Error ? error.message : String(error);
    screen.print(`\n${styled(sink, "red", "FAILED:")} ${what}\n${scene === undefined ? "" : logText(scene)}`);
    return 1;
  }
}

const START_MS = 30_000;

async function show(sink: Sink, screen: Screen, scene: FailoverScene, signal: AbortSignal): Promise<number> {
  const say = (text: string): void => screen.say(text);
  // The visitor comes later: a recursive server caches the answer of a name that has no address yet.
  let isServed = false;
  const looking = lookForName(scene, signal, () => (isServed = true));
  await until({ scene, say, signal }, `${SHOP} to be served`, () => isServed, START_MS);
  await looking;
  const startedInMs = systemClock.now() - scene.startedAt;
  await using watch = await startFailoverWatch(scene);
  const played = await playFailover({ scene, watch, say, signal });
  const { writes } = await readCounters(scene);
  const promises = judgeFailover({ played, seen: watch.seen, startedInMs, writes });
  const allHeld = promises.every(({ held }) => held);
  screen.print(reportText(sink, promises));
  screen.print(
    allHeld ? "\nAll promises were kept.\n" : `\n${styled(sink, "red", "A promise was broken.")}\n${logText(scene)}`,
  );
  return allHeld ? 0 : 1;
}

async function lookForName(scene: FailoverScene, signal: AbortSignal, onServed: () => void): Promise<void> {
  const endAt = systemClock.now() + START_MS;
  while (!signal.aborted && systemClock.now() < endAt) {
    const reply = await ask(scene.server, SHOP, "A");
    if (reply.kind === "reply" && reply.answers.length > 0) {
      onServed();
      return;
    }
    await systemClock.sleep(100, signal).catch(() => undefined);
  }
}

const LOG_LINES = 20;

function logText({ controller }: FailoverScene): string {
  const lines = controller.output().trimEnd().split("\n").slice(-LOG_LINES);
  return ["the last lines of dnsalias run:", ...lines.map((line) => `  ${line}`), ""].join("\n");
}

process.exitCode = await main();
