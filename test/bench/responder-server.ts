import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { parseName } from "../../src/dns/name/name.ts";
import { createResponderPool } from "../../src/responder/workers/pool.ts";
import { ADDRESSES, aliasName, DOMAIN } from "./responder-names.ts";

/**
 * The responder as a process of its own, as `responder-contenders.ts` starts it: how many aliases, how many workers, host and port. Its source of addresses
 * answers at once, as the controller does for what it keeps fresh.
 */
const [aliases = "10000", workers = "1", host = "127.0.0.1", port = "0"] = process.argv.slice(2);
const domain = parseName(DOMAIN);
const pool = createResponderPool({
  listen: [{ host, port: Number(port) }],
  workers: Number(workers),
  log: silentLogger,
  clock: systemClock,
  random: Math.random,
  source: {
    live: ({ family }) => {
      const now = systemClock.now();
      const freshUntil = now + 300_000;
      return Promise.resolve(
        family === "A"
          ? { kind: "addresses", addresses: ADDRESSES, freshUntil, refreshAt: now + 5_000 }
          : { kind: "none", refreshAt: freshUntil },
      );
    },
  },
});
pool.setZone({
  domain,
  clientSubnet: false,
  sets: [
    { name: domain, type: "SOA", ttl: 300, data: [`ns1.${domain} host.${domain} 1 3600 600 86400 300`] },
    { name: domain, type: "NS", ttl: 300, data: [`ns1.${domain}`] },
    { name: parseName(`ns1.${DOMAIN}`), type: "A", ttl: 300, data: ["192.0.2.53"] },
  ],
  aliases: Array.from({ length: Number(aliases) }, (_, index) => ({
    name: parseName(aliasName(index)),
    families: ["A", "AAAA"],
    maxTtl: 300,
  })),
});
await pool.open();
process.on("SIGTERM", () => {
  void pool[Symbol.asyncDispose]().then(() => process.exit(0));
});
