import { randomInt } from "node:crypto";
import { decodeMessage } from "../../src/dns/message/decode.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Edns, type Message } from "../../src/dns/message/message.ts";
import { printRdata } from "../../src/dns/rdata/codec.ts";
import { CLASS, rcodeName, typeName, typeNumber } from "../../src/dns/registry.ts";
import { createExchange } from "../../src/transport/client/exchange-by-protocol.ts";
import { labName } from "./zone-store.ts";

export interface QuestionOptions {
  readonly protocol?: "udp" | "tcp";
  /** Absent: a size of 1232 and no options; `false`: without EDNS. */
  readonly edns?: Edns | false;
  readonly timeoutMs?: number;
}

/** What a server said, for people and for tests: sections as zone-file lines. */
export type Reply =
  | {
      readonly kind: "reply";
      /** The id of the question. */
      readonly asked: number;
      readonly rcode: string;
      readonly message: Message;
      readonly answers: readonly string[];
      readonly authorities: readonly string[];
    }
  | { readonly kind: "timeout" | "unreachable" | "malformed" };

/** Asks one server one question and takes the first packet that comes, right or wrong. */
export async function ask(
  server: { readonly host: string; readonly port: number },
  name: string,
  type: string,
  options: QuestionOptions = {},
): Promise<Reply> {
  await using client = createExchange();
  const edns = options.edns ?? { udpSize: 1_232, version: 0, dnssecOk: false, options: [] };
  const query: Message = {
    ...EMPTY_QUERY,
    id: randomInt(0x1_0000),
    recursionDesired: true,
    questions: [{ name: labName(name), type: typeNumber(type) ?? 0, class: CLASS.IN }],
    ...(edns !== false && { edns }),
  };
  const result = await client.exchange(
    { protocol: options.protocol ?? "udp", address: server.host, port: server.port },
    { query: encodeMessage(query), timeoutMs: options.timeoutMs ?? 2_000, accept: () => true },
    new AbortController().signal,
  );
  if (result.kind !== "response") {
    return { kind: result.kind };
  }
  const decoded = decodeMessage(result.response);
  if (decoded.kind === "malformed") {
    return { kind: "malformed" };
  }
  const { message } = decoded;
  const { answers, authorities } = message;
  return {
    kind: "reply",
    asked: query.id,
    rcode: rcodeName(message.rcode),
    message,
    answers: answers.map(lineOf),
    authorities: authorities.map(lineOf),
  };
}

function lineOf({ name, ttl, type, rdata }: Message["answers"][number]): string {
  return `${name} ${ttl} ${typeName(type)} ${printRdata(type, rdata)}`;
}
