import { createSocket, type Socket } from "node:dgram";
import { connect } from "node:net";
import { randomInt } from "node:crypto";
import { decode, encode, type DecodedPacket } from "dns-packet";

export interface DnsEndpoint {
  readonly host: string;
  readonly port: number;
}

/** A readiness probe: undefined when the server answers over UDP and takes TCP connections. */
export async function probeDns(endpoint: DnsEndpoint): Promise<string | undefined> {
  const reply = await askOnce(endpoint, { type: "TXT", name: "version.bind", class: "CH" });
  return reply === undefined ? "no answer over UDP" : probeTcp(endpoint);
}

/** A readiness probe of an authoritative server: undefined when it answers each zone's SOA with authority. */
export async function probeZones(endpoint: DnsEndpoint, zones: readonly string[]): Promise<string | undefined> {
  for (const zone of zones) {
    const reply = await askOnce(endpoint, { type: "SOA", name: withoutFinalDot(zone), class: "IN" });
    if (reply === undefined) {
      return "no answer over UDP";
    }
    if (!reply.flag_aa || reply.answers?.length === 0) {
      return `zone ${zone} is not served`;
    }
  }
  return probeTcp(endpoint);
}

interface ProbeQuestion {
  readonly type: "SOA" | "TXT";
  readonly name: string;
  readonly class: "IN" | "CH";
}

const ANSWER_WITHIN_MS = 500;

async function askOnce(endpoint: DnsEndpoint, question: ProbeQuestion): Promise<DecodedPacket | undefined> {
  const socket = createSocket(endpoint.host.includes(":") ? "udp6" : "udp4");
  const id = randomInt(65_536);
  try {
    socket.on("error", () => undefined);
    socket.connect(endpoint.port, endpoint.host);
    const reply = nextReply(socket, id);
    await new Promise<void>((resolve) => {
      socket.once("connect", resolve);
    });
    socket.send(encode({ type: "query", id, questions: [question] }));
    return await reply;
  } finally {
    socket.close();
  }
}

function nextReply(socket: Socket, id: number): Promise<DecodedPacket | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
    const settle = (reply: DecodedPacket | undefined): void => {
      clearTimeout(timer);
      resolve(reply);
    };
    socket.once("error", () => settle(undefined)); // the port is closed: ECONNREFUSED
    socket.on("message", (bytes) => {
      const packet = decode(bytes);
      if (packet.id === id) {
        settle(packet);
      }
    });
  });
}

function probeTcp(endpoint: DnsEndpoint): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint.host, port: endpoint.port });
    socket.setTimeout(ANSWER_WITHIN_MS);
    socket.once("connect", () => settle(undefined));
    socket.once("timeout", () => settle("no TCP connection"));
    socket.once("error", (error) => settle(`no TCP connection: ${error.message}`));
    const settle = (missing: string | undefined): void => {
      socket.destroy();
      resolve(missing);
    };
  });
}

function withoutFinalDot(name: string): string {
  return name === "." ? name : name.replace(/\.$/, "");
}
