// What `helm test` runs: is the controller ready, and do the bundled CoreDNS and the responder answer with authority for their zones?
import { lookup, Resolver } from "node:dns/promises";
import { setTimeout as delay } from "node:timers/promises";

// QUESTIONS: DOMAIN@HOST:PORT, with commas between.
const { READY_URL, QUESTIONS = "", PATIENCE_MS = "120000" } = process.env;
const deadline = Date.now() + Number(PATIENCE_MS);

await until("the controller is ready", async () => {
  const response = await fetch(READY_URL, { signal: AbortSignal.timeout(2000) });
  return response.ok ? undefined : `${READY_URL} says ${response.status}: ${await response.text()}`;
});

for (const question of QUESTIONS.split(",").filter((text) => text !== "")) {
  const [, domain, host, port] = /^(.*)@(.*):(\d+)$/.exec(question);
  await until(`${domain} is served by ${host}`, async () => {
    const { address, family } = await lookup(host);
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`${family === 6 ? `[${address}]` : address}:${port}`]);
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
