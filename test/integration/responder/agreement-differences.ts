import type { AgreementQuestion } from "./agreement-questions.ts";
import type { AgreementReply, Aspect } from "./agreement-reply.ts";
import { HEADER_DIFFERENCES } from "./agreement-header-differences.ts";
import type { Peer } from "./agreement-servers.ts";

/** Two answers to one question that are not the same in one aspect. */
export interface Difference {
  readonly peer: Peer;
  readonly aspect: Aspect;
  readonly question: AgreementQuestion;
  readonly ours: AgreementReply;
  readonly theirs: AgreementReply;
}

/** A difference that is meant. `is` says which, as narrowly as it can be said. */
export interface Justified {
  readonly title: string;
  readonly peers: readonly Peer[];
  readonly aspects: readonly Aspect[];
  readonly is: (difference: Difference) => boolean;
  /** How many differences each of the peers has; absent: at least one. */
  readonly counts?: Readonly<Partial<Record<Peer, number>>>;
  /** The RFC and why ours is as it is. */
  readonly why: string;
}

/** Every difference there is, each with its reason; also in docs/concepts/responder-answers.md. */
export const JUSTIFIED: readonly Justified[] = [
  {
    title: "no NS records of the apex in addition to an answer",
    peers: ["coredns", "nsd"],
    aspects: ["authority"],
    is: ({ ours, theirs }) => ours.answer.length > 0 && ours.authority.length === 0 && isApexNs(theirs.authority),
    why: "RFC 1034 4.3.2 step 6 requires no NS records; without them the answer is smaller, as with minimal-responses of Knot and BIND",
  },
  {
    title: "no addresses of the apex's name servers, as their NS records are not there",
    peers: ["nsd"],
    aspects: ["additional"],
    is: ({ ours, theirs }) =>
      ours.authority.length === 0 &&
      isApexNs(theirs.authority) &&
      same(without(theirs.additional, NS_ADDRESSES), without(ours.additional, NS_ADDRESSES)),
    why: "RFC 1034 4.3.2 step 6: additional records are for records that are in the answer",
  },
  {
    title: "addresses and service records of a service record's target",
    peers: ["coredns", "knot", "nsd"],
    aspects: ["additional"],
    is: ({ question, ours, theirs }) =>
      question.type === "HTTPS" &&
      without(theirs.additional, NS_ADDRESSES, ours.additional).length === 0 &&
      without(ours.additional, SERVICE_ADDRESSES).length === 0,
    why: "RFC 9460 4.1: these records SHOULD be present; for the target . they are the records of the owner name",
  },
  {
    title: "the SOA of a negative answer has the negative TTL",
    peers: ["coredns"],
    aspects: ["authority"],
    is: ({ ours, theirs }) =>
      ours.authority.length === 1 &&
      same(
        theirs.authority,
        ours.authority.map((line) => line.replace(" 60 SOA", " 300 SOA")),
      ),
    why: "RFC 2308 3: min(SOA TTL, MINIMUM)",
  },
  {
    title: "a CNAME whose target does not exist has the SOA too",
    peers: ["coredns"],
    aspects: ["authority"],
    is: ({ ours, theirs }) =>
      ours.answer.some((line) => line.includes(" CNAME ")) &&
      ours.authority.some((line) => line.includes(" SOA ")) &&
      isApexNs(theirs.authority),
    why: "RFC 2308 2.1, 2.2, 5: a negative answer without the SOA must not be cached",
  },
  {
    title: "ANY gets one HINFO",
    peers: ["coredns", "knot", "nsd"],
    aspects: ["answer", "authority", "additional"],
    is: ({ question, ours, theirs }) =>
      question.type === "ANY" && ours.rcode === theirs.rcode && ours.answer.some((line) => line.includes(" HINFO ")),
    why: "RFC 8482 4.2: the answer is small, and needs no lookup; Knot and NSD choose one RRset (4.1), CoreDNS answers NODATA",
  },
  {
    title: "ANY below a DNAME ends at the synthesized CNAME",
    peers: ["knot", "nsd"],
    aspects: ["answer"],
    is: ({ question, ours, theirs }) =>
      question.type === "ANY" && isCnameLast(ours) && without(ours.answer, theirs.answer).length === 0,
    why: "RFC 1034 3.6.2: a CNAME that itself answers the query is not followed, and CoreDNS does the same",
  },
  {
    title: "a loop of CNAMEs has each CNAME once",
    peers: ["coredns"],
    aspects: ["rcode", "aa", "answer"],
    is: ({ question, ours }) =>
      /^(round|self)\./.test(question.name) &&
      ours.rcode === "NOERROR" &&
      ours.answer.length > 0 &&
      ours.answer.every((line) => /^(round|trip|self)\./.test(line)),
    why: "RFC 1034 3.6.2: loops should be harmless; Knot and NSD do the same, CoreDNS repeats the CNAMEs or fails",
  },
  {
    title: "glue of a delegation whose servers are elsewhere in the zone",
    peers: ["coredns"],
    aspects: ["additional"],
    is: ({ ours, theirs }) =>
      !ours.aa && ours.authority.some((line) => line.startsWith("qa.")) && theirs.additional.length === 0,
    why: "RFC 9471 2.2, 3.2: this is sibling glue; Knot and NSD return it too",
  },
  {
    title: "addresses of name servers after a CNAME",
    peers: ["coredns"],
    aspects: ["additional"],
    is: ({ question, ours, theirs }) =>
      question.type === "NS" && ours.answer.some((line) => line.includes(" CNAME ")) && theirs.additional.length === 0,
    why: "RFC 1034 4.3.2 step 6: the answer has the same additional records as without the CNAME",
  },
  {
    title: "a CNAME into another zone of the same server is not followed",
    peers: ["coredns", "knot", "nsd"],
    aspects: ["rcode", "answer", "authority", "additional"],
    is: ({ question, ours }) =>
      /^(tochild|toorphan|up\.child)\./.test(question.name) &&
      ours.rcode === "NOERROR" &&
      ours.answer.length === 1 &&
      isCnameLast(ours) &&
      ours.authority.length === 0,
    why: "RFC 1034 4.3.2 step 3a continues with step 1. However, a resolver queries the target again (RFC 2181 5.4.1). NSD follows it, CoreDNS in part, Knot answers from the first zone",
  },
  {
    title: "a zone itself answers DS queries for names below its apex",
    peers: ["coredns"],
    aspects: ["rcode", "aa", "answer", "authority", "additional"],
    is: ({ question }) => question.type === "DS" && /\.(child|orphan)\./.test(question.name),
    why: "RFC 4035 3.1.4.1 applies only to the apex; Knot and NSD do the same",
  },
  {
    title: "DS of a zone that the parent zone does not delegate: NODATA with the SOA of the zone itself",
    peers: ["coredns", "knot", "nsd"],
    aspects: ["rcode", "authority"],
    is: ({ question, ours, theirs }) =>
      question.type === "DS" &&
      question.name.startsWith("orphan.") &&
      ours.rcode === "NOERROR" &&
      theirs.authority.every((line) => line.startsWith("example.com. ")),
    why: "RFC 8020 2: NXDOMAIN would deny every name in the zone; NSD also answers NODATA, with the SOA of the zone above",
  },
  {
    title: "no DS in a referral",
    peers: ["coredns"],
    aspects: ["authority"],
    is: ({ question, ours, theirs }) =>
      question.dnssecOk &&
      !ours.aa &&
      without(theirs.authority, ours.authority).every((line) => line.includes(" DS ")) &&
      without(ours.authority, theirs.authority).length === 0,
    why: "RFC 4035 3.1.4 requires DS records in signed zones; the zone of the test is not signed, and Knot and NSD do the same",
  },
  {
    title: "a truncated answer has no part of the RRset that did not fit",
    peers: ["coredns"],
    aspects: ["answer"],
    is: ({ ours, theirs }) => ours.tc && theirs.tc && ours.answer.length === 0,
    why: "RFC 2181 9: the client queries again over TCP and ignores partial RRsets",
  },
  {
    title: "no answer over UDP above 1,232 bytes",
    peers: ["coredns"],
    aspects: ["tc", "answer", "authority"],
    is: ({ question, ours, theirs }) => (question.udpSize ?? 0) > 1_232 && ours.tc && !theirs.tc,
    why: "RFC 9715 3.1: a larger answer could be fragmented; Knot and NSD do the same",
  },
  {
    title: "other classes are refused",
    peers: ["knot", "nsd"],
    aspects: ["rcode", "aa", "answer"],
    is: ({ question, ours, theirs }) =>
      question.class !== "IN" && ours.rcode === "REFUSED" && theirs.rcode === "NOERROR",
    why: "RFC 1035 4.1.1: REFUSED reports a policy. The version is private (RFC 4892 1), and no zone has class ANY (RFC 1034 3.7.1); CoreDNS does the same",
  },
  {
    title: "a transfer that is not permitted is REFUSED",
    peers: ["knot"],
    aspects: ["rcode"],
    is: ({ question, ours, theirs }) =>
      /^[AI]XFR$/.test(question.type) && ours.rcode === "REFUSED" && theirs.rcode === "NOTAUTH",
    why: "RFC 5936 2.2.1: REFUSED reports a policy; NOTAUTH is for zones that a server does not have (NSD and CoreDNS answer REFUSED)",
  },
  {
    title: "type 0 is treated as any other type",
    peers: ["knot"],
    aspects: ["rcode", "aa", "authority"],
    is: ({ question, theirs }) => question.type === "TYPE0" && theirs.rcode === "NOTIMP",
    why: "RFC 8906 3.1.2: an unknown type has no records; NSD and CoreDNS do the same",
  },
  ...HEADER_DIFFERENCES,
];

const APEX_NS: readonly (readonly string[])[] = [
  ["example.com. 300 NS ns1.example.com.", "example.com. 300 NS ns2.example.com."],
  ["child.example.com. 300 NS ns1.child.example.com."],
  ["orphan.example.com. 300 NS ns1.orphan.example.com."],
];
const NS_ADDRESSES = [
  "ns1.example.com. 300 A 192.0.2.1",
  "ns1.example.com. 300 AAAA 2001:db8::1",
  "ns2.example.com. 300 A 192.0.2.2",
  "ns1.child.example.com. 300 A 192.0.2.11",
  "ns1.orphan.example.com. 300 A 192.0.2.13",
];
const SERVICE_ADDRESSES = [
  "mail.example.com. 300 A 192.0.2.3",
  "mail.example.com. 300 AAAA 2001:db8::3",
  "shop.example.com. 120 A 198.51.100.3",
  "shop.example.com. 120 AAAA 2001:db8:1::3",
  "svc.example.com. 300 A 192.0.2.4",
  "svc.example.com. 300 HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.4",
];

function isApexNs(lines: readonly string[]): boolean {
  return APEX_NS.some((records) => same(lines, records));
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && without(left, right).length === 0;
}

function without(lines: readonly string[], ...others: readonly (readonly string[])[]): readonly string[] {
  return lines.filter((line) => !others.some((other) => other.includes(line)));
}

function isCnameLast({ answer }: AgreementReply): boolean {
  return answer.length > 0 && answer.every((line) => / (CNAME|DNAME) /.test(line));
}
