import assert from "node:assert/strict";
import { test } from "node:test";
import { chainPicture } from "../../../src/ops/status-page/chain-picture.ts";

interface Picture {
  /** "owner 4,4 60: a.test" */
  readonly boxes: readonly string[];
  /** The path of each arrow, and that of its head. */
  readonly arrows: readonly string[];
  readonly size: string;
  readonly label: string;
}

function draw(owner: string, chain: readonly string[], addresses: readonly string[]): Picture {
  const text = chainPicture(owner, chain, addresses).html.replaceAll(/\s+/g, " ");
  const all = (pattern: RegExp): readonly RegExpMatchArray[] => [...text.matchAll(pattern)];
  const rects = all(/<rect class="(\w+)" x="(\d+)" y="(\d+)" width="(\d+)" height="24" rx="4" ?\/>/g);
  const words = all(/<text x="(\d+)" y="(\d+)" ?>([^<]*)<\/text/g);
  assert.equal(words.length, rects.length);
  const boxes = rects.map(([, kind, x, y, width], index) => {
    const [, textX, textY, word] = words[index] ?? [];
    assert.deepEqual([Number(textX), Number(textY)], [Number(x) + 8, Number(y) + 16]);
    return `${kind} ${x},${y} ${width}: ${word}`;
  });
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(text) ?? [];
  assert.match(text, new RegExp(`viewBox="0 0 ${width} ${height}"`));
  return {
    boxes,
    arrows: all(/<path class="(?:arrow|head)" d="([^"]*)"/g).map(([, path]) => path ?? ""),
    size: `${width} x ${height}`,
    label: /aria-label="([^"]*)"/.exec(text)?.[1] ?? "",
  };
}

test("a name, a hop, and an address are three boxes in a row, with arrows between them", () => {
  assert.deepEqual(draw("a.test", ["cdn.test"], ["192.0.2.1"]), {
    boxes: ["owner 4,4 60: a.test", "name 92,4 74: cdn.test", "addresses 194,4 82: 192.0.2.1"],
    arrows: ["M64 16H88", "M85 12l7 4l-7 4z", "M166 16H190", "M187 12l7 4l-7 4z"],
    size: "280 x 32",
    label: "a.test → cdn.test → 192.0.2.1",
  });
});

/** A text of 60 characters is 454 pixels wide. */
const LONG = "x".repeat(60);

test("a box that would reach over 900 pixels begins the next row, where an arrow leads around to it", () => {
  const { boxes, arrows, size } = draw(LONG, [LONG], []);
  assert.deepEqual(boxes, [`owner 4,4 454: ${LONG}`, `name 32,40 454: ${LONG}`, "nothing 514,40 89: no address"]);
  assert.deepEqual(arrows.slice(0, 2), ["M458 16h10V34H14V52H28", "M25 48l7 4l-7 4z"]);
  assert.equal(size, "607 x 68");
});

test("a row may reach to 900 pixels exactly", () => {
  // 4 + 454 + 28 is 486, and 54 characters are 410 pixels: 896; 55 are 418: 904.
  const rows = (length: number): readonly string[] => draw(LONG, ["y".repeat(length)], []).boxes.slice(1, 2);
  assert.deepEqual(rows(54), [`name 486,4 410: ${"y".repeat(54)}`]);
  assert.deepEqual(rows(55), [`name 32,40 418: ${"y".repeat(55)}`]);
  // Six boxes of 15 characters: 6 times 126 pixels, 5 gaps, and the margin are 900 pixels.
  const hops = Array.from({ length: 4 }, (_, hop) => `hop-${hop}.edge.test`);
  const { boxes } = draw("www.shop-1.test", hops, ["2001:db8:0:0::1"]);
  assert.equal(boxes.at(-1), "addresses 774,4 126: 2001:db8:0:0::1");
});

test("a name of more than 60 characters is cut, but not in the words for those who don't see the picture", () => {
  const { boxes, label } = draw("x".repeat(61), [], []);
  assert.match(boxes[0] ?? "", /: x{59}…$/);
  assert.match(label, /^x{61} →/);
});

const ADDRESSES: readonly (readonly [addresses: readonly string[], want: string])[] = [
  [[], "no address"],
  [["192.0.2.1"], "192.0.2.1"],
  [["192.0.2.1", "192.0.2.2"], "192.0.2.1, 192.0.2.2"],
  [["192.0.2.1", "192.0.2.2", "192.0.2.3"], "192.0.2.1, 192.0.2.2 and 1 more"],
];

for (const [addresses, want] of ADDRESSES) {
  test(`${addresses.length} addresses are shown as "${want}"`, () => {
    assert.equal(draw("a.test", [], addresses).label, `a.test → ${want}`);
  });
}
