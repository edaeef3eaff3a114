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
  /** The other bits of the octets 0 to 3 as they came: the id, the opcode, and those of QR, RD, RA, Z, AD and CD that are set. */
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
  const query = queryBytes(question);
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
  return replyOf(decoded.message, result.response);
}

/** A message by what is compared. */
export function replyOf(message: Message, bytes: Uint8Array): AgreementReply {
  const { edns } = message;
  return {
    rcode: rcodeName(message.rcode),
    aa: message.authoritative,
    tc: message.truncated,
    question: message.questions
      .map((asked) => `${asked.originalCase ?? asked.name} ${asked.class} ${asked.type}`)
      .join(),
    flags: flagsOf(bytes),
    edns: edns === undefined ? "none" : `version ${edns.version} size ${edns.udpSize}${edns.dnssecOk ? " do" : ""}`,
    options: (edns?.options ?? []).map(optionText).sort(),
    answer: linesOf(message.answers),
    authority: linesOf(message.authorities),
    additional: linesOf(message.additionals),
  };
}

/** Reads the octets itself, so that no bit is lost on the way. AA, TC, and the rcode have aspects of their own. */
function flagsOf([idHigh = 0, idLow = 0, first = 0, second = 0]: Uint8Array): string {
  const set = [
    [first & 0x80, "qr"],
    [first & 0x01, "rd"],
    [second & 0x80, "ra"],
    [second & 0x40, "z"],
    [second & 0x20, "ad"],
    [second & 0x10, "cd"],
  ] as const;
  const id = ((idHigh << 8) | idLow).toString(16);
  return [`id ${id} opcode ${(first >> 3) & 0xf}`, ...set.filter(([bit]) => bit !== 0).map(([, name]) => name)].join(
    " ",
  );
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

function queryBytes(question: AgreementQuestion): Uint8Array {
  const bytes = encodeMessage(queryOf(question));
  if (question.header?.reserved === true) {
    bytes[FLAGS_OCTET] = (bytes[FLAGS_OCTET] ?? 0) | 0x40;
  }
  return bytes;
}

const FLAGS_OCTET = 3;

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
