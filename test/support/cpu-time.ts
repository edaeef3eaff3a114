/**
 * CPU time of this thread in milliseconds, for tests of how much work something takes. Time on the clock depends on what else the machine does,
 * so a limit on it fails by chance.
 */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
