/** One answer as dnspython read it. */
export type WatchedAnswer = WatchedWay & (WatchedReply | { readonly failure: string });

interface WatchedWay {
  readonly name: string;
  readonly type: string;
  readonly protocol: "udp" | "tcp";
  /** The question had an OPT record. */
  readonly edns: boolean;
}

interface WatchedReply {
  readonly rcode: string;
  /** Of QR, AA, and TC those that are set, sorted. */
  readonly flags: readonly string[];
  readonly hasOpt: boolean;
  /** `name ttl type data`, sorted. */
  readonly answer: readonly string[];
}

/** How an answer differs from the expected one, as text; undefined: it does not. The SOA's serial is no difference. */
export function differenceOf(answer: WatchedAnswer, expected: WatchedAnswer | undefined): string | undefined {
  const was = shown(answer);
  const wanted = expected === undefined ? "nothing is expected" : shown(expected);
  const { name, type, protocol, edns } = answer;
  return was === wanted
    ? undefined
    : `${name} ${type} over ${protocol} ${edns ? "with" : "without"} EDNS: ${was}; expected: ${wanted}`;
}

/** Serials that came after a higher one, as text. The answers are in the order in which they came. */
export function serialsThatFell(answers: readonly WatchedAnswer[]): readonly string[] {
  const serials = answers.flatMap((answer) => serialIn(answer) ?? []);
  return serials.flatMap((serial, index) => {
    const before = serials[index - 1] ?? serial;
    return serial < before ? [`${serial} after ${before}`] : [];
  });
}

const SOA = /^(\S+ \d+ SOA \S+ \S+) (\d+) /;

function serialIn(answer: WatchedAnswer): number | undefined {
  const text = "failure" in answer ? undefined : SOA.exec(answer.answer[0] ?? "")?.[2];
  return text === undefined ? undefined : Number(text);
}

function shown(answer: WatchedAnswer): string {
  if ("failure" in answer) {
    return answer.failure;
  }
  const { rcode, flags, hasOpt, answer: records } = answer;
  const lines = records.map((record) => record.replace(SOA, "$1 SERIAL ")).join("; ");
  return `${rcode} ${flags.join(" ")} ${hasOpt ? "OPT" : "no OPT"} [${lines}]`;
}
