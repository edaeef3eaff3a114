import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";

/** An HTTP server that answers some processes of this machine and closes the connections of others, as a target that blocks a node does. */
export interface ChoosyTarget extends AsyncDisposable {
  /** The processes that it doesn't answer. */
  readonly refused: Set<number>;
  /** True: it answers nobody. */
  isDown: boolean;
  /** Connections since the start, by process. */
  readonly connections: Map<number, number>;
}

/** It listens at `address`:`port`. `processes`: those that can connect. */
export async function startChoosyTarget(
  { address, port }: { readonly address: string; readonly port: number },
  processes: () => readonly number[],
): Promise<ChoosyTarget> {
  const server = createServer((_, response) => response.end("fine"));
  const target: ChoosyTarget = {
    refused: new Set(),
    isDown: false,
    connections: new Map(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  refuseSome(server, (socket) => {
    const pid = processes().find((one) => hasSocket(one, socket));
    if (pid !== undefined) {
      target.connections.set(pid, (target.connections.get(pid) ?? 0) + 1);
    }
    return target.isDown || pid === undefined || target.refused.has(pid);
  });
  server.listen(port, address);
  await once(server, "listening");
  return target;
}

function refuseSome(server: Server, isRefused: (socket: Socket) => boolean): void {
  server.on("connection", (socket) => {
    if (isRefused(socket)) {
      socket.destroy();
    }
  });
}

/** Whether the process has the other end of a connection. */
function hasSocket(pid: number, { remotePort, localPort }: Socket): boolean {
  const inode = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, local = "", remote = ""]) => portOf(local) === remotePort && portOf(remote) === localPort)?.[9];
  return inode !== undefined && linksOf(pid).includes(`socket:[${inode}]`);
}

function portOf(hex: string): number {
  return Number.parseInt(hex.split(":")[1] ?? "", 16);
}

function linksOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        // The file was closed meanwhile.
        return [];
      }
    });
  } catch {
    // The process has ended.
    return [];
  }
}
