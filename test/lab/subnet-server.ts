import { clientSubnetData, readClientSubnet, subnetOfOption } from "../../src/dns/message/edns-client-subnet.ts";
import { decodeMessage } from "../../src/dns/message/decode.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import type { Message, Question } from "../../src/dns/message/message.ts";
import { rdataFromText } from "../../src/dns/rdata/codec.ts";
import { parseSubnet, type Subnet } from "../../src/dns/address/subnet.ts";
import { CLASS, EDNS_OPTION, RCODE, TYPE, typeName } from "../../src/dns/registry.ts";
import { listen } from "../../src/transport/server/listen.ts";
import { responseTo } from "./name-server.ts";
import { labName } from "./zone-store.ts";

/** What one network gets; the longest network that contains the asker's counts. `0.0.0.0/0` is also for those who tell nothing of themselves. */
export interface SubnetAnswer {
  readonly network: string;
  /** `A 192.0.2.1` or `CNAME other.test`. */
  readonly data: string;
  /** Default: the network's own prefix. */
  readonly scope?: number;
}

export interface SubnetServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The subnets that came, in order: `192.0.2.0/24` or `none`, each behind its name. */
  readonly asked: readonly string[];
}

export interface SubnetServerOptions {
  /** By name. */
  readonly answers: Readonly<Record<string, readonly SubnetAnswer[]>>;
  /** How it treats the option; `refuse` and `formerr`: the whole query. Default: as RFC 7871 wants. */
  readonly manner?: "answer" | "ignore" | "refuse" | "formerr";
}

const TTL = 60;

/** An authoritative server whose addresses depend on the asker's network, as those of content networks do. It has every name under its zone's answers and no other. */
export async function startSubnetServer({ answers, manner = "answer" }: SubnetServerOptions): Promise<SubnetServer> {
  const table = new Map(Object.entries(answers).map(([name, list]) => [labName(name), list]));
  const asked: string[] = [];
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    onQuery: (bytes) => {
      const decoded = decodeMessage(bytes);
      const [question] = decoded.kind === "ok" ? decoded.message.questions : [];
      if (decoded.kind === "malformed" || decoded.message.response || question === undefined) {
        return undefined;
      }
      const subnet = subnetIn(decoded.message);
      asked.push(`${question.name} ${subnet === undefined ? "none" : `${subnet.address}/${subnet.prefix}`}`);
      return encodeMessage(answerTo(decoded.message, question, { table, manner, subnet }));
    },
  });
  return {
    host: listener.host,
    port: listener.port,
    asked,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

interface Situation {
  readonly table: ReadonlyMap<string, readonly SubnetAnswer[]>;
  readonly manner: NonNullable<SubnetServerOptions["manner"]>;
  readonly subnet: Subnet | undefined;
}

function answerTo(query: Message, question: Question, { table, manner, subnet }: Situation): Message {
  const base = { ...responseTo(query), authoritative: true };
  if (subnet !== undefined && (manner === "refuse" || manner === "formerr")) {
    return { ...base, rcode: manner === "refuse" ? RCODE.REFUSED : RCODE.FORMERR };
  }
  const told = manner === "ignore" ? undefined : subnet;
  const found = table.get(question.name)?.filter(({ network }) => contains(network, told)) ?? [];
  const best = found.toSorted((a, b) => prefixOf(b.network) - prefixOf(a.network))[0];
  const [type = "", data = ""] = best?.data.split(" ") ?? [];
  const isWanted = best !== undefined && (type === "CNAME" || type === typeName(question.type));
  const record = { name: question.name, type: TYPE.CNAME, class: CLASS.IN, ttl: TTL, rdata: new Uint8Array() };
  const text = type === "CNAME" ? labName(data) : data;
  return {
    ...base,
    rcode: best === undefined ? RCODE.NXDOMAIN : RCODE.NOERROR,
    answers: isWanted
      ? [{ ...record, type: type === "CNAME" ? TYPE.CNAME : question.type, rdata: rdataFromText(type, text) }]
      : [],
    authorities: isWanted ? [] : [soaAbove(question)],
    ...(base.edns && { edns: { ...base.edns, options: told === undefined ? [] : [optionFor(told, best)] } }),
  };
}

function soaAbove({ name }: Question): Message["authorities"][number] {
  const origin = labName(name.split(".").slice(-2, -1).join("."));
  const rdata = rdataFromText("SOA", `ns.${origin} host.${origin} 1 60 60 60 60`);
  return { name: origin, type: TYPE.SOA, class: CLASS.IN, ttl: TTL, rdata };
}

function optionFor(told: Subnet, best: SubnetAnswer | undefined): { readonly code: number; readonly data: Uint8Array } {
  const scope = best === undefined ? 0 : (best.scope ?? prefixOf(best.network));
  return { code: EDNS_OPTION.CLIENT_SUBNET, data: clientSubnetData(told, scope) };
}

function subnetIn({ edns }: Message): Subnet | undefined {
  const data = edns?.options.find(({ code }) => code === EDNS_OPTION.CLIENT_SUBNET)?.data;
  const read = data === undefined ? undefined : readClientSubnet(data);
  return read?.kind === "read" ? subnetOfOption(read.option, 128) : undefined;
}

function prefixOf(network: string): number {
  return parseSubnet(network)?.prefix ?? 0;
}

/** Networks are of IPv4. */
function contains(network: string, told: Subnet | undefined): boolean {
  const prefix = prefixOf(network);
  if (told === undefined || prefix === 0) {
    return prefix === 0;
  }
  const bits = (address: string): string =>
    address
      .split(".")
      .map((byte) => Number(byte).toString(2).padStart(8, "0"))
      .join("")
      .slice(0, prefix);
  return (
    told.prefix >= prefix && !told.address.includes(":") && bits(network.split("/")[0] ?? "") === bits(told.address)
  );
}
