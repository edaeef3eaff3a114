import type { Justified } from "./agreement-differences.ts";

/** Differences in the header and in EDNS. */
export const HEADER_DIFFERENCES: readonly Justified[] = [
  {
    title: "CD is copied from the query",
    peers: ["knot", "nsd"],
    aspects: ["flags"],
    is: ({ question, ours, theirs }) =>
      question.header?.checkingDisabled === true && ours.flags === `${theirs.flags} cd`,
    // Knot's answer to an unknown opcode has no CD either.
    counts: { knot: 40, nsd: 30 },
    why: "RFC 4035 3: CD MUST be copied, and CoreDNS copies it; according to 3.1.6, CD SHOULD be cleared. CD has no meaning in an authoritative answer",
  },
  {
    title: "AD is not copied from a query with an unknown opcode",
    peers: ["coredns"],
    aspects: ["flags"],
    is: ({ question, ours, theirs }) =>
      question.header?.authenticData === true &&
      question.header.opcode !== 0 &&
      ours.rcode === "NOTIMP" &&
      ours.flags === theirs.flags.replace(" ad", ""),
    counts: { coredns: 10 },
    why: "RFC 4035 3.1.6: a server without validation clears AD; CoreDNS clears AD in the answers to queries only",
  },
  {
    title: "the reserved bit is not copied from a query with an unknown opcode",
    peers: ["nsd"],
    aspects: ["flags"],
    is: ({ question, ours, theirs }) =>
      question.header?.reserved === true &&
      question.header.opcode !== 0 &&
      ours.rcode === "NOTIMP" &&
      ours.flags === theirs.flags.replace(" z", ""),
    counts: { nsd: 10 },
    why: "RFC 1035 4.1.1: the reserved bit must be zero in responses; NSD clears it in the answers to queries only",
  },
  {
    title: "the answer to an unknown opcode is only the header",
    peers: ["knot"],
    aspects: ["question", "edns"],
    is: ({ question, ours, theirs }) =>
      (question.header?.opcode ?? 0) !== 0 && ours.rcode === "NOTIMP" && theirs.rcode === "NOTIMP",
    why: "RFC 8906 3.1.4 requires only NOTIMP. The format after the header of another opcode is unknown. NSD does the same",
  },
  {
    title: "a client cookie gets a server cookie",
    peers: ["coredns", "knot", "nsd"],
    aspects: ["options"],
    is: ({ question, ours, theirs }) =>
      question.edns?.options.includes(10) === true &&
      ours.options.join() === "10 length 24" &&
      theirs.options.every((option) => option.startsWith("3 ")),
    why: "RFC 7873 5.2.3, RFC 9018: a client with a server cookie has no limits. Knot and NSD have cookies off by default, and CoreDNS has none",
  },
  {
    title: "no name of the server",
    peers: ["knot"],
    aspects: ["options"],
    is: ({ question, ours, theirs }) =>
      question.edns?.options.includes(3) === true &&
      !ours.options.some((option) => option.startsWith("3 ")) &&
      theirs.options.some((option) => option.startsWith("3 ")),
    why: "RFC 5001 2.1: NSID is optional; by default, NSD and CoreDNS don't send it",
  },
  {
    title: "the payload size is that of the responder",
    peers: ["coredns"],
    aspects: ["edns"],
    is: ({ ours, theirs }) =>
      ours.edns.startsWith("version 0 size 1232") && ours.edns === theirs.edns.replace(/size \d+/, "size 1232"),
    why: "RFC 6891 6.2.3: this field has the size that the sender accepts; CoreDNS returns the size of the client, and 0 with BADVERS",
  },
  {
    title: "a name outside all served zones has an extended error",
    peers: ["coredns"],
    aspects: ["options"],
    is: ({ ours, theirs }) =>
      ours.rcode === "REFUSED" && ours.options.join() === "15 code 20" && theirs.options.length === 0,
    why: "RFC 8914 4.21: the extended error is Not Authoritative; Knot and NSD do the same",
  },
  {
    title: "no extended error for a transfer or a class that is refused",
    peers: ["nsd"],
    aspects: ["options"],
    is: ({ question, ours, theirs }) =>
      (question.class !== "IN" || /^[AI]XFR$/.test(question.type)) &&
      ours.options.length === 0 &&
      theirs.options.every((option) => /^15 code (18|21)$/.test(option)),
    why: "RFC 8914 1: extended errors are optional; Knot and CoreDNS send none",
  },
];
