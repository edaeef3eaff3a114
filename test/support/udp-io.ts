import type { UdpIo } from "../../src/transport/server/listener.ts";
import { loadLibc } from "../../src/transport/udp/libc.ts";

/** The ways of UDP that this machine has. With CI=true on Linux, the lack of `node:ffi` is a failure. */
export const UDP_IOS: readonly UdpIo[] = hasFfi() ? ["dgram", "ffi"] : ["dgram"];

/** The `skip` option of a test that needs `node:ffi`. */
export const skipWithoutFfi: string | false = hasFfi() ? false : "this Node.js or system has no node:ffi";

/** What the tests of the responder listen with: TEST_UDP_IO, or ffi where it is there. `over-dgram.test.ts` plays them once more over dgram. */
export function udpIoOfRun(): UdpIo {
  const wanted = UDP_IOS.find((io) => io === process.env["TEST_UDP_IO"]);
  return wanted ?? (hasFfi() ? "ffi" : "dgram");
}

function hasFfi(): boolean {
  const loaded = loadLibc();
  if (loaded.kind === "unavailable" && process.env["CI"] === "true" && process.platform === "linux") {
    throw new Error(`no node:ffi: ${loaded.reason}`);
  }
  return loaded.kind === "loaded";
}
