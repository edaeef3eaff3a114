import { openBatchSocket } from "../udp/batch-socket.ts";
import { loadLibc } from "../udp/libc.ts";
import { createSocketTable } from "../udp/socket-table.ts";
import { RECEIVE_BUFFER } from "./listen-udp.ts";
import type { Listener, ListenPart } from "./listener.ts";
import { createUdpQueries } from "./udp-queries.ts";

/** As `listenUdp`, but over `node:ffi`. Rejects if the system does not have it. On a wildcard address, answers leave from the address that was queried. */
export async function listenUdpBatched(part: ListenPart): Promise<Listener> {
  const loaded = loadLibc();
  if (loaded.kind === "unavailable") {
    throw new Error(`no UDP over node:ffi: ${loaded.reason}`);
  }
  const { host, port, reusePort, onError, sockets } = part;
  const socket = await openBatchSocket(loaded.libc, {
    host,
    port,
    reusePort,
    receiveBuffer: RECEIVE_BUFFER,
    table: sockets === undefined ? undefined : createSocketTable(sockets),
    onPacket: createUdpQueries(part, (answer, peer) => socket.send(answer, peer)),
    onError,
  });
  return { host, port: socket.port, [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() };
}
