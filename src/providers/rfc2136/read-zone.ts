import type { Millis } from "../../base/clock.ts";
import type { Name } from "../../dns/name/name.ts";
import type { RRset } from "../../dns/record.ts";
import { createTransferReader, type TransferStep } from "../../dns/message/transfer-reader.ts";
import { RCODE, TYPE } from "../../dns/registry.ts";
import type { ResolverServer } from "../../transport/exchange.ts";
import { serverText, type Session } from "./client.ts";
import type { Problem } from "./server-error.ts";
import { delegationsOf, READ_TYPES, rrsetsOfMessage, questionMessage } from "./convert.ts";
export type ZoneRead =
  | {
      readonly kind: "ok";
      readonly sets: readonly RRset[];
      readonly delegations: readonly Name[];
      readonly serial: number;
    }
  /** The server refuses a transfer of the zone, or the zone is too large. Queries can still read it. */
  | { readonly kind: "not-given"; readonly message: string; readonly tooLarge: boolean }
  | Problem;

/** Reads the A, AAAA, HTTPS, CNAME and TXT RRsets of the zone, and its delegations, by AXFR (RFC 5936). */
export async function readZone(
  session: Session,
  { server, zone, id }: { readonly server: ResolverServer; readonly zone: Name; readonly id: number },
  signal: AbortSignal,
): Promise<ZoneRead> {
  const reader = createTransferReader({ zone, id, wanted: TRANSFER_TYPES, maxRecords: MAX_RECORDS });
  let last: TransferStep = { kind: "more" };
  const request = {
    query: questionMessage(id, zone, TYPE.AXFR),
    silenceMs: SILENCE_MS,
    timeoutMs: TRANSFER_MS,
    maxBytes: MAX_BYTES,
    take: (message: Parameters<typeof reader.push>[0]): "more" | "end" => {
      last = reader.push(message);
      return last.kind === "more" ? "more" : "end";
    },
  };
  const reply = await session.stream(server, request, signal);
  if (reply.kind !== "ended") {
    return reply.kind === "closed" || reply.kind === "too-large"
      ? { kind: "not-given", message: reply.message, tooLarge: reply.kind === "too-large" }
      : reply;
  }
  return resultOf(serverText(server), zone, last);
}

const TRANSFER_TYPES: ReadonlySet<number> = new Set([...READ_TYPES, TYPE.NS]);

/** A zone of a million records has about 50 MB on the wire, and takes less memory. */
const MAX_RECORDS = 1_000_000;
const MAX_BYTES = 128 * 1024 * 1024;
const SILENCE_MS: Millis = 10_000;
const TRANSFER_MS: Millis = 120_000;

function resultOf(server: string, zone: Name, step: TransferStep): ZoneRead {
  switch (step.kind) {
    case "done":
      return {
        kind: "ok",
        sets: rrsetsOfMessage(step.records),
        delegations: delegationsOf(step.records, zone),
        serial: step.serial,
      };
    case "refused":
      return step.rcode === RCODE.SERVFAIL
        ? { kind: "failed", message: `${server} answers SERVFAIL to a zone transfer` }
        : { kind: "not-given", message: `${server} refuses a zone transfer`, tooLarge: false };
    case "too-large":
      return { kind: "not-given", message: `${server}: ${step.message}`, tooLarge: true };
    case "malformed":
      return { kind: "failed", message: `${server} sends an invalid zone transfer: ${step.problem}` };
    case "more":
      return { kind: "failed", message: `${server} ended a zone transfer too early` };
  }
}
