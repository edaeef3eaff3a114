import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { reservePort } from "./port-reservation.ts";

/**
 * A port of a loopback address that is free for both UDP and TCP at this moment. No other test process gets it while this one
 * runs, because its server may start seconds later, or be down for a restart.
 */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if ((await udpIsFree(host, port)) && (await tcpIsFree(host, port)) && (await reservePort(port))) {
      return port;
    }
  }
  throw new Error(`no free port found on ${host}`);
}

/**
 * Below the range that Linux gives to outgoing sockets (32768 and up), so that nobody takes the port by chance while
 * its server is being started, or is down for a restart.
 */
const FIRST_PORT = 10_000;
const LAST_PORT = 32_000;

async function udpIsFree(host: string, port: number): Promise<boolean> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind(port, host);
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

async function tcpIsFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
