import { lines, type RecordLine } from "./record-line.ts";

const DIGEST = "CDE0D742D6998AA554A92D890F8184C698CFAC8A26FA59875A990C03E576343C";
const KEY = "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==";
const IPSEC_KEY = "AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==";
const HIT = "200100107B1A74DF365639CC39F1D578";
const HIP_KEY = "AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cI";
const ACTIVE = "is a record of a signed zone, which dnsalias doesn't publish";
const BY_NUMBER = "dnsalias reads this type in the form of RFC 3597 only";

/** Records of keys, digests and certificates. */
export const KEY_LINES: readonly RecordLine[] = [
  ...lines([
    `sub NS ns.other.net.\nsub DS 31589 13 2 ${DIGEST}`,
    `sub NS ns.other.net.\nsub DS 31589 ECDSAP256SHA256 2 ${DIGEST.slice(0, 30)} ( ${DIGEST.slice(30, 31)}\n ${DIGEST.slice(31).toLowerCase()} )`,
    `sub NS ns.other.net.\nsub DS 31589 13 SHA-256 ${DIGEST}`,
    `sub NS ns.other.net.\nsub DS 31589 RSASHA256 1 2BB183AF5F22588179A53B0A98631FAD1A292118`,
    "sub NS ns.other.net.\nsub DS 31589 253 200 2BB183",
    `x CDS 31589 13 2 ${DIGEST}`,
    `x CDS 31589 ED25519 2 ${DIGEST}`,
    "@ CDS 0 0 0 00",
    `@ DNSKEY 257 3 13 ${KEY}`,
    `@ DNSKEY 257 3 ECDSAP256SHA256 ( ${KEY.slice(0, 40)}\n ${KEY.slice(40)} )`,
    "@ DNSKEY 256 3 RSASHA512 AwEAAQ==",
    "@ DNSKEY 256 3 NSEC3RSASHA1 AwEAAQ==",
    "@ DNSKEY 256 3 rsasha1 AwEAAQ==",
    `x CDNSKEY 257 3 13 ${KEY}`,
    `x CDNSKEY 257 3 ECDSAP256SHA256 ${KEY}`,
    "@ CDNSKEY 0 3 0 AA==",
    `x KEY 257 3 13 ${KEY}`,
    "x KEY 512 3 RSASHA256 AwEA AQ==",
    `x DLV 31589 13 2 ${DIGEST}`,
    `x DLV 31589 ECDSAP256SHA256 2 ${DIGEST}`,
    `x TA 31589 13 2 ${DIGEST}`,
    "x CERT PKIX 1 13 MIIBszCCARygAwIBAgIJAA==",
    "x CERT 1 65535 RSASHA256 MIIBszCC ARygAwIB AgIJAA==",
    "x CERT IPKIX 0 0 AwEAAQ==",
    "x CERT SPKI 0 0 AwEAAQ==",
    "x CERT PGP 0 0 AwEAAQ==",
    "x CERT ISPKI 0 0 AwEAAQ==",
    "x CERT IPGP 0 0 AwEAAQ==",
    "x CERT ACPKIX 0 0 AwEAAQ==",
    "x CERT IACPKIX 0 0 AwEAAQ==",
    "x CERT URI 0 0 AwEAAQ==",
    "x CERT OID 0 0 AwEAAQ==",
    "x CERT 1000 0 NSEC3RSASHA1 AwEAAQ==",
    "x CERT 65535 65535 255 AwEAAQ==",
    "x TLSA 3 1 1 ( 8D02536C887482BC34FF54E41D2BA659\n bf85b341a0a20afadb5813dcfbcf286d )",
    "x TLSA 255 255 255 12",
    "x SMIMEA 3 0 0 abc def",
    "x SSHFP 4 2 1234567890abcdef1234567890ABCDEF 1234567890abcdef1234567890abcdef",
    "x SSHFP 1 1 1234567890abcdef1234567890abcdef12345678",
    "x SSHFP 6 9 1234",
    "x OPENPGPKEY mQCN AzIG 7VQA",
    "x DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
    `x IPSECKEY 10 1 2 192.0.2.38 ${IPSEC_KEY}`,
    `x IPSECKEY 10 0 2 . ${IPSEC_KEY}`,
    `x IPSECKEY 10 2 2 2001:DB8:0::1 ${IPSEC_KEY}`,
    `x IPSECKEY 10 2 2 ::ffff:192.0.2.1 ${IPSEC_KEY}`,
    `x IPSECKEY 10 3 2 Gw.Other.net. ${IPSEC_KEY.slice(0, 12)} ${IPSEC_KEY.slice(12)}`,
    `x HIP 2 ${HIT} ${HIP_KEY}`,
    `x HIP 2 ${HIT} ${HIP_KEY} Rvs1.Other.net. rvs2`,
    "x AMTRELAY 10 0 0 .",
    "x AMTRELAY 10 0 1 192.0.2.1",
    "x AMTRELAY 10 0 2 2001:db8::1",
    "x AMTRELAY 10 0 3 Relay.Other.net.",
    "@ CSYNC 66 3 A NS AAAA",
    "@ CSYNC 66 3 HTTPS NS A CAA A",
    "@ CSYNC 4294967295 0",
    "@ CSYNC 1 1 TYPE65280 TYPE1 DLV",
    "x RKEY 0 3 13 AQID",
    'x DOA 1 2 3 "text/plain" AQID',
  ]),
  {
    text: "x AMTRELAY 10 1 1 192.0.2.1",
    cannotServe: {
      CoreDNS: "CoreDNS reads the type of the relay together with the D bit and sends a truncated record",
    },
  },
  {
    text: "x KEY HOST 3 13 AQID",
    refused: "flags of a KEY are a number (RFC 2535 7.1 allows mnemonics; BIND alone reads them)",
  },
  { text: "@ NSEC3PARAM 1 0 0 -", refused: `NSEC3PARAM ${ACTIVE}` },
  { text: "x NSEC y A NSEC", refused: `NSEC ${ACTIVE}` },
  { text: `@ ZONEMD 1 1 1 ${"c6".repeat(48)}`, refused: `ZONEMD ${ACTIVE}` },
  {
    text: "x RRSIG A 13 2 300 20301231235959 20201231235959 1 @ AQID",
    refused: `RRSIG ${ACTIVE}`,
  },
  {
    text: "x IPSECKEY 10 1 0 192.0.2.38 AQ==",
    refused:
      "there is no key with algorithm 0 (RFC 4025 2.4): Knot drops the zone over it, and BIND over one without a key",
  },
  { text: "@ CSYNC 66 3 TYPE0", refused: "0 is no type (RFC 6895 3.1), and NSD drops the zone over it" },
  { text: "x DSYNC CDS NOTIFY 53 a.other.net.", refused: BY_NUMBER },
  { text: "x SINK 1 0 0 AQID", refused: BY_NUMBER },
];
