import { connect } from "node:net";
import { failureOf, type CheckRequest, type CheckResult } from "./check-request.ts";

/** Opens a TCP connection to the address, and closes it. Never rejects. */
export async function checkTcp({ address, port, timeoutMs }: CheckRequest): Promise<CheckResult> {
  const { promise, resolve } = Promise.withResolvers<CheckResult>();
  const socket = connect({ host: address, port });
  const timer = setTimeout(() => resolve({ kind: "failure", class: "timeout" }), timeoutMs);
  socket.once("connect", () => resolve({ kind: "success" }));
  socket.on("error", (error) => resolve(failureOf(error)));
  const result = await promise;
  clearTimeout(timer);
  socket.destroy();
  return result;
}
