import type { Message, WireRecord } from "./message.ts";
import { isAtOrBelow, type Name } from "../name/name.ts";
import { printRdata } from "../rdata/codec.ts";
import { CLASS, RCODE, TYPE } from "../registry.ts";

export interface TransferOptions {
  readonly zone: Name;
  readonly id: number;
  /** The record types to keep. The other records are only counted and checked, so that memory is limited. */
  readonly wanted: ReadonlySet<number>;
  /** The maximum number of records of all types. */
  readonly maxRecords: number;
}

export type TransferStep =
  | { readonly kind: "more" }
  | { readonly kind: "done"; readonly records: readonly WireRecord[]; readonly serial: number }
  /** The server refuses the transfer. */
  | { readonly kind: "refused"; readonly rcode: number }
  /** The zone has more than `maxRecords` records. */
  | { readonly kind: "too-large"; readonly message: string }
  | { readonly kind: "malformed"; readonly problem: string };

/** Reads an answer to AXFR, message by message (RFC 5936 2.2): the records between the zone's SOA and its repetition. */
export interface TransferReader {
  push(message: Message): TransferStep;
}

/** A record with a name outside the zone, or with another class than IN, makes the whole transfer malformed. */
export function createTransferReader(options: TransferOptions): TransferReader {
  const records: WireRecord[] = [];
  let soa: WireRecord | undefined;
  let count = 0;
  let over = false;
  return {
    push: (message) => {
      const invalid = over ? malformed("a message after the last SOA") : checkHead(message, options, soa === undefined);
      if (invalid !== undefined) {
        return invalid;
      }
      for (const record of message.answers) {
        const problem = over ? "a record after the last SOA" : take(record);
        if (problem !== undefined) {
          return malformed(problem);
        }
        if (count > options.maxRecords) {
          return { kind: "too-large", message: `the zone has more than ${options.maxRecords} records` };
        }
      }
      return over && soa !== undefined ? { kind: "done", records, serial: serialOf(soa) } : { kind: "more" };
    },
  };

  function take(record: WireRecord): string | undefined {
    count += 1;
    const isSoa = record.type === TYPE.SOA && record.name === options.zone;
    if (!isAtOrBelow(record.name, options.zone) || record.class !== CLASS.IN) {
      return `a record that is not the zone's: ${record.name} of class ${record.class}`;
    }
    if (soa === undefined) {
      soa = record;
      return isSoa ? undefined : "the first record is not the zone's SOA";
    }
    if (isSoa) {
      over = true;
      return Buffer.compare(soa.rdata, record.rdata) === 0 ? undefined : "the last SOA is not the first one";
    }
    if (options.wanted.has(record.type)) {
      records.push(record);
    }
    return undefined;
  }
}

function checkHead(message: Message, { zone, id }: TransferOptions, isFirst: boolean): TransferStep | undefined {
  if (!message.response || message.id !== id || message.opcode !== 0) {
    return malformed("a message that answers something else");
  }
  if (message.rcode !== RCODE.NOERROR) {
    return { kind: "refused", rcode: message.rcode };
  }
  const [question] = message.questions;
  if (question === undefined && !isFirst) {
    return undefined; // RFC 5936 2.2.1: later messages may omit the question
  }
  const fits = question?.name === zone && question.type === TYPE.AXFR && message.questions.length === 1;
  return fits ? undefined : malformed("the answer is to another question");
}

function malformed(problem: string): TransferStep {
  return { kind: "malformed", problem };
}

/** RFC 1035 3.3.13: SERIAL is the first of the five numbers after the two names. */
function serialOf(soa: WireRecord): number {
  return Number(printRdata(TYPE.SOA, soa.rdata).split(" ")[2]);
}
