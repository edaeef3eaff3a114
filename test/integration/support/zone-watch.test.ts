import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { baseZoneText } from "../../lab/manifests.ts";
import { startBind } from "../../support/bind.ts";
import { skipWithout } from "../../support/component.ts";
import { skipWithoutDnspython } from "../../support/dnspython.ts";
import { watchZone } from "../../support/zone-watch.ts";

const skip = skipWithout("named", "named-checkconf") || skipWithoutDnspython();
const ZONE = "watched.example";
const TEXT = baseZoneText(ZONE);
const withSerial = (serial: number): string => TEXT.replace("hostmaster 1 ", `hostmaster ${serial} `);

test("a watched zone: records that stay are unchanged while the serial and other names change", { skip }, async () => {
  await using bind = await startBind({ zones: { [ZONE]: TEXT } });
  await using watch = await watchZone({ at: bind, zone: ZONE, text: TEXT });
  await bind.setZone(ZONE, `${withSerial(2)}@ IN A 11.1.0.9\n`);
  await watch.assertUnchanged();
});

for (const { name, changed, wanted } of [
  { name: "MX", changed: (text: string) => text.replace("@ IN MX 10 mail\n", ""), wanted: /MX over udp without EDNS/ },
  { name: "TXT", changed: (text: string) => text.replace(/@ IN TXT .*\n/, ""), wanted: /TXT over tcp with EDNS/ },
  { name: "CAA", changed: (text: string) => text.replace(/@ IN CAA .*\n/, ""), wanted: /CAA over udp with EDNS/ },
  {
    name: "HTTPS",
    changed: (text: string) => text.replace(/@ IN HTTPS .*\n/, ""),
    wanted: /HTTPS over tcp without EDNS/,
  },
  { name: "NS", changed: (text: string) => text.replace("@ IN NS ns2\n", ""), wanted: /NS over udp without EDNS/ },
  { name: "SOA", changed: (text: string) => text.replace("3600 600", "3600 700"), wanted: /SOA over udp without EDNS/ },
]) {
  test(`a watched zone: ${name} that is another one for a moment is seen`, { skip }, async () => {
    await using bind = await startBind({ zones: { [ZONE]: TEXT } });
    await using watch = await watchZone({ at: bind, zone: ZONE, text: TEXT });
    await bind.setZone(ZONE, changed(withSerial(2)));
    await delay(700);
    await bind.setZone(ZONE, withSerial(3));
    await assert.rejects(watch.assertUnchanged(), wanted);
  });
}

test("a watched zone: a server that is away for a moment is seen", { skip }, async () => {
  await using bind = await startBind({ zones: { [ZONE]: TEXT } });
  // One question: each that has no answer takes 5 s.
  await using watch = await watchZone({ at: bind, zone: ZONE, text: TEXT, questions: [[ZONE, "MX"]] });
  await bind.stop();
  await delay(700);
  await assert.rejects(watch.assertUnchanged(), /expected: NOERROR/);
});
