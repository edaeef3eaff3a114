import assert from "node:assert/strict";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { startBind } from "./bind.ts";
import type { DnsEndpoint } from "./dns-probe.ts";
import { PYTHON } from "./dnspython.ts";
import { differenceOf, serialsThatFell, type WatchedAnswer } from "./zone-watch-answer.ts";

export type WatchedQuestion = readonly [name: string, type: string];

export interface ZoneWatchOptions {
  /** The server that serves what was published. */
  readonly at: DnsEndpoint;
  readonly zone: string;
  /** The text of the manifest: the records that must stay as they are. */
  readonly text: string;
  /** Default: SOA, NS, MX, TXT, CAA, HTTPS, and CNAME at the zone's apex. */
  readonly questions?: readonly WatchedQuestion[];
}

/** Asks a server all the time, by dnspython, over UDP and TCP, with EDNS and without. */
export interface ZoneWatch extends AsyncDisposable {
  /**
   * Waits for one more round, and throws unless each question was answered in each way, in each round, as BIND answers it out of the manifest's
   * text; only the serial of the SOA may be another, and must not fall.
   */
  assertUnchanged(): Promise<void>;
}

/** The first round is over when it is ready. What is expected is what BIND, given the text, answers to the same questions. */
export async function watchZone({ at, zone, text, questions = besides(zone) }: ZoneWatchOptions): Promise<ZoneWatch> {
  const expected = await answersOfBind(zone, text, questions);
  const asking = startAsking(at, questions);
  await asking.rounds(1);
  return {
    assertUnchanged: async () => {
      await asking.rounds(asking.count() + ROUNDS_AFTER);
      const seen = asking.seen();
      const differences = seen.flatMap((answer) => {
        const difference = differenceOf(answer, expected.get(keyOf(answer)));
        return difference === undefined ? [] : [difference];
      });
      assert.deepEqual(
        [...new Set(differences)].slice(0, SHOWN),
        [],
        `${differences.length} of ${seen.length} answers`,
      );
      assert.deepEqual(serialsThatFell(seen), []);
      assert.ok(seen.length >= ROUNDS_AFTER * expected.size, `${seen.length} answers`);
    },
    [Symbol.asyncDispose]: () => asking[Symbol.asyncDispose](),
  };
}

const SHOWN = 10;
/** One round that was under way, and one that began after the call. */
const ROUNDS_AFTER = 2;
const EVERY_MS = 300;

/** The types that an apex has beside an alias. A CNAME is there for neither. */
export function besides(zone: string): readonly WatchedQuestion[] {
  return ["SOA", "NS", "MX", "TXT", "CAA", "HTTPS", "CNAME"].map((type) => [zone, type]);
}

function keyOf({ name, type, protocol, edns }: WatchedAnswer): string {
  return `${name} ${type} ${protocol} ${edns}`;
}

async function answersOfBind(
  zone: string,
  text: string,
  questions: readonly WatchedQuestion[],
): Promise<ReadonlyMap<string, WatchedAnswer>> {
  await using bind = await startBind({ zones: { [zone]: text } });
  await using asking = startAsking(bind, questions);
  await asking.rounds(1);
  const failures = asking.seen().filter((answer) => "failure" in answer);
  assert.deepEqual(failures, [], "BIND answers each question");
  return new Map(asking.seen().map((answer) => [keyOf(answer), answer]));
}

interface Asking extends AsyncDisposable {
  /** All answers of the rounds that are over, in their order. */
  readonly seen: () => readonly WatchedAnswer[];
  /** Rounds that are over. */
  readonly count: () => number;
  /** Waits until so many are; throws when the asking ends before. */
  rounds(wanted: number): Promise<void>;
}

function startAsking({ host, port }: DnsEndpoint, questions: readonly WatchedQuestion[]): Asking {
  const child = spawn(PYTHON, ["-u", "-c", SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  const over: (readonly WatchedAnswer[])[] = [];
  const reading = readRounds(child, (answers) => over.push(answers));
  child.stdin.write(`${JSON.stringify({ host, port, questions, everyMs: EVERY_MS })}\n`);
  return {
    seen: () => over.flat(),
    count: () => over.length,
    rounds: async (wanted) => {
      while (over.length < wanted) {
        const before = over.length;
        await Promise.race([reading.ended, reading.next()]);
        assert.ok(over.length > before, `the asking ended after ${before} rounds`);
      }
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await reading.ended;
    },
  };
}

function readRounds(
  child: ChildProcessByStdio<Writable, Readable, null>,
  onRound: (answers: readonly WatchedAnswer[]) => void,
): { readonly ended: Promise<unknown>; next(): Promise<void> } {
  child.stdin.on("error", () => undefined); // it has ended; `ended` says so
  const lines = createInterface({ input: child.stdout });
  let waiting: (() => void)[] = [];
  lines.on("line", (line) => {
    onRound(JSON.parse(line));
    const woken = waiting;
    waiting = [];
    woken.forEach((wake) => wake());
  });
  return { ended: once(child, "close"), next: () => new Promise((resolve) => waiting.push(resolve)) };
}

/** One line of JSON a round. It ends when its input does, so that nothing is left when the test dies. */
const SCRIPT = `
import sys, json, select, dns.flags, dns.message, dns.query, dns.rcode, dns.rdatatype

def ask(name, type, protocol, edns):
    query = dns.message.make_query(name, type, **({"use_edns": 0, "payload": 1232} if edns else {}))
    by = dns.query.tcp if protocol == "tcp" else dns.query.udp
    asked = {"name": name, "type": type, "protocol": protocol, "edns": edns}
    try:
        reply = by(query, given["host"], port=given["port"], timeout=5)
    except Exception as error:
        return {**asked, "failure": f"{error.__class__.__name__}: {error}"}
    return {
        **asked,
        "rcode": dns.rcode.to_text(reply.rcode()),
        "flags": sorted(set(dns.flags.to_text(reply.flags).split()) & {"QR", "AA", "TC"}),
        "hasOpt": reply.edns >= 0,
        "answer": sorted(f"{s.name} {s.ttl} {dns.rdatatype.to_text(s.rdtype)} {r.to_text()}" for s in reply.answer for r in s),
    }

given = json.loads(sys.stdin.readline())
while True:
    print(json.dumps([ask(n, t, p, e) for n, t in given["questions"] for p in ("udp", "tcp") for e in (False, True)]))
    if select.select([sys.stdin], [], [], given["everyMs"] / 1000)[0]:
        break
`;
