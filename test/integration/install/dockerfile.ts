/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  /** Upper case: "COPY". */
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  /** `FROM … AS name`; absent at the last one. */
  readonly name?: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  /** The stage that it is taken from; absent: the build context. */
  readonly from?: string;
  readonly sources: readonly string[];
  readonly target: string;
}

/** The stages in their order; `${NAME}` of the ARGs before the first FROM is filled in. */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { name?: string; base: string; instructions: Instruction[] }[] = [];
  const globals = new Map<string, string>();
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (instruction.name === "FROM") {
      const [base = "", , name] = instruction.text.split(/\s+/);
      const filled = base.replace(/\$\{(\w+)\}/g, (_, key: string) => globals.get(key) ?? "");
      stages.push({ base: filled, instructions: [], ...(name === undefined ? {} : { name }) });
    } else if (stage === undefined) {
      const [key = "", value = ""] = instruction.text.split("=");
      globals.set(key, value);
    } else {
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

export function parseCopy(text: string): Copy {
  const words = text.split(/\s+/);
  const from = words[0]?.startsWith("--from=") === true ? words.shift()?.slice("--from=".length) : undefined;
  const target = words.pop() ?? "";
  return { sources: words, target, ...(from === undefined ? {} : { from }) };
}

/** The value of the last instruction of that name in a stage. */
export function lastOf(stage: Stage, name: string): string | undefined {
  return stage.instructions.findLast((instruction) => instruction.name === name)?.text;
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [name = ""] = line.split(/\s+/, 1);
    return { name: name.toUpperCase(), text: line.slice(name.length).trim() };
  });
}
