import { HISTORY_REASONS } from "../dns-alias.ts";
import { list, object, oneOf, optional, text, time, whole } from "../schema/builders.ts";
import { MAX_ADDRESS_TEXT } from "./field-limits.ts";

/** The maximum number of entries in `status.history`. */
export const MAX_HISTORY = 8;
/** The maximum number of addresses of both families in one entry. */
export const MAX_HISTORY_ADDRESSES = 64;

const MAX_TARGET_TEXT = 256;

function addresses(family: string) {
  return list(
    `${family} addresses, sorted. A list that is too long ends with the number of the omitted addresses.`,
    text(`${family} address.`, { minLength: 2, maxLength: MAX_ADDRESS_TEXT }),
    { kind: "atomic", maxItems: MAX_HISTORY_ADDRESSES },
  );
}

const entry = object("Published set of addresses.", {
  revision: text("Number of the set, for example r7. The annotation dnsalias.io/pin can name this revision.", {
    minLength: 2,
    maxLength: 16,
    pattern: "^r[1-9][0-9]*$",
  }),
  publishedTime: time("Time at which dnsalias wrote the addresses to the DnsZone."),
  a: optional(addresses("IPv4")),
  aaaa: optional(addresses("IPv6")),
  targets: list(
    "Names of the targets whose addresses were published. Empty if an annotation has the addresses.",
    text("Name of the target.", { minLength: 1, maxLength: MAX_TARGET_TEXT }),
    { kind: "atomic", maxItems: 16 },
  ),
  reason: oneOf(
    "Reason of the change. Initial: the first set. Edited: the first change after an edit of the spec. FailedOver, FailedBack: a switch. Pinned: an annotation. Rotating: frequent changes in one entry. Changed: all other changes.",
    [...HISTORY_REASONS],
  ),
  generation: whole("Generation of the DnsAlias at this time.", { minimum: 0 }),
  uid: text("UID of the DnsAlias. Entries of a deleted DnsAlias with the same name have another UID.", {
    minLength: 1,
    maxLength: 512,
  }),
});

/** The field `status.history` of a DnsAlias. */
export const historySchema = list("Published sets of addresses, newest first.", entry, {
  kind: "atomic",
  maxItems: MAX_HISTORY,
});
