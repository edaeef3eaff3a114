import assert from "node:assert/strict";
import { join } from "node:path";
import type { FloodCounts, FloodOptions } from "./flood-client.ts";
import type { OutsideNetwork } from "./outside-network.ts";

const SCRIPT = join(import.meta.dirname, "flood-client.ts");

/** Floods a responder from one /24 of the network, while a real client asks from another one. */
export async function floodFromOutside(
  network: OutsideNetwork,
  options: Pick<FloodOptions, "port" | "domain" | "names" | "seconds">,
): Promise<FloodCounts> {
  const [floodFrom, clientFrom] = network.clients;
  const all: FloodOptions = { host: network.host, floodFrom, clientFrom, ...options };
  const counts: FloodCounts = JSON.parse(await network.runThere(SCRIPT, JSON.stringify(all)));
  return counts;
}

/** docs/concepts/rate-limits.md: answers with data for each network, name, and type, a second and worker; two seconds' worth at once. */
const ANSWERS_PER_SECOND = 200;
const BURST_SECONDS = 2;

/** Fails unless the flood got no more answers than the documented limit allows, and fewer bytes than it sent. */
export function checkLimited(counts: FloodCounts, workers: number): void {
  const allowed = workers * ANSWERS_PER_SECOND * (counts.seconds + BURST_SECONDS + 1);
  assert.ok(
    counts.repeated > 1.5 * allowed,
    `a flood of ${counts.repeated} questions shows nothing: ${allowed} are allowed`,
  );
  assert.ok(
    counts.repeatedAnswers <= allowed,
    `${counts.repeatedAnswers} answers to ${counts.repeated} questions in ${counts.seconds} s, over ${allowed}`,
  );
  assert.ok(counts.repeatedAnswers > 0, "the name is served");
  assert.ok(counts.bytesIn < counts.bytesOut, `${counts.bytesIn} bytes came for ${counts.bytesOut}`);
}

/** What part of the real client's questions has to be answered at the first try; the rest is for a machine that is busy. */
const FIRST_TRIES = 0.9;

/** Fails unless the real client got answers at its first tries while the flood lasted. */
export function checkFirstTries({ asked, answered, seconds }: FloodCounts): void {
  assert.ok(asked >= 50, `the client asked ${asked} questions in ${seconds} s`);
  assert.ok(answered >= FIRST_TRIES * asked, `${answered} answers to the first tries of ${asked} questions`);
}
