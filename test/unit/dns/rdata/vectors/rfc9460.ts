import { generic, type InvalidVector, invalidVectors, type Vector, vectors } from "./vector.ts";

/** The names in front of the parameters: `16 foo.example.org.` and `1 foo.example.com.`. */
const SIXTEEN = "0010 03 666f6f 07 6578616d706c65 03 6f7267 00";
const ONE = "0001 03 666f6f 07 6578616d706c65 03 636f6d 00";
const ESCAPED_ALPN = `${SIXTEEN} 0001 000c 08 665c6f6f2c626172 02 6832`;

/** RFC 9460 appendix D.1 and D.2, by figure, and the vectors of the sections that it refers to. */
const FIGURES: readonly Vector[] = vectors([
  ["HTTPS", "0 foo.example.com.", "0000 03 666f6f 07 6578616d706c65 03 636f6d 00"],
  ["SVCB", "1 .", "0001 00"],
  ["SVCB", "16 foo.example.com. port=53", "0010 03 666f6f 07 6578616d706c65 03 636f6d 00 0003 0002 0035"],
  ["SVCB", "1 foo.example.com. key667=hello", `${ONE} 029b 0005 68656c6c6f`, '1 foo.example.com. key667="hello"'],
  ["SVCB", '1 foo.example.com. key667="hello\\210qoo"', `${ONE} 029b 0009 68656c6c6f d2 716f6f`],
  [
    "SVCB",
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    `${ONE} 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001`,
    "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1",
  ],
  [
    "SVCB",
    '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    "0001 07 6578616d706c65 03 636f6d 00 0006 0010 20010db80122034400000000c0000221",
    "1 example.com. ipv6hint=2001:db8:122:344::c000:221",
  ],
  [
    "SVCB",
    "16 foo.example.org. (alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1)",
    `${SIXTEEN} 0000 0004 0001 0004 0001 0009 02 6832 05 68332d3139 0004 0004 c0000201`,
    "16 foo.example.org. mandatory=alpn,ipv4hint alpn=h2,h3-19 ipv4hint=192.0.2.1",
  ],
  ["SVCB", '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"', ESCAPED_ALPN, generic(ESCAPED_ALPN)],
  ["SVCB", "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2", ESCAPED_ALPN, generic(ESCAPED_ALPN)],
]);

/** More than the appendix has. */
const MORE: readonly Vector[] = vectors([
  [
    "HTTPS",
    "1 . mandatory=ipv4hint,alpn alpn=h2 ipv4hint=192.0.2.1",
    "0001 00 0000 0004 0001 0004 0001 0003 02 6832 0004 0004 c0000201",
    "1 . mandatory=alpn,ipv4hint alpn=h2 ipv4hint=192.0.2.1",
  ],
  [
    "HTTPS",
    '1 . port=8443 alpn="h2,h3"',
    "0001 00 0001 0006 02 6832 02 6833 0003 0002 20fb",
    "1 . alpn=h2,h3 port=8443",
  ],
  ["HTTPS", "1 . alpn=h2 no-default-alpn", "0001 00 0001 0003 02 6832 0002 0000"],
  ["HTTPS", '1 . alpn=h2 no-default-alpn=""', "0001 00 0001 0003 02 6832 0002 0000", "1 . alpn=h2 no-default-alpn"],
  ["HTTPS", "1 . ech=AEn+DQ==", "0001 00 0005 0004 0049fe0d"],
  ["HTTPS", '1 . key667="hello world"', "0001 00 029b 000b 68656c6c6f20776f726c64"],
  ["HTTPS", "1 . key667=a\\ b", "0001 00 029b 0003 612062", '1 . key667="a b"'],
  ["HTTPS", '1 . key667="a\\"b\\\\c;()d"', "0001 00 029b 0009 6122625c633b282964"],
  ["HTTPS", "1 . key11", "0001 00 000b 0000"],
  ["HTTPS", '1 . key99=""', "0001 00 0063 0000", "1 . key99"],
  ["HTTPS", "1 . key65534", "0001 00 fffe 0000"],
  // RFC 9460 2.1: the value of keyN is the wire form.
  ["HTTPS", '1 . key1="\\002h2"', "0001 00 0001 0003 02 6832", "1 . alpn=h2"],
  ["HTTPS", '1 . key3="\\000\\053"', "0001 00 0003 0002 0035", "1 . port=53"],
  ["HTTPS", '1 . key0="\\000\\001" alpn=h2', "0001 00 0000 0002 0001 0001 0003 02 6832", "1 . mandatory=alpn alpn=h2"],
  ["HTTPS", "1 . mandatory=key667 key667=a", "0001 00 0000 0002 029b 029b 0001 61", '1 . mandatory=key667 key667="a"'],
]);

/** Keys registered after RFC 9460: CoreDNS, BIND, Knot and NSD have no text in common for them. */
const LATER_KEYS: readonly (readonly [string, string])[] = [
  ["1 . alpn=h2 ohttp", "0001 00 0001 0003 02 6832 0008 0000"],
  ["1 . key8", "0001 00 0008 0000"],
  ["1 . alpn=h2 dohpath=/q{?dns}", "0001 00 0001 0003 02 6832 0007 0008 2f717b3f646e737d"],
  ['1 . dohpath="/q{?dns,x}"', "0001 00 0007 000a 2f717b3f646e732c787d"],
  ["1 . dohpath=/q{?x,dns}", "0001 00 0007 000a 2f717b3f782c646e737d"],
  ["1 . dohpath=/{+dns}{?x}", "0001 00 0007 000b 2f7b2b646e737d7b3f787d"],
  ['1 . key7="/q{?dns}"', "0001 00 0007 0008 2f717b3f646e737d"],
  ["1 . tls-supported-groups=29,23", "0001 00 0009 0004 001d0017"],
  ["1 . docpath=dns,q", "0001 00 000a 0006 03 646e73 01 71"],
  ["1 . docpath", "0001 00 000a 0000"],
  ["1 . mandatory=ohttp ohttp", "0001 00 0000 0002 0008 0008 0000"],
];

export const SVCB: readonly Vector[] = [
  ...FIGURES,
  ...MORE,
  ...vectors(LATER_KEYS.map(([text, hex]) => ["HTTPS", text, hex, generic(hex)])),
];

/** RFC 9460 appendix D.3, figures 11 to 20, then more. */
export const INVALID_SVCB: readonly InvalidVector[] = invalidVectors([
  ["SVCB", "1 foo.example.com. (key123=abc key123=def)", /key123 appears twice/],
  ["SVCB", "1 foo.example.com. mandatory", /invalid service parameter "mandatory"/],
  ["SVCB", "1 foo.example.com. alpn", /invalid service parameter "alpn"/],
  ["SVCB", "1 foo.example.com. port", /invalid service parameter "port"/],
  ["SVCB", "1 foo.example.com. ipv4hint", /invalid service parameter "ipv4hint"/],
  ["SVCB", "1 foo.example.com. ipv6hint", /invalid service parameter "ipv6hint"/],
  ["SVCB", "1 foo.example.com. no-default-alpn=abc", /invalid service parameter "no-default-alpn=abc"/],
  ["SVCB", "1 foo.example.com. mandatory=key123", /mandatory service parameter key123 is missing/],
  ["SVCB", "1 foo.example.com. mandatory=mandatory", /invalid service parameter "mandatory=mandatory"/],
  ["SVCB", "1 foo.example.com. (mandatory=key123,key123 key123=abc)", /invalid service parameter "mandatory=key123/],
  ["HTTPS", "1 . no-default-alpn", /needs alpn/],
  ["HTTPS", "1 . port=65536", /"port=65536"/],
  ["HTTPS", "1 . port=1 key3=a", /port appears twice/],
  ["HTTPS", "1 . unknown=1", /unknown service parameter "unknown=1"/],
  ["HTTPS", "1 . key01=1", /unknown service parameter/],
  ["HTTPS", "1 . key65535=a", /unknown service parameter/],
  ["HTTPS", '1 . "alpn=h2"', /unknown service parameter/],
  ["HTTPS", "1 . ipv4hint=::1", /"ipv4hint=::1"/],
  ["HTTPS", "1 . ipv4hint=192.0.2.1,", /"ipv4hint/],
  ["HTTPS", "1 . ipv6hint=192.0.2.1", /"ipv6hint/],
  ["HTTPS", "1 . ipv6hint=::ffff:192.0.2.1", /"ipv6hint/],
  ["HTTPS", "1 . alpn=h2,,h3", /"alpn=h2,,h3"/],
  ["HTTPS", '1 . alpn="a\\\\b"', /"alpn=/],
  ["HTTPS", '1 . alpn=h2"x"', /"alpn=/],
  ["HTTPS", "1 . alpn=\\300", /"alpn=/],
  ["HTTPS", "1 . key1=h2", /"key1=h2"/],
  ["HTTPS", '1 . key0="\\000\\004\\000\\001" alpn=h2 ipv4hint=192.0.2.1', /"key0=/],
  ["HTTPS", "1 . ech=", /"ech="/],
  ["HTTPS", "1 . ech=AEn", /"ech=AEn"/],
  ["HTTPS", "1 . ohttp=1", /"ohttp=1"/],
  ["HTTPS", "1 . dohpath=/q", /"dohpath=\/q"/],
  ["HTTPS", "1 . dohpath=/q{?dnss}", /"dohpath=/],
  ["HTTPS", "1 . dohpath=https://a/q{?dns}", /"dohpath=/],
  ["HTTPS", "1 . dohpath=/{?dns}\\255", /"dohpath=/],
  ["HTTPS", "1 . tls-supported-groups=29,29", /"tls-supported-groups=/],
  ["HTTPS", `1 . docpath=${"x".repeat(256)}`, /"docpath=/],
  ["HTTPS", "0 a. port=1", /priority 0 is an alias/],
  ["HTTPS", `1 . key667=${"x".repeat(65_536)}`, /invalid service parameter/],
  ["HTTPS", `1 . key667=${"x".repeat(65_535)} key668=x`, /longer than 65535/],
]);
