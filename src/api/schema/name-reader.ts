import { displayName, isHostName, parseName, wildcardBelow, type Name } from "../../dns/name/name.ts";
import { problem, type Problem } from "./problem.ts";

/** Reads names from texts, and collects the problems of texts that it can't read. */
export interface NameReader {
  readonly problems: readonly Problem[];
  /** Returns the name, which may begin with `*.`. Undefined if the text is invalid; `problems` then has the fault. */
  read(text: string, path: string): Name | undefined;
}

export function nameReader(): NameReader {
  const problems: Problem[] = [];
  return {
    problems,
    read: (text, path) => {
      const name = readName(text);
      if (name === undefined) {
        problems.push(problem(path, text, NOT_CONVERTIBLE));
      }
      return name;
    },
  };
}

/** The maximum length of a name without the final dot (RFC 1035 2.3.4). */
const MAX_NAME = 253;
const NOT_CONVERTIBLE =
  "cannot be written in A-labels (RFC 5890), or is too long then: correct the letters, or write the xn-- form yourself";

/**
 * Returns a hostname as an absolute Name, with non-ASCII letters converted to A-labels. It accepts `*.` at the start. Undefined
 * if the text is not a hostname.
 */
export function readName(text: string): Name | undefined {
  const [star, host] = text.startsWith("*.") ? ["*.", text.slice(2)] : ["", text];
  if (!isHostName(host)) {
    return undefined;
  }
  const name = parseName(host);
  if (star.length + displayName(name).length > MAX_NAME) {
    return undefined;
  }
  return star === "" ? name : wildcardBelow(name);
}
