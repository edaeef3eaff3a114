import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { parseZoneFile } from "../../../../src/dns/zone-file/parse-zone-file.ts";
import { renderRecords } from "../../../../src/dns/zone-file/print-zone-file.ts";

/** The zone that each tool lists, as dnsalias writes it. */
const ZONE = String.raw`example.com.	3600	IN	SOA	ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300
example.com.	3600	IN	CAA	0 issue "ca.example"
example.com.	3600	IN	HTTPS	1 . alpn=h2,h3 ipv4hint=192.0.2.1
example.com.	3600	IN	NS	ns1.example.com.
example.com.	3600	IN	TXT	"v=spf1 -all; \"x\"" "\195\169"
_sip._tcp.example.com.	60	IN	SRV	0 5 5060 sip.example.com.
a\064b.example.com.	3600	IN	A	192.0.2.7
ns1.example.com.	3600	IN	A	192.0.2.53
office.example.com.	3600	IN	LOC	60 9 0.000 N 24 39 0.000 E 10.00m 1.00m 10000.00m 10.00m
x25.example.com.	3600	IN	TYPE19	\# 13 0c333131303631373030393536
`;

const LISTINGS: Readonly<Record<string, string>> = {
  "dig AXFR of BIND 9.18": String.raw`
; <<>> DiG 9.18.49-1~deb12u3-Debian <<>> @127.0.0.1 axfr example.com
; (1 server found)
;; global options: +cmd
example.com.		3600	IN	SOA	ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300
example.com.		3600	IN	NS	ns1.example.com.
example.com.		3600	IN	TXT	"v=spf1 -all; \"x\"" "\195\169"
example.com.		3600	IN	CAA	0 issue "ca.example"
example.com.		3600	IN	HTTPS	1 . alpn="h2,h3" ipv4hint=192.0.2.1
_sip._tcp.example.com.	60	IN	SRV	0 5 5060 sip.example.com.
a\@b.example.com.	3600	IN	A	192.0.2.7
ns1.example.com.	3600	IN	A	192.0.2.53
office.example.com.	3600	IN	LOC	60 9 0.000 N 24 39 0.000 E 10.00m 1m 10000m 10m
x25.example.com.	3600	IN	X25	"311061700956"
example.com.		3600	IN	SOA	ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300
;; Query time: 0 msec
;; SERVER: 127.0.0.1#53(127.0.0.1) (TCP)
;; XFR size: 11 records (messages 1, bytes 412)

`,
  "named-compilezone -s relative": String.raw`$ORIGIN .
$TTL 3600	; 1 hour
example.com		IN SOA	ns1.example.com. hostmaster.example.com. (
				7          ; serial
				7200       ; refresh (2 hours)
				900        ; retry (15 minutes)
				1209600    ; expire (2 weeks)
				300        ; minimum (5 minutes)
				)
			NS	ns1.example.com.
			TXT	"v=spf1 -all; \"x\"" "\195\169"
			CAA	0 issue "ca.example"
			HTTPS	1 . alpn="h2,h3" ipv4hint=192.0.2.1
$ORIGIN example.com.
$TTL 60	; 1 minute
_sip._tcp		SRV	0 5 5060 sip
$TTL 3600	; 1 hour
a\@b			A	192.0.2.7
ns1			A	192.0.2.53
office			LOC	60 9 0.000 N 24 39 0.000 E 10.00m 1m 10000m 10m
x25			X25	"311061700956"
`,
  "pdnsutil list-zone": String.raw`$ORIGIN .
_sip._tcp.example.com	60	IN	SRV	0 5 5060 sip.example.com.
a\064b.example.com	3600	IN	A	192.0.2.7
example.com	3600	IN	CAA	0 issue "ca.example"
example.com	3600	IN	HTTPS	1 . alpn=h2,h3 ipv4hint=192.0.2.1
example.com	3600	IN	NS	ns1.example.com.
example.com	3600	IN	SOA	ns1.example.com hostmaster.example.com 7 7200 900 1209600 300
example.com	3600	IN	TXT	"v=spf1 -all; \"x\"" "\195\169"
ns1.example.com	3600	IN	A	192.0.2.53
office.example.com	3600	IN	LOC	60 9 0.000 N 24 39 0.000 E 10.00m 1.00m 10000.00m 10.00m
x25.example.com	3600	IN	TYPE19	\# 13 0c333131303631373030393536
`,
  "knotc zone-read and zone files of Knot": String.raw`;; Zone dump (Knot DNS 3.2.6)
example.com.        	3600	SOA	ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300
example.com.        	3600	NS	ns1.example.com.
example.com.        	3600	TXT	"v=spf1 -all; \"x\"" "\195\169"
example.com.        	3600	TYPE65	\# 21 000100000100060268320268330004 0004C0000201
example.com.        	3600	CAA	0 issue "ca.example"
_sip._tcp.example.com.	60	SRV	0 5 5060 sip.example.com.
a\@b.example.com.   	3600	A	192.0.2.7
ns1.example.com.    	3600	A	192.0.2.53
office.example.com. 	3600	LOC	60 9 0.000 N 24 39 0.000 E 10.00m 1.00m 10000.00m 10.00m
x25.example.com.    	3600	TYPE19	\# 13 0C333131303631373030393536
;; Written 10 records
;; Time 2026-11-28 20:45:00 UTC
`,
};

for (const [tool, text] of Object.entries(LISTINGS)) {
  test(`the output of ${tool} is read as it is`, () => {
    const zone = parseZoneFile(text, parseName("example.com"));
    assert.ok(zone.kind === "ok", JSON.stringify(zone));
    assert.equal(renderRecords(zone.records), ZONE);
  });
}
