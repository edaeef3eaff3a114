/** Systems whose kernel distributes packets over all sockets of a shared port (SO_REUSEPORT). Node.js supports `reusePort` only there. */
const SHARING: ReadonlySet<NodeJS.Platform> = new Set(["linux", "freebsd", "sunos", "aix"]);

/** Whether several threads can listen on one port on this system, for example "linux". */
export function canSharePorts(platform: NodeJS.Platform): boolean {
  return SHARING.has(platform);
}
