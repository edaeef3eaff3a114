import { byCodeUnit } from "../../src/base/order.ts";
import { codeTexts } from "./code-texts.ts";
import { conditionTexts } from "./condition-texts.ts";

export const MESSAGES = "test/fixtures/messages.txt";

/** Every message that users read, sorted. */
export function messages(): string {
  return `${[...new Set([...conditionTexts(), ...codeTexts()])].toSorted(byCodeUnit).join("\n")}\n`;
}
