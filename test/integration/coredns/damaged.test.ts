import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { foreignText } from "../../support/corefile-model.ts";
import { converge, NEVER } from "../../support/provider-lab.ts";
import { answersOf, damagedLab, startsWith, USER_TEXT } from "./damaged-lab.ts";

const skip = skipWithout("coredns", "dig");

interface Damage {
  readonly name: string;
  readonly edit: (text: string) => string;
}

/** Puts lines in front of the END marker of a part. */
function into(zone: string, lines: string): Damage["edit"] {
  return (text) => text.replace(`# END dnsalias zone=dns-system/${zone}\n`, (end) => lines + end);
}

/** Replaces all that is between the markers of a part. */
function instead(zone: string, lines: string): Damage["edit"] {
  const part = new RegExp(
    `(# BEGIN dnsalias zone=dns-system/${zone} [^\\n]*\\n)[^]*(# END dnsalias zone=dns-system/${zone}\\n)`,
  );
  return (text) => text.replace(part, (_whole, begin: string, end: string) => begin + lines + end);
}

function partOf(text: string, zone: string): string {
  return (
    new RegExp(`# BEGIN dnsalias zone=dns-system/${zone} [^]*# END dnsalias zone=dns-system/${zone}\\n`).exec(
      text,
    )?.[0] ?? ""
  );
}

const BEGIN = (zone: string, owner: string): string => `# BEGIN dnsalias zone=dns-system/${zone} owner=${owner}\n`;
const END = (zone: string): string => `# END dnsalias zone=dns-system/${zone}\n`;
const OPEN = "bind {$DNS_HOST}\n";

/** Damage within a part, by the lines that are put into it. */
const LINES: readonly (readonly [name: string, lines: string])[] = [
  ["a stray }", "\n}\n"],
  ["a stray {", "{\n"],
  ["a key with a comma", "a.org,\n"],
  ["an unclosed quote", '"\n'],
  ["an unclosed block", `a.org {\n${OPEN}`],
  ["a directive outside a block", "errors\n"],
  ["an unknown plugin", `a.org:{$DNS_PORT} {\n${OPEN}whoisit\n}\n`],
  ["an import of a snippet that does not exist", `a.org:{$DNS_PORT} {\n${OPEN}import nowhere\n}\n`],
  ["an import of a file that does not exist", "import nowhere\n"],
  ["a second root block", `.:{$DNS_PORT} {\n${OPEN}whoami\n}\n`],
  ["two blocks for one zone", `a.org {\n${OPEN}whoami\n}\na.org {\n${OPEN}whoami\n}\n`],
  ["a view that is no expression", `a.org {\n${OPEN}view v {\nexpr (((\n}\n}\n`],
  ["an invalid zone", "a..org {\n}\n"],
  ["a zone without a port", "a.org: {\n}\n"],
  ["a NUL and other control characters", "\0\u0001\u007f\n"],
  ["characters that are no text", "\ufffd\ud800\u2028x\n"],
  ["a marker cut short", "# BEGIN dnsalias\n"],
];

/** Damage of a part's own lines. */
const EDITS: readonly (readonly [name: string, edit: (part: string) => string])[] = [
  ["emptied", (part) => part.replace(/\n[^]*\n(?=# END)/, "\n")],
  ["cut in the middle of a line", (part) => part.replace(/\n {2}template IN AAAA[^]*\n(?=# END)/, "\n  templ\n")],
  ["without the last }", (part) => part.replace(/\}\n(?=# END)/, "")],
  ["without its first block line", (part) => part.replace(/^[a-z.]+:\{\$DNS_PORT\} \{\n/m, "")],
  ["with a } on a directive's line", (part) => part.replace("  errors\n", "  errors }\n")],
  ["with an unknown plugin", (part) => part.replace("  errors\n", "  erors\n")],
  ["with an address that is none", (part) => part.replace("203.0.113.", "203.0.1133.")],
  ["with a view that is no expression", (part) => part.replace("&& name()", "&&& name()")],
  ["with a bind that is no address", (part) => part.replace("bind {$DNS_HOST}", "bind 203.0.113.999")],
  ["with an unclosed quote", (part) => part.replace('answer "', "answer ").replace("rcode NOERROR", 'rcode "NOERROR')],
  ["with a checksum that is wrong", (part) => part.replace(/sum=\w+/, "sum=00")],
];

const DAMAGES: readonly Damage[] = ["one", "two"].flatMap((zone) => [
  ...LINES.map(([name, lines]) => ({ name: `${name} in the part of ${zone}`, edit: into(zone, lines) })),
  ...LINES.map(([name, lines]) => ({ name: `${name} as the part of ${zone}`, edit: instead(zone, lines) })),
  ...EDITS.map(([name, edit]) => ({
    name: `the part of ${zone} ${name}`,
    edit: (text: string) => text.replace(partOf(text, zone), edit),
  })),
]);

/** The whole file, in a way that leaves CoreDNS able to start once the parts are right. */
const WHOLE: readonly Damage[] = [
  { name: "nothing is damaged", edit: (text) => text },
  { name: "an editor wrote CRLF", edit: (text) => text.replaceAll("\n", "\r\n") },
  { name: "an editor wrote blanks at line ends", edit: (text) => text.replaceAll("\n", " \n") },
  { name: "our part is there twice", edit: (text) => text + partOf(text, "one") },
  { name: "another zone's part is there twice", edit: (text) => text + partOf(text, "two") },
  {
    name: "the parts are in another order, behind the users' lines",
    edit: (text) => USER_TEXT + partOf(text, "two") + partOf(text, "three") + partOf(text, "one"),
  },
  { name: "our part is gone", edit: (text) => text.replace(partOf(text, "one"), "") },
  { name: "all parts are gone", edit: () => USER_TEXT },
  { name: "our END marker is gone", edit: (text) => text.replace(END("one"), "") },
  { name: "another zone's END marker is gone", edit: (text) => text.replace(END("two"), "") },
  { name: "another installation's END marker is gone", edit: (text) => text.replace(END("three"), "") },
  { name: "a marker cut short in another installation's part", edit: into("three", "# BEGIN dnsalias\n") },
  {
    name: "another installation's part has comments and CRLF",
    edit: (text) => text.replace(partOf(text, "three"), (part) => part.replaceAll("\n", "\r\n# a comment\r\n")),
  },
];

const QUESTIONS = ["one.example.com", "two.example.com", "three.example.com", "root.test"];

for (const { name, edit } of [...WHOLE, ...DAMAGES]) {
  test(`CoreDNS starts with what was written: ${name}`, { skip }, async () => {
    const lab = await damagedLab();
    const before = lab.store.text ?? "";
    const damaged = edit(before);
    assert.ok(damaged !== before || name === "nothing is damaged", "the damage is none");
    lab.store.edit(damaged);

    const result = await converge(lab.providers.one, "one.example.com 60 203.0.113.11");
    assert.equal(result.kind, "applied", JSON.stringify(result));
    assert.equal(foreignText(lab.store.text ?? "", "me"), foreignText(damaged, "me"));
    const served = await answersOf(lab.store.text ?? "", QUESTIONS);
    assert.deepEqual([served[0], served[3]], ["one.example.com 203.0.113.11", "root.test 198.51.100.1"]);

    await converge(lab.providers.two, "two.example.com 60 203.0.113.2 2001:db8::2");
    const after = await answersOf(lab.store.text ?? "", QUESTIONS);
    assert.deepEqual(after.slice(0, 2), ["one.example.com 203.0.113.11", "two.example.com 203.0.113.2"]);
    assert.equal(after[3], "root.test 198.51.100.1");
    assert.equal(foreignText(lab.store.text ?? "", "me"), foreignText(damaged, "me"));
  });
}

interface Refusal extends Damage {
  /** The line and the cure. */
  readonly message: RegExp;
  /** Whether CoreDNS starts with the file although dnsalias does not write it. */
  readonly starts: boolean;
}

function append(lines: string): Damage["edit"] {
  return (text) => text + lines;
}

/** Puts lines between the marker and the first line of the users' text. */
function before(marker: string, lines: string): Damage["edit"] {
  return (text) => text.replace(marker, (found) => lines + found);
}

function without(line: string): Damage["edit"] {
  return (text) => text.replace(line, "");
}

const READS = /\. CoreDNS cannot start with this file, or reads it differently$/;

/** With these lines at its end CoreDNS reads another file than a user means: the key `a.org,` joins the next block. */
const STARTS_ALL_THE_SAME = "a key with a comma";

const REFUSALS: readonly Refusal[] = [
  ...LINES.filter(([, lines]) => lines !== "# BEGIN dnsalias\n").map(([name, lines]) => ({
    name: `${name} in the part of another installation`,
    edit: into("three", lines),
    message:
      /line \d+: the section of the DnsZone dns-system\/three is damaged.*belongs to the dnsalias owner "you".*If not, remove lines \d+ to \d+/,
    starts: name === STARTS_ALL_THE_SAME,
  })),
  ...(
    [
      [
        "a block that is not closed in front of another block",
        (text) => `${text.replace("\n.:{", `\na.org {\n${OPEN}errors\n.:{`)}}\n`,
        /line \d+: "\.:\{\$DNS_PORT\}" cannot be a plugin: correct it, or close the server block before it/,
        false,
      ],
      ["a stray }", append("}\n"), /line \d+: this \} has no matching \{: remove it/, true],
      [
        "an unclosed block",
        append(`a.org {\n${OPEN}`),
        /line \d+: the block "a\.org" is never closed: add a \}/,
        false,
      ],
      ["an unclosed quote", append('"\n'), /line \d+: a quoted string that never ends: add the closing "/, true],
      ["a key that ends with a comma", append("a.org,\n"), /line \d+: a server block name is missing/, false],
      [
        "a block twice",
        append(`a.org {\n${OPEN}whoami\n}\n`.repeat(2)),
        /line \d+: "a\.org" already has a server block in line \d+: merge/,
        false,
      ],
      [
        "the root block twice",
        append(USER_TEXT),
        /line \d+: "\.:\{\$DNS_PORT\}" already has a server block in line \d+: merge/,
        false,
      ],
      [
        "one key twice in a block",
        append(`a.org A.ORG. {\n${OPEN}whoami\n}\n`),
        /line \d+: "A\.ORG\." already has a server block/,
        false,
      ],
      [
        "a zone with an empty label",
        append(`a..org {\n${OPEN}whoami\n}\n`),
        /line \d+: "a\.\.org" is not a valid zone.*a label is empty: correct it/,
        false,
      ],
      [
        "a zone with a label too long",
        append(`${"a".repeat(64)}.org {\n${OPEN}whoami\n}\n`),
        /line \d+: .* is not a valid zone.*too long: correct/,
        false,
      ],
      [
        "a zone without its port",
        append(`a.org: {\n${OPEN}whoami\n}\n`),
        /line \d+: .*the port after the colon is missing: correct/,
        false,
      ],
      [
        "a port that is none",
        append(`a.org:65536 {\n${OPEN}whoami\n}\n`),
        /line \d+: .*the port is over 65535: correct/,
        false,
      ],
      [
        "a port without its zone",
        append(`:5301 {\n${OPEN}whoami\n}\n`),
        /line \d+: .*the zone before the port is missing: correct/,
        false,
      ],
      [
        "a snippet twice",
        append("(s) {\n errors\n}\n".repeat(2)),
        /line \d+: the snippet \(s\) exists already: rename/,
        false,
      ],
      [
        "a snippet that imports itself",
        append("(s) {\n import s\n}\n"),
        /line \d+: the snippet \(s\) imports itself: remove/,
        false,
      ],
      [
        "an import of two wildcards",
        append("import */*.server\n"),
        /line \d+: .*more than one wildcard, but import accepts only one: use one/,
        false,
      ],
      ["an import of nothing", append("import\n"), /line \d+: import has no file/, false],
    ] as const satisfies readonly (readonly [string, Damage["edit"], RegExp, boolean])[]
  ).map(([name, edit, message, starts]) => ({
    name: `${name} in the users' own lines`,
    edit,
    message: new RegExp(message.source + ".*" + READS.source),
    starts,
  })),
  ...(
    [
      [
        "a BEGIN without its END and another address",
        (text) => text.replace(END("two"), "").replace("203.0.113.2", "203.0.113.22"),
        /line \d+: the part of dns-system\/two has no END marker: remove the part/,
        true,
      ],
      [
        "an END without its BEGIN",
        without(BEGIN("two", "me")),
        /line \d+: an END marker of dns-system\/two without its BEGIN: remove/,
        true,
      ],
      [
        "nested parts",
        (text) => text.replace(partOf(text, "one"), "").replace(END("two"), (end) => partOf(text, "one") + end),
        /line \d+: an END marker of dns-system\/two without its BEGIN: remove/,
        true,
      ],
      [
        "an END of another zone",
        (text) => text.replace(END("two"), END("four")),
        /line \d+: an END marker of dns-system\/four without its BEGIN: remove/,
        true,
      ],
      [
        "a marker cut short",
        append("# BEGIN dnsalias zone=\n"),
        /line \d+: .*looks like a dnsalias marker, but is not one: remove the line/,
        true,
      ],
      [
        "a part in a block",
        (text) => USER_TEXT.replace("    errors\n", (line) => line + partOf(text, "two")),
        /line \d+: the dnsalias section is inside a server block.*: move it out/,
        false,
      ],
      [
        "a part in a snippet",
        (text) => `(s) {\n${partOf(text, "two")}errors\n}\n${USER_TEXT}`,
        /line \d+: the dnsalias section is inside .*a snippet/,
        true,
      ],
      [
        "a part in a string",
        (text) => USER_TEXT.replace("60 IN A 198.51.100.1", (words) => `${words}\n${partOf(text, "two")}`),
        /line \d+: .*inside a server block/,
        false,
      ],
      [
        "a block without braces in front of a part",
        before(BEGIN("two", "me"), "a.org\n"),
        /line \d+: the server block "a\.org" has no braces.*: add the braces/,
        false,
      ],
      [
        "a key with a comma in front of a part",
        before(BEGIN("two", "me"), "a.org,\n"),
        /line \d+: .*inside a server block/,
        true,
      ],
    ] as const satisfies readonly (readonly [string, Damage["edit"], RegExp, boolean])[]
  ).map(([name, edit, message, starts]) => ({ name, edit, message, starts })),
];

for (const { name, edit, message, starts } of REFUSALS) {
  test(
    `a file that dnsalias can't repair is refused with the line and the cure, and not modified: ${name}`,
    { skip },
    async () => {
      const { store, providers } = await damagedLab();
      const damaged = edit(store.text ?? "");
      assert.notEqual(damaged, store.text);
      store.edit(damaged);
      const read = await providers.one.read([], NEVER);
      assert.ok(read.kind === "refused", JSON.stringify(read));
      assert.equal(read.reason, "CorefileInvalid");
      assert.match(read.message, message);
      assert.equal(store.text, damaged);
      assert.equal(await startsWith(damaged), starts);
    },
  );
}

/** Faults that the text alone doesn't show: which plugins this CoreDNS has, and other files. dnsalias makes them neither better nor worse. */
const UNSEEN: readonly Damage[] = [
  { name: "a plugin that this CoreDNS doesn't have", edit: append(`a.org {\n${OPEN}whoisit\n}\n`) },
  { name: "arguments that a plugin rejects", edit: append(`a.org {\n${OPEN}forward\n}\n`) },
  { name: "an import of a file that does not exist", edit: append("import nowhere\n") },
];

for (const { name, edit } of UNSEEN) {
  test(
    `a fault of the users that can't be seen in the text is neither repaired nor made worse: ${name}`,
    { skip },
    async () => {
      const { store, providers } = await damagedLab();
      store.edit(edit(USER_TEXT));
      assert.equal((await converge(providers.one, "one.example.com 60 203.0.113.11")).kind, "applied");
      const written = store.text ?? "";
      assert.ok(written.endsWith(edit(USER_TEXT)));
      assert.equal(await startsWith(edit(USER_TEXT)), false);
      const corrected = written.replace(edit(""), "");
      assert.deepEqual(await answersOf(corrected, ["one.example.com", "root.test"]), [
        "one.example.com 203.0.113.11",
        "root.test 198.51.100.1",
      ]);
    },
  );
}
