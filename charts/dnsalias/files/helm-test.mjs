// What `helm test` runs: is the controller ready, and does the bundled CoreDNS answer with authority for each zone?
import { lookup, Resolver } from "node:dns/promises";
import { setTimeout as delay } from "node:timers/promises";

const { READY_URL, SERVER, SERVER_PORT, DOMAINS = "", PATIENCE_MS = "120000" } = process.env;
const deadline = Date.now() + Number(PATIENCE_MS);

await until("the controller is ready", async () => {
  const response = await fetch(READY_URL, { signal: AbortSignal.timeout(2000) });
  return response.ok ? undefined : `${READY_URL} says ${response.status}: ${await response.text()}`;
});

for (const domain of DOMAINS.split(",").filter((text) => text !== "")) {
  await until(`${domain} is served`, async () => {
    const { address, family } = await lookup(SERVER);
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`${family === 6 ? `[${address}]` : address}:${SERVER_PORT}`]);
    const { serial } = await resolver.resolveSoa(domain);
    return serial > 0 ? undefined : `serial ${serial}`;
  });
}

async function until(what, probe) {
  for (;;) {
    const missing = await probe().catch((error) => error.message);
    if (missing === undefined) {
      console.log(`ok: ${what}`);
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`not so: ${what}: ${missing}`);
    }
    await delay(1000);
  }
}
