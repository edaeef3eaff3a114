import { PAGES } from "../../src/cli/config/command-pages.ts";
import { COMMANDS } from "../../src/cli/config/commands.ts";
import { OPTIONS } from "../../src/cli/config/options.ts";

/** The text of docs/cli.md with the present tables of commands and options. The rest of the page is written by hand. */
export function cliPage(text: string): string {
  return [commandTable(), optionTable()].reduce((page, table) => {
    const [head = ""] = table;
    const lines = page.split("\n");
    const start = lines.indexOf(head);
    const length = lines.slice(start).findIndex((line) => !line.startsWith("|"));
    if (start < 0 || length < 0) {
      throw new Error(`docs/cli.md has no table with the head ${head}`);
    }
    return lines.toSpliced(start, length, ...table).join("\n");
  }, text);
}

function commandTable(): readonly string[] {
  return ["| command | effect |", "|---|---|", ...COMMANDS.map((name) => `| \`${name}\` | ${PAGES[name].summary} |`)];
}

function optionTable(): readonly string[] {
  const rows = OPTIONS.map(({ name, short, placeholder, commands, help }) => {
    const option = placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`;
    const forms = short === undefined ? `\`${option}\`` : `\`${option}\`, \`-${short}\``;
    return `| ${forms} | ${commands.length === COMMANDS.length ? "all" : commands.join(", ")} | ${help} |`;
  });
  return ["| option | of | meaning |", "|---|---|---|", ...rows];
}
