import { readdirSync, readlinkSync } from "node:fs";

/** How many sockets this process has open (Linux). */
export function openSockets(): number {
  return readdirSync("/proc/self/fd").filter((fd) => linkOf(fd).startsWith("socket:")).length;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ""; // the one of the listing itself
  }
}
