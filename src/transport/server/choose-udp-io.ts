import { createSocket } from "node:dgram";
import { once } from "node:events";
import { loadLibc } from "../udp/libc.ts";
import { listenUdpBatched } from "./listen-udp-batched.ts";
import type { UdpIo } from "./listener.ts";

export type UdpIoChoice =
  | { readonly io: "ffi" }
  /** `reason`: why ffi cannot be used. Undefined if dgram was configured. */
  | { readonly io: "dgram"; readonly reason?: string };

/**
 * Chooses the I/O for this process. For `auto` and `ffi`, it first sends a packet through a socket of libc. The packet shows that the
 * structures of this system are as expected, and that an answer leaves from the address that was queried.
 */
export async function chooseUdpIo(wanted: "auto" | UdpIo): Promise<UdpIoChoice> {
  if (wanted === "dgram") {
    return { io: "dgram" };
  }
  const loaded = loadLibc();
  if (loaded.kind === "unavailable") {
    return { io: "dgram", reason: loaded.reason };
  }
  try {
    const problem = await problemOfEcho();
    return problem === undefined ? { io: "ffi" } : { io: "dgram", reason: problem };
  } catch (error) {
    return { io: "dgram", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Not the address that the system would choose for an answer on its own. */
const QUERIED = "127.0.0.2";
const ANSWER_WITHIN_MS = 1_000;
const MAX_TRIES = 3;

async function problemOfEcho(): Promise<string | undefined> {
  const limits = { maxPendingUdp: 1, maxConnections: 1, maxConnectionsPerClient: 1, maxPipelined: 1, idleMs: 1 };
  let failure: unknown;
  await using server = await listenUdpBatched({
    host: "0.0.0.0",
    port: 0,
    reusePort: false,
    sockets: undefined,
    limits,
    onQuery: (query) => query,
    onError: (error) => {
      failure = error;
    },
  });
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const answer = await answerFrom(server.port);
    if (answer !== undefined) {
      const isRight = answer.address === QUERIED && answer.port === server.port && answer.text === TEXT;
      return isRight ? undefined : `a packet to ${QUERIED} was answered from ${answer.address}`;
    }
  }
  return failure instanceof Error ? failure.message : `a packet to ${QUERIED} got no answer`;
}

const TEXT = "dnsalias";

interface EchoAnswer {
  readonly text: string;
  readonly address: string;
  readonly port: number;
}

async function answerFrom(port: number): Promise<EchoAnswer | undefined> {
  const client = createSocket("udp4");
  try {
    client.bind(0, "127.0.0.1");
    await once(client, "listening");
    const answer = Promise.withResolvers<EchoAnswer | undefined>();
    const timer = setTimeout(() => answer.resolve(undefined), ANSWER_WITHIN_MS);
    client.once("error", (error) => answer.reject(error));
    client.once("message", (bytes, { address, port: from }) =>
      answer.resolve({ text: bytes.toString("latin1"), address, port: from }),
    );
    client.send(TEXT, port, QUERIED);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
    }
  } finally {
    client.close();
  }
}
