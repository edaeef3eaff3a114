import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ToWorker, ThreadStart } from "./messages.ts";
import { serveInWorker } from "./serve.ts";

/** The entry of a responder thread; see pool.ts. */
if (parentPort !== null) {
  const port = parentPort;
  const start: ThreadStart = workerData;
  const server = serveInWorker(start, (message: FromWorker) => port.postMessage(message));
  port.on("message", (message: ToWorker) => {
    void server.receive(message).then((ended) => ended && port.close());
  });
}
