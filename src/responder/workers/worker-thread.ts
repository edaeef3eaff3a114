import { Worker } from "node:worker_threads";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Name } from "../../dns/name/name.ts";
import { closeAbandonedSockets } from "../../transport/udp/abandoned-sockets.ts";
import { socketTableMemory } from "../../transport/udp/socket-table.ts";
import { createBeats } from "./beats.ts";
import { createBatch } from "./turn-batch.ts";
import type { ResponderCounts } from "../counters.ts";
import type { AnswerSource, ServedZone } from "../answer-source.ts";
import type { PendingQuestion, FromWorker, SettledQuestion, ToWorker, WorkerStart } from "./messages.ts";
import { createZoneSender, type ZoneSender } from "./zone-sender.ts";

export interface RunningDeps {
  readonly index: number;
  readonly source: AnswerSource;
  readonly zones: ReadonlyMap<Name, ServedZone>;
  readonly start: WorkerStart;
  /** The message that makes the thread listen. The thread gets the message after all zones. */
  readonly listen: ToWorker;
  readonly log: Logger;
  readonly clock: Clock;
  readonly onListening: () => void;
  readonly onNotListening: (problem: string) => void;
  readonly onEnd: (ended: RunningWorker, error: unknown) => void;
}

/** One thread, from its start to its end. */
export interface RunningWorker {
  readonly threadId: number;
  /** The last counts that the thread sent. */
  readonly counts: ResponderCounts;
  post(message: ToWorker): void;
  setZone(domain: Name): void;
  /** Requests the counts, and ends a thread that has not answered since the last five beats. */
  beat(): void;
  /** Requests the counts. Resolves when the counts arrive, or when the thread has ended. */
  counted(): Promise<void>;
  /** Ends the thread as a crash does. */
  terminate(): Promise<void>;
  /** Closes all sockets, and ends. */
  stop(): Promise<void>;
}

export function startWorker(deps: RunningDeps): RunningWorker {
  const { index, zones, clock, start } = deps;
  const sockets = socketTableMemory();
  const worker = new Worker(workerScript(), {
    name: `responder-${index}`,
    workerData: { ...start, sockets },
    resourceLimits: { maxOldGenerationSizeMb: start.limits.maxHeapMb },
  });
  const { threadId } = worker;
  const exited = new Promise<void>((resolve) => {
    worker.once("exit", () => resolve());
  });
  const post = (message: ToWorker): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(message);
  };
  let error: unknown;
  const end = (cause: unknown): void => {
    error ??= cause;
    void worker.terminate();
  };
  const sender = createZoneSender({
    post,
    clock,
    zoneOf: (domain) => zones.get(domain),
    onDrained: once(() => post(deps.listen)),
  });
  const beats = createBeats(post, end);
  const requestAnswer = createRequestAnswer(deps, post);
  worker.on("message", receiver({ deps, sender, counted: beats.take, requestAnswer, end }));
  worker.on("error", (thrown) => {
    error ??= thrown;
  });
  const running: RunningWorker = {
    threadId,
    get counts() {
      return beats.counts();
    },
    post,
    setZone: (domain) => sender.put([domain]),
    beat: beats.beat,
    counted: beats.counted,
    terminate: async () => {
      await worker.terminate();
    },
    stop: async () => {
      post({ kind: "stop" });
      const timer = setTimeout(() => void worker.terminate(), STOP_WITHIN_MS);
      await exited;
      clearTimeout(timer);
    },
  };
  worker.once("exit", () => {
    sender.stop();
    beats.stop();
    closeAbandonedSockets(sockets);
    deps.onEnd(running, error);
  });
  sender.put(zones.keys());
  return running;
}

const STOP_WITHIN_MS = 3_000;

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      action();
    }
  };
}

/** The script is in the same folder and has the same extension: `.ts` in the sources, `.js` in the build. */
function workerScript(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "./worker-entry.ts" : "./worker-entry.js", import.meta.url);
}

interface Receiver {
  readonly deps: RunningDeps;
  readonly sender: ZoneSender;
  readonly counted: (counts: ResponderCounts) => void;
  readonly requestAnswer: (question: PendingQuestion) => Promise<void>;
  readonly end: (cause: unknown) => void;
}

function receiver({ deps, sender, counted, requestAnswer, end }: Receiver): (message: FromWorker) => void {
  return (message) => {
    switch (message.kind) {
      case "ack":
        return sender.acknowledged();
      case "ask":
        return message.questions.forEach((question) => void requestAnswer(question));
      case "listening":
        return deps.onListening();
      case "not-listening":
        deps.onNotListening(message.problem);
        return end(new Error(message.problem));
      case "counts":
        return counted(message.counts);
      case "error":
        return deps.log.error({ worker: deps.index, err: message.problem }, "responder thread failed to answer");
    }
  };
}

function createRequestAnswer(
  { source, log }: RunningDeps,
  post: (message: ToWorker) => void,
): Receiver["requestAnswer"] {
  const answered = createBatch<SettledQuestion>((answers) => post({ kind: "answers", answers }));
  return async ({ id, question }) => {
    try {
      answered({ id, answer: await source.live(question) });
    } catch (error) {
      log.error({ zone: question.zone, hostname: question.name, err: error }, "live answer failed");
    }
  };
}
