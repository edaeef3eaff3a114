/** Whether two texts are one name: case of ASCII letters and the final dot do not count. */
export function isSameName(a: string, b: string): boolean {
  return absoluteText(a) === absoluteText(b);
}

/** As {@link isSameName}, for the apiserver. */
export function sameNameCel(a: string, b: string): string {
  return `${absoluteCel(a)} == ${absoluteCel(b)}`;
}

export function absoluteText(name: string): string {
  return lowerAscii(name.endsWith(".") ? name : `${name}.`);
}

/** CEL's lowerAscii: other letters stay, where toLowerCase would change them. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** As {@link absoluteText}, for the apiserver. */
export function absoluteCel(name: string): string {
  return `${name}.lowerAscii() + (${name}.endsWith('.') ? '' : '.')`;
}
