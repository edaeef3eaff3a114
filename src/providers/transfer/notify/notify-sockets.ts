import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { NotifyTarget } from "./notifier.ts";

export interface NotifySockets extends AsyncDisposable {
  send(bytes: Uint8Array, target: NotifyTarget): void;
}

export interface NotifySocketsOptions {
  /** The listen addresses. Secondaries accept a NOTIFY only from the address of their primary (RFC 1996 3.10). */
  readonly hosts: readonly string[];
  readonly onMessage: (bytes: Uint8Array, from: NotifyTarget) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Opens one UDP socket for each family on demand, with a port of the kernel's choice. A forged reply must match this port (RFC
 * 5452 9.2).
 */
export function createNotifySockets({ hosts, onMessage, onError }: NotifySocketsOptions): NotifySockets {
  const sockets = new Map<"udp4" | "udp6", Socket>();
  const open = (type: "udp4" | "udp6"): Socket => {
    const socket = createSocket({ type, ipv6Only: type === "udp6" });
    sockets.set(type, socket);
    socket.on("message", (bytes, { address, port }) => onMessage(bytes, { address, port }));
    socket.on("error", (error) => {
      onError(error);
      sockets.delete(type);
      socket.close();
    });
    socket.bind({ port: 0, address: hostFor(type, hosts) });
    return socket;
  };
  return {
    send(bytes, { address, port }) {
      const type = isIPv6(address) ? "udp6" : "udp4";
      const socket = sockets.get(type) ?? open(type);
      socket.send(bytes, port, address, (error) => {
        if (error !== null) {
          onError(error);
        }
      });
    },
    async [Symbol.asyncDispose]() {
      const closing = [...sockets.values()].map(closed);
      sockets.clear();
      await Promise.all(closing);
    },
  };
}

/**
 * Returns a listen address of the family, or the wildcard address if there is none. The kernel then picks the source address by the
 * route.
 */
function hostFor(type: "udp4" | "udp6", hosts: readonly string[]): string {
  const wildcard = type === "udp6" ? "::" : "0.0.0.0";
  return hosts.find((host) => host !== "" && isIPv6(host) === (type === "udp6")) ?? wildcard;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}
