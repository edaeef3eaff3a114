/** Systems whose kernel distributes packets over all sockets of a shared port (SO_REUSEPORT). Node.js supports `reusePort` only there. */
const SHARING: readonly string[] = ["linux", "freebsd", "sunos", "aix"];

/** Whether several threads can listen on one port on this system. */
export const canSharePorts: boolean = SHARING.includes(process.platform);
