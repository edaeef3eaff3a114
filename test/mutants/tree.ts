import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A copy of the repository that can be changed: the working tree is never touched. */
export interface Tree extends Disposable {
  readonly root: string;
  /** For the temporary files of the tests that run in it; emptied by {@link Tree.clean}. */
  readonly temporary: string;
  /** Where packages really are. */
  readonly packages: string;
  read(file: string): string;
  write(file: string, text: string): void;
  clean(): void;
}

/** Copies all files that git tracks or would track. Packages and built programs are linked. */
export function copyTree(): Tree {
  const home = mkdtempSync(join(tmpdir(), "mutant-"));
  const root = join(home, "t");
  const temporary = join(home, "x");
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  for (const file of listed.split("\0").filter((name) => name !== "" && !isLinked(name) && existsSync(name))) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(file, join(root, file), { verbatimSymlinks: true });
  }
  for (const link of LINKED.filter((name) => existsSync(name))) {
    mkdirSync(dirname(join(root, link)), { recursive: true });
    symlinkSync(realpathSync(link), join(root, link));
  }
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  process.once("exit", remove); // also when a signal ends this program
  const clean = (): void => {
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
  };
  clean();
  return {
    root,
    temporary,
    packages: realpathSync("node_modules"),
    read: (file) => readFileSync(join(root, file), "utf8"),
    write: (file, text) => writeFileSync(join(root, file), text),
    clean,
    [Symbol.dispose]: () => {
      process.off("exit", remove);
      remove();
    },
  };
}

const LINKED = ["node_modules", "test/env/bin"];

function isLinked(name: string): boolean {
  return LINKED.some((link) => name === link || name.startsWith(`${link}/`));
}
