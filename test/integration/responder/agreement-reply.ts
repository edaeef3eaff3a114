import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Edns, type Message, type WireRecord } from "../../../src/dns/message/message.ts";
import { printRdata } from "../../../src/dns/rdata/codec.ts";
import { CLASS, rcodeName, typeName, typeNumber } from "../../../src/dns/registry.ts";
import type { ExchangeClient } from "../../../src/transport/client/exchange-by-protocol.ts";
import { labName } from "../../lab/zone-store.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import type { AgreementQuestion } from "./agreement-questions.ts";

/** What two servers are compared by: sections as sorted lines `name ttl type data`. */
export interface AgreementReply {
  readonly rcode: string;
  readonly aa: boolean;
  readonly tc: boolean;
  /** The opcode, and those of RD, RA, AD and CD that are set. */
  readonly flags: string;
  /** With the question's letters given back as they came. */
  readonly question: string;
  /** Version, payload size and DO. */
  readonly edns: string;
  /** Each EDNS option by number with the length of its data; for extended errors (15) with the code. */
  readonly options: readonly string[];
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
}

export const ASPECTS = [
  "rcode",
  "aa",
  "tc",
  "flags",
  "question",
  "edns",
  "options",
  "answer",
  "authority",
  "additional",
] as const;
export type Aspect = (typeof ASPECTS)[number];

/** Asks one question once; a server that does not answer is an error. */
export async function askForAgreement(
  client: ExchangeClient,
  server: DnsEndpoint,
  question: AgreementQuestion,
): Promise<AgreementReply> {
  const query = encodeMessage(queryOf(question));
  const result = await client.exchange(
    { protocol: question.protocol, address: server.host, port: server.port },
    { query, timeoutMs: 3_000, accept: () => true },
    new AbortController().signal,
  );
  if (result.kind !== "response") {
    throw new Error(`no answer from port ${server.port}: ${result.kind}`);
  }
  const decoded = decodeMessage(result.response);
  if (decoded.kind === "malformed") {
    throw new Error(`a malformed answer from port ${server.port}`);
  }
  return replyOf(decoded.message);
}

/** A message by what is compared. */
export function replyOf(message: Message): AgreementReply {
  const { edns } = message;
  return {
    rcode: rcodeName(message.rcode),
    aa: message.authoritative,
    tc: message.truncated,
    question: message.questions
      .map((asked) => `${asked.originalCase ?? asked.name} ${asked.class} ${asked.type}`)
      .join(),
    flags: flagsOf(message),
    edns: edns === undefined ? "none" : `version ${edns.version} size ${edns.udpSize}${edns.dnssecOk ? " do" : ""}`,
    options: (edns?.options ?? []).map(optionText).sort(),
    answer: linesOf(message.answers),
    authority: linesOf(message.authorities),
    additional: linesOf(message.additionals),
  };
}

function flagsOf({ opcode, recursionDesired, recursionAvailable, authenticData, checkingDisabled }: Message): string {
  const set = [
    recursionDesired ? "rd" : "",
    recursionAvailable ? "ra" : "",
    authenticData ? "ad" : "",
    checkingDisabled ? "cd" : "",
  ];
  return [`opcode ${opcode}`, ...set.filter((bit) => bit !== "")].join(" ");
}

/** RFC 8914 2: an extended error begins with its code. */
const EXTENDED_ERROR = 15;

function optionText({ code, data }: Edns["options"][number]): string {
  return code === EXTENDED_ERROR ? `${code} code ${data[1] ?? 0}` : `${code} length ${data.length}`;
}

function linesOf(records: readonly WireRecord[]): readonly string[] {
  return records
    .map(({ name, ttl, type, rdata }) => `${name} ${ttl} ${typeName(type)} ${printRdata(type, rdata)}`)
    .sort();
}

function queryOf(question: AgreementQuestion): Message {
  const { name, type, class: of, udpSize, dnssecOk, edns = { version: 0, options: [] }, header } = question;
  const spelled = name === "." ? name : `${name}.`;
  return {
    ...EMPTY_QUERY,
    ...header,
    id: 0x4a5b,
    questions: [{ name: labName(name), originalCase: spelled, type: typeNumber(type) ?? 0, class: CLASS[of] }],
    ...(udpSize !== undefined && {
      edns: {
        udpSize,
        version: edns.version,
        dnssecOk,
        options: edns.options.map((code) => ({ code, data: optionData(code) })),
      },
    }),
  };
}

/** What a client puts in. */
const OPTION_DATA: Readonly<Record<number, readonly number[]>> = {
  3: [], // NSID (RFC 5001 2.1)
  8: [0, 1, 24, 0, 198, 51, 100], // client subnet 198.51.100.0/24 (RFC 7871 6)
  10: [1, 2, 3, 4, 5, 6, 7, 8], // client cookie (RFC 7873 4)
};

function optionData(code: number): Uint8Array {
  return Uint8Array.from(OPTION_DATA[code] ?? [1, 2, 3]);
}
