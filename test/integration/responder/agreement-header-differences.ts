import type { Justified } from "./agreement-differences.ts";

/** Differences in the header and in EDNS. */
export const HEADER_DIFFERENCES: readonly Justified[] = [
  {
    title: "CD comes back as it was sent",
    peers: ["knot", "nsd"],
    aspects: ["flags"],
    is: ({ question, ours, theirs }) =>
      question.header?.checkingDisabled === true && ours.flags === `${theirs.flags} cd`,
    why: "RFC 4035 3: it MUST be copied, as CoreDNS does; 3.1.6 says that it SHOULD be cleared. It means nothing in an answer with authority",
  },
  {
    title: "an opcode that is not known gets the header alone",
    peers: ["knot"],
    aspects: ["question", "edns"],
    is: ({ question, ours, theirs }) =>
      (question.header?.opcode ?? 0) !== 0 && ours.rcode === "NOTIMP" && theirs.rcode === "NOTIMP",
    why: "RFC 8906 3.1.4: NOTIMP is all that is asked for; what comes behind the header of another opcode is not known. NSD does the same",
  },
  {
    title: "a client cookie gets a server cookie",
    peers: ["coredns", "knot", "nsd"],
    aspects: ["options"],
    is: ({ question, ours, theirs }) =>
      question.edns?.options.includes(10) === true &&
      ours.options.join() === "10 length 24" &&
      theirs.options.every((option) => option.startsWith("3 ")),
    why: "RFC 7873 5.2.3, RFC 9018: a client with one has no limits; Knot and NSD have cookies off by default, and CoreDNS has none",
  },
  {
    title: "no name of the server",
    peers: ["knot"],
    aspects: ["options"],
    is: ({ question, ours, theirs }) =>
      question.edns?.options.includes(3) === true &&
      !ours.options.some((option) => option.startsWith("3 ")) &&
      theirs.options.some((option) => option.startsWith("3 ")),
    why: "RFC 5001 2.1: NSID is optional; NSD and CoreDNS send none either unless they are told to",
  },
  {
    title: "the payload size is our own",
    peers: ["coredns"],
    aspects: ["edns"],
    is: ({ ours, theirs }) =>
      ours.edns.startsWith("version 0 size 1232") && ours.edns === theirs.edns.replace(/size \d+/, "size 1232"),
    why: "RFC 6891 6.2.3: what the sender can take; CoreDNS gives the client's back, and 0 with BADVERS",
  },
  {
    title: "a name of no zone here has an extended error",
    peers: ["coredns"],
    aspects: ["options"],
    is: ({ ours, theirs }) =>
      ours.rcode === "REFUSED" && ours.options.join() === "15 code 20" && theirs.options.length === 0,
    why: "RFC 8914 4.21: Not Authoritative; Knot and NSD do the same",
  },
  {
    title: "no extended error for a transfer or a class that is refused",
    peers: ["nsd"],
    aspects: ["options"],
    is: ({ question, ours, theirs }) =>
      (question.class !== "IN" || /^[AI]XFR$/.test(question.type)) &&
      ours.options.length === 0 &&
      theirs.options.every((option) => /^15 code (18|21)$/.test(option)),
    why: "RFC 8914 1: they may be there; Knot and CoreDNS send none",
  },
];
