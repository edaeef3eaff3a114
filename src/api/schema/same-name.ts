/** Whether two texts are the same name. The final dot and the case of ASCII letters don't matter. */
export function isSameName(a: string, b: string): boolean {
  return absoluteText(a) === absoluteText(b);
}

/** {@link isSameName} in CEL. */
export function sameNameCel(a: string, b: string): string {
  return `${absoluteCel(a)} == ${absoluteCel(b)}`;
}

export function absoluteText(name: string): string {
  return lowerAscii(name.endsWith(".") ? name : `${name}.`);
}

/** Lowercases ASCII letters as CEL's lowerAscii does. toLowerCase would change other letters too. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** {@link absoluteText} in CEL. */
export function absoluteCel(name: string): string {
  return `${name}.lowerAscii() + (${name}.endsWith('.') ? '' : '.')`;
}
