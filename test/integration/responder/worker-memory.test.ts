import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { askUdp, queryFor } from "./asker.ts";
import { alias, openPool, zone } from "./scene.ts";

// In a file of its own: with coverage, which test/mutants measures, a worker doesn't come to the end of its memory in time.

const linux = process.platform === "linux" ? false : "reusePort is for Linux";
const served = zone({ aliases: Array.from({ length: 200 }, (_, index) => alias(`a${index}.example.com`)) });

test(
  "a worker that needs more memory than it may have is replaced; its successor has all zones",
  { skip: linux },
  async () => {
    await using at = await openPool([], { workers: 1, limits: { maxHeapMb: 24 } });
    const aliases = Array.from({ length: 400_000 }, (_, index) => alias(`${"long".repeat(10)}${index}.example.com`));
    at.pool.setZone(zone({ aliases }));
    await until(() => at.pool.restarts >= 1);
    at.pool.setZone(served);
    await until(async () => (await askUdp(at, queryFor("a1.example.com"), 500, 10)).message.rcode === 0);
  },
);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; await delay(20)) {
    if (await isSo()) {
      return;
    }
  }
  throw new Error("it did not become so in 20 s");
}
