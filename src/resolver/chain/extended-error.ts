import type { Message } from "../../dns/message/message.ts";
import { EDNS_OPTION, RCODE, rcodeName } from "../../dns/registry.ts";
import type { FailureReason } from "../../dns/lookup-result.ts";

export interface RcodeFailure {
  readonly reason: FailureReason;
  /** The answer of the server, for users: `answered SERVFAIL (DNSSEC Bogus: no DS for x.)`. */
  readonly detail: string;
}

/**
 * Returns the failure that the rcode of a response means. Undefined for NOERROR and NXDOMAIN, which contain information about the
 * name. SERVFAIL with an extended error of DNSSEC validation (RFC 8914 4.7 to 4.13: codes 6 to 12) is `bogus`.
 */
export function rcodeFailure(message: Message): RcodeFailure | undefined {
  const { rcode } = message;
  if (rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN) {
    return undefined;
  }
  const errors = extendedErrors(message);
  const said = errors.map(describe).join(", ");
  const detail = said === "" ? `answered ${rcodeName(rcode)}` : `answered ${rcodeName(rcode)} (${said})`;
  return { reason: reasonOf(rcode, errors), detail };
}

/** RFC 8914 2. */
interface ExtendedError {
  readonly code: number;
  /** EXTRA-TEXT as printable text of at most 200 characters. It is often empty. */
  readonly text: string;
}

/** The extended errors of a response, at most 4. A malicious response can have thousands. */
function extendedErrors(message: Message): readonly ExtendedError[] {
  return (message.edns?.options ?? [])
    .filter(({ code, data }) => code === EDNS_OPTION.EXTENDED_ERROR && data.length >= 2)
    .slice(0, MAX_ERRORS)
    .map(({ data }) => ({ code: ((data[0] ?? 0) << 8) | (data[1] ?? 0), text: printable(data.subarray(2)) }));
}

const MAX_ERRORS = 4;
const MAX_TEXT = 200;

/** RFC 8914 5.2. */
const MEANINGS: readonly string[] = [
  "Other Error",
  "Unsupported DNSKEY Algorithm",
  "Unsupported DS Digest Type",
  "Stale Answer",
  "Forged Answer",
  "DNSSEC Indeterminate",
  "DNSSEC Bogus",
  "Signature Expired",
  "Signature Not Yet Valid",
  "DNSKEY Missing",
  "RRSIGs Missing",
  "No Zone Key Bit Set",
  "NSEC Missing",
  "Cached Error",
  "Not Ready",
  "Blocked",
  "Censored",
  "Filtered",
  "Prohibited",
  "Stale NXDOMAIN Answer",
  "Not Authoritative",
  "Not Supported",
  "No Reachable Authority",
  "Network Error",
  "Invalid Data",
];
const FIRST_VALIDATION_ERROR = 6;
const LAST_VALIDATION_ERROR = 12;

function reasonOf(rcode: number, errors: readonly ExtendedError[]): FailureReason {
  switch (rcode) {
    case RCODE.SERVFAIL:
      return errors.some(({ code }) => code >= FIRST_VALIDATION_ERROR && code <= LAST_VALIDATION_ERROR)
        ? "bogus"
        : "servfail";
    case RCODE.REFUSED:
      return "refused";
    default:
      return "rcode";
  }
}

function describe({ code, text }: ExtendedError): string {
  const meaning = MEANINGS[code] ?? `extended error ${code}`;
  return text === "" ? meaning : `${meaning}: ${text}`;
}

/** Decodes UTF-8, and replaces characters that could control a terminal or break a log line with a space. */
function printable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_TEXT * 4));
  return text
    .replaceAll(/[\p{C}\p{Z}]+/gu, " ")
    .trim()
    .slice(0, MAX_TEXT);
}
