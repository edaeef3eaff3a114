import { markup, type Html } from "./html.ts";

/**
 * A picture of the path from a hostname over the target's CNAMEs to its addresses. Each name is a box, each hop is an arrow, and
 * each row is at most {@link ROW_PIXELS} wide. Its text alternative lists the names.
 */
export function chainPicture(owner: string, chain: readonly string[], addresses: readonly string[]): Html {
  const boxes = layOut([
    { text: owner, kind: "owner" },
    ...chain.map((text): Step => ({ text, kind: "name" })),
    { text: addressText(addresses), kind: addresses.length === 0 ? "nothing" : "addresses" },
  ]);
  const width = Math.max(...boxes.map(({ x, width: wide }) => x + wide)) + MARGIN;
  const height = Math.max(...boxes.map(({ y }) => y)) + BOX_HEIGHT + MARGIN;
  const label = [owner, ...chain, addressText(addresses)].join(" → ");
  return markup`<svg
    class="chain"
    role="img"
    aria-label="${label}"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
  >
    ${boxes.map((box, index) => drawn(box, boxes[index + 1]))}
  </svg>`;
}

interface Step {
  readonly text: string;
  readonly kind: "owner" | "name" | "addresses" | "nothing";
}

interface Box extends Step {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** The width of one character in the page's monospace font at 12 px. */
const CHARACTER_PIXELS = 7.3;
const BOX_HEIGHT = 24;
const GAP = 28;
const MARGIN = 4;
const ROW_PIXELS = 900;
const LONGEST = 60;

function layOut(steps: readonly Step[]): readonly Box[] {
  let x = MARGIN;
  let y = MARGIN;
  return steps.map((step) => {
    const text = step.text.length > LONGEST ? `${step.text.slice(0, LONGEST - 1)}…` : step.text;
    const width = Math.round(text.length * CHARACTER_PIXELS) + 16;
    if (x + width > ROW_PIXELS) {
      x = MARGIN + GAP;
      y += BOX_HEIGHT + 12;
    }
    const box = { ...step, text, x, y, width };
    x += width + GAP;
    return box;
  });
}

function drawn(box: Box, next: Box | undefined): Html {
  const { x, y, width, kind, text } = box;
  const middle = y + BOX_HEIGHT / 2;
  return markup`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${BOX_HEIGHT}" rx="4" /><text
      x="${x + 8}"
      y="${middle + 4}"
      >${text}</text
    >${next === undefined ? undefined : arrow(box, next)}`;
}

/** Draws a straight arrow if both boxes are in one row. Otherwise the arrow goes down and back to the left. */
function arrow(from: Box, to: Box): Html {
  const start = from.x + from.width;
  const middle = from.y + BOX_HEIGHT / 2;
  const end = to.y + BOX_HEIGHT / 2;
  const path =
    from.y === to.y
      ? `M${start} ${middle}H${to.x - 4}`
      : `M${start} ${middle}h10V${to.y - 6}H${MARGIN + 10}V${end}H${to.x - 4}`;
  return markup`<path class="arrow" d="${path}" /><path class="head" d="M${to.x - 7} ${end - 4}l7 4l-7 4z" />`;
}

function addressText(addresses: readonly string[]): string {
  const [first, second, ...more] = addresses;
  if (first === undefined) {
    return "no address";
  }
  const shown = second === undefined ? first : `${first}, ${second}`;
  return more.length === 0 ? shown : `${shown} and ${more.length} more`;
}
