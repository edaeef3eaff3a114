/** Systems whose kernel spreads what comes to a port over all sockets that share it (SO_REUSEPORT; Node takes `reusePort` nowhere else). */
const SHARING: readonly string[] = ["linux", "freebsd", "sunos", "aix"];

/** Whether several threads can answer at one port here. */
export const canSharePorts: boolean = SHARING.includes(process.platform);
