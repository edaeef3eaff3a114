import { parentPort } from "node:worker_threads";
import type { CheckRequest } from "./check-request.ts";
import type { ToCheckWorker } from "./check-worker.ts";
import { runCheck } from "./run-check.ts";

/** The thread's side of `check-worker.ts`. Makes each check that it receives, and posts the result. */
async function answer(id: number, check: CheckRequest): Promise<void> {
  const result = await runCheck(check);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage({ id, result });
}

parentPort?.on("message", ({ id, check }: ToCheckWorker) => void answer(id, check));
