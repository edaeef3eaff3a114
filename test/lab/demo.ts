import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/base/clock.ts";
import { createSink, type Sink } from "../../src/cli/terminal/streams.ts";
import { styled } from "../../src/cli/terminal/text.ts";
import { stopOnSignals } from "../../src/cli/terminal/signals.ts";
import { pictureOf } from "./demo-picture.ts";
import { play, until } from "./demo-play.ts";
import { judgePromises, reportText } from "./demo-report.ts";
import { ROOT } from "./demo-controller.ts";
import { APEX, startDemoScene, type DemoScene } from "./demo-scene.ts";
import { createScreen, type Screen } from "./demo-screen.ts";
import { readStatus } from "./demo-status.ts";
import { TARGET } from "./demo-target.ts";
import { startWatch } from "./demo-watch.ts";

const HELP = `Usage: npm run demo [-- --keep]

Runs dnsalias on examples/demo between name servers of its own, only on loopback: a target whose addresses change, a recursive
server that is stopped for a while, and a server of the alias. It takes 70 seconds, and exits with 0 only if all promises were kept.

  --keep   afterwards leave everything running, for dig and "dnsalias explain", until Ctrl-C
`;

/** `npm run demo`. Gives the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: "boolean" }, help: { type: "boolean" } } });
  const sink = createSink(process.stdout, process.env);
  if (values.help === true) {
    sink.write(HELP);
    return 0;
  }
  using stop = stopOnSignals(process, { drainMs: 15_000, tell: (message) => sink.write(`${message}\n`) });
  process.on("SIGHUP", () => process.kill(process.pid, "SIGTERM"));
  process.stdout.on("error", () => process.kill(process.pid, "SIGTERM")); // its reader is gone
  using screen = createScreen(sink);
  let scene: DemoScene | undefined;
  try {
    await using running = await startDemoScene(screen);
    scene = running;
    return await show(sink, screen, running, { signal: stop.signal, keep: values.keep === true });
  } catch (error) {
    screen.hide();
    const cause = stop.cause();
    if (cause !== undefined) {
      screen.print(`stopped by ${cause}\n`);
      return cause === "SIGINT" ? 130 : 143;
    }
    screen.print(failureText(sink, error, scene));
    return 1;
  }
}

interface ShowOptions {
  readonly signal: AbortSignal;
  readonly keep: boolean;
}

async function show(sink: Sink, screen: Screen, scene: DemoScene, { signal, keep }: ShowOptions): Promise<number> {
  const startedAt = systemClock.now();
  const deps = { scene, say: (text: string) => screen.say(text), signal };
  await until(deps, `${APEX} to be served`, () => scene.zone.loads() > 0, START_MS);
  let ready = false;
  const looking = lookForReady(scene, signal, () => (ready = true));
  await until(deps, "Ready=True in the status", () => ready, START_MS);
  await looking;
  const startedInMs = systemClock.now() - scene.startedAt;
  screen.say(`${APEX} shows the addresses of ${TARGET}, and the status is Ready`);
  await using watch = await startWatch(scene);
  screen.show(() => pictureOf(sink, scene, watch));
  const played = await play({ ...deps, watch });
  // The counters are read once a second.
  await systemClock.sleep(1_500, signal);
  screen.hide();
  const promises = judgePromises({ startedInMs, played, seen: watch.seen(), ranMs: systemClock.now() - startedAt });
  const allHeld = promises.every(({ held }) => held);
  screen.print(reportText(sink, promises));
  screen.print(
    allHeld ? "\nAll promises were kept.\n" : `\n${styled(sink, "red", "A promise was broken.")}\n${logText(scene)}`,
  );
  if (keep) {
    screen.print(whatToTry(scene));
    await keepChanging(scene, screen, signal);
    screen.print("stopping …\n");
  }
  return allHeld ? 0 : 1;
}

const START_MS = 30_000;

async function lookForReady(scene: DemoScene, signal: AbortSignal, onReady: () => void): Promise<void> {
  const endAt = systemClock.now() + START_MS;
  while (!signal.aborted && systemClock.now() < endAt) {
    const status = await readStatus(scene);
    if (status?.conditions.some(({ type, status }) => type === "Ready" && status === "True") === true) {
      onReady();
      return;
    }
    await systemClock.sleep(100, signal).catch(() => undefined);
  }
}

const KEPT_CHANGE_MS = 20_000;

/** So that there is something to see. */
async function keepChanging({ target }: DemoScene, screen: Screen, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await systemClock.sleep(KEPT_CHANGE_MS, signal).catch(() => undefined);
    if (!signal.aborted) {
      screen.say(target.change("replace-all"));
    }
  }
}

function failureText(sink: Sink, error: unknown, scene: DemoScene | undefined): string {
  const what = error instanceof Error ? error.message : String(error);
  return `\n${styled(sink, "red", "FAILED:")} ${what}\n${scene === undefined ? "" : logText(scene)}`;
}

const LOG_LINES = 20;

function logText({ controller, zone }: DemoScene): string {
  const lines = controller.output().trimEnd().split("\n").slice(-LOG_LINES);
  const served = zone.problem() === undefined ? [] : [`the zone file on disk is not served: ${zone.problem()}`];
  return [...served, "the last lines of dnsalias run:", ...lines.map((line) => `  ${line}`), ""].join("\n");
}

function whatToTry({ server, recursive, manifests, out, opsUrl }: DemoScene): string {
  const dig = `dig @${server.host} -p ${server.port} ${APEX}`;
  const folder = `--manifests ${manifests} --out ${out} --resolver ${recursive.host}:${recursive.port}`;
  return `
All is left running until Ctrl-C, and the target changes every 20 s. Try, in another terminal:

  ${dig} A +short
  ${dig} MX +short
  cd ${ROOT}
  npx node src/main.ts explain ${APEX} ${folder}
  npx node src/main.ts resolve ${TARGET} --resolver ${recursive.host}:${recursive.port}
  curl -s ${opsUrl}/metrics | grep dnsalias_
  cat ${join(out, `${APEX}.zone`)}
`;
}

process.exitCode = await main();
