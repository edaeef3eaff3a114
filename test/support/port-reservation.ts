import { once } from "node:events";
import { createServer } from "node:net";

/** Reserves a port until this process ends. False: a process that runs has it, this one included. */
export function reservePort(port: number): Promise<boolean> {
  return reserve(`port-${port}`);
}

/**
 * Reserves a name until this process ends, however it ends. False: a process that runs has it, this one included.
 * The reservation is an abstract Unix socket (unix(7)): no file is left behind, each user may take one, and each network
 * namespace has its own, as it has its own ports.
 */
export async function reserve(name: string): Promise<boolean> {
  const server = createServer().unref();
  try {
    server.listen(`\0dnsalias-test-${name}`);
    await once(server, "listening");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      return false;
    }
    throw error;
  }
}
